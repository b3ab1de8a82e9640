/** A credential plugin for tests: a script that counts its runs, and answers or fails as a file beside it says. */
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface ExecPlugin {
  /** The `exec` of a kubeconfig's user. */
  readonly exec: Readonly<Record<string, unknown>>;
  /** What the next runs write and how they end. */
  answer(next: {
    readonly stdout?: string;
    readonly stderr?: string;
    readonly code?: number;
    readonly hang?: boolean;
  }): void;
  /** A credential with this token. */
  token(token: string, expires?: string): void;
  readonly runs: number;
  /** `KUBERNETES_EXEC_INFO`, arguments and the variable `REGION` of the last run. */
  readonly lastRun: { readonly info: unknown; readonly args: readonly string[]; readonly region: string };
  dispose(): void;
}

const script = `
const fs = require('node:fs');
const path = require('node:path');
const at = (name) => path.join(__dirname, name);
fs.appendFileSync(at('runs'), '.');
fs.writeFileSync(at('last'), JSON.stringify({
  info: JSON.parse(process.env.KUBERNETES_EXEC_INFO), args: process.argv.slice(2), region: process.env.REGION ?? '',
}));
const next = JSON.parse(fs.readFileSync(at('next'), 'utf8'));
process.stderr.write(next.stderr ?? '');
process.stdout.write(next.stdout ?? '');
process.exitCode = next.code ?? 0;
if (next.hang) setInterval(() => undefined, 1000);
`;

export const execVersion = 'client.authentication.k8s.io/v1';

/** The caller disposes it. */
export function execPlugin(): ExecPlugin {
  const folder = mkdtempSync(join(tmpdir(), 'driftline-plugin-'));
  const at = (name: string): string => join(folder, name);
  writeFileSync(at('plugin.cjs'), script);
  chmodSync(at('plugin.cjs'), 0o700);
  const answer: ExecPlugin['answer'] = (next) => writeFileSync(at('next'), JSON.stringify(next));
  return {
    exec: {
      apiVersion: execVersion,
      command: process.execPath,
      args: [at('plugin.cjs'), '--cluster', 7],
      env: [{ name: 'REGION', value: 'eu' }],
      interactiveMode: 'Never',
    },
    answer,
    token(token, expires) {
      const status = { token, ...(expires === undefined ? {} : { expirationTimestamp: expires }) };
      answer({ stdout: JSON.stringify({ apiVersion: execVersion, kind: 'ExecCredential', status }) });
    },
    get runs() {
      return existsSync(at('runs')) ? readFileSync(at('runs'), 'utf8').length : 0;
    },
    get lastRun() {
      return JSON.parse(readFileSync(at('last'), 'utf8')) as ExecPlugin['lastRun'];
    },
    dispose: () => rmSync(folder, { recursive: true, force: true }),
  };
}
