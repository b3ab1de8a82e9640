/**
 * The language server's process: the entry of `dist/server.cjs`, started by the language client over Node's IPC. The one
 * module of its program that acts when it is loaded.
 */
import { createConnection, ProposedFeatures } from 'vscode-languageserver/node';
import { systemClock } from '../base/clock.ts';
import { LanguageServer } from './languageServer.ts';

const connection = createConnection(ProposedFeatures.all);
const server = new LanguageServer({ connection, clock: systemClock() });
server.register();
// A stray rejection must not end the checks of a whole workspace; what it broke is in the log.
process.on('unhandledRejection', (reason) => connection.console.error(`Unexpected: ${String(reason)}`));
connection.listen();
