/**
 * Answers what an editor asks at the light bulb: the findings that it shows, the facts of a cluster that fixes of them need, and
 * where the repository keeps its own settings. Facts come from the client or not at all; what a fix writes is `language`'s matter.
 */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  CancellationTokenSource,
  type CodeAction,
  CodeActionKind,
  type CodeActionParams,
  CodeActionTriggerKind,
  type Connection,
  type Diagnostic,
} from 'vscode-languageserver/node';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import { findRepositoryRoot, readSmallFile } from '../git/findRepositoryRoot.ts';
import { type FixedFile, fixAll, fixAllKind, type KnownFacts, quickFixes } from '../language/codeActions.ts';
import type { FactQuestion } from '../language/pinFixes.ts';
import { repositoryConfigName } from '../language/repositoryConfig.ts';
import {
  chooseSeverityCommand,
  type RunningAnswer,
  type RunningQuestion,
  runningVersions,
  type SeverityChoice,
} from '../protocol.ts';

export const codeActionKinds = [CodeActionKind.QuickFix, fixAllKind];

export interface CodeActionsParts {
  readonly connection: Pick<Connection, 'sendRequest'>;
  readonly clock: Clock;
  readonly log: Log;
  readonly document: TextDocument;
  /** Relative to the workspace folder that the document is in, its name alone where it is in none. */
  readonly path: string;
  /** Of that workspace folder, absolute; `undefined` where it is in none. */
  readonly folder: string | undefined;
  /** Everything that is found in the document as it stands. */
  readonly found: () => readonly Diagnostic[];
  readonly signal: AbortSignal;
}

/** How long an answer of the client is waited for: the list must open while it is still wanted. */
const knownMs = 1_000;
const askedMs = 8_000;

export async function answerCodeActions(
  { context }: Pick<CodeActionParams, 'context'>,
  parts: CodeActionsParts,
): Promise<CodeAction[]> {
  const { document, path } = parts;
  const file: FixedFile = { uri: document.uri, version: document.version, text: document.getText(), path };
  const actions: CodeAction[] = [];
  if (isWanted(context.only, CodeActionKind.QuickFix) && context.diagnostics.length > 0) {
    const mayAsk = isOpened(context);
    const config = await configOf(parts.folder);
    const choice = (rule: string): SeverityChoice => ({ rule, config });
    const fixes = await quickFixes(context.diagnostics, {
      file,
      facts: remembered((question) => askClient(question, mayAsk, parts)),
      chooseSeverity: (rule) => ({ command: chooseSeverityCommand, arguments: [choice(rule)] }),
      signal: parts.signal,
    });
    actions.push(...fixes);
  }
  // Only where it is asked for by kind: on save, or from the menu of source actions.
  if (context.only !== undefined && isWanted(context.only, fixAllKind)) {
    const all = fixAll(parts.found(), file);
    actions.push(...(all ? [all] : []));
  }
  return actions;
}

/**
 * Somebody has opened the list. VS Code says "invoked" for a hover over the finding too, but names the kind there; the list that is
 * opened by hand is of all kinds.
 */
function isOpened({ triggerKind, only }: CodeActionParams['context']): boolean {
  return triggerKind === CodeActionTriggerKind.Invoked && only === undefined;
}

/** A kind that is asked for takes those below it along. */
function isWanted(only: readonly string[] | undefined, kind: string): boolean {
  return only === undefined || only.some((wanted) => kind === wanted || kind.startsWith(`${wanted}.`));
}

type Facts = (question: FactQuestion) => Promise<KnownFacts | undefined>;

/** Two findings of one object are one question. */
function remembered(ask: Facts): Facts {
  const answers = new Map<string, ReturnType<Facts>>();
  return (question) => {
    const key = JSON.stringify(question);
    const answer = answers.get(key) ?? ask(question);
    answers.set(key, answer);
    return answer;
  };
}

/** A client that does not know the request, fails or is late knows nothing. */
async function askClient(
  { object, about }: FactQuestion,
  mayAsk: boolean,
  { connection, clock, log, document, signal }: CodeActionsParts,
): Promise<KnownFacts | undefined> {
  const question: RunningQuestion = { uri: document.uri, object, about, mayAsk };
  const cancellation = new CancellationTokenSource();
  const cancel = (): void => cancellation.cancel();
  signal.addEventListener('abort', cancel, { once: true });
  const late = Promise.withResolvers<null>();
  const timer = clock.after(mayAsk ? askedMs : knownMs, () => {
    cancel();
    late.resolve(null);
  });
  try {
    const answer = connection.sendRequest<RunningAnswer>(runningVersions, question, cancellation.token);
    answer.catch((error: unknown) => log.debug(`What runs is not known: ${String(error)}`)); // also once it is too late
    return (await Promise.race([answer, late.promise])) ?? undefined;
  } catch {
    return undefined;
  } finally {
    timer.dispose();
    signal.removeEventListener('abort', cancel);
    cancellation.dispose();
  }
}

/**
 * Address of the configuration that counts for the documents of a workspace folder: its own, else that of the repository that the
 * folder is in. Must name no file that its checks do not read: what is written there would have no effect.
 */
async function configOf(folder: string | undefined): Promise<string | undefined> {
  if (folder === undefined) {
    return undefined;
  }
  for (const root of [folder, await findRepositoryRoot(folder)]) {
    const config = root === undefined ? undefined : join(root, repositoryConfigName);
    if (config !== undefined && (await readSmallFile(config)) !== undefined) {
      return pathToFileURL(config).href;
    }
  }
  return undefined;
}
