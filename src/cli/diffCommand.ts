/**
 * `driftline diff`: what differs, object by object, between a cluster, what was applied to it and files. Gives the exit code; what it
 * needs of the world is opened by others.
 */
import { isFailure } from '../base/failure.ts';
import { hasDiff } from '../drift/changeOrder.ts';
import { diffAsJson } from './diffAsJson.ts';
import { diffChanged } from './diffChanged.ts';
import { diffFolder } from './diffFolder.ts';
import { diffObject } from './diffObject.ts';
import type { DiffArguments } from './diffOptions.ts';
import type { DiffParts, DiffWorld } from './diffParts.ts';
import type { DiffRun } from './diffRun.ts';
import { Findings } from '../drift/findings.ts';
import { readName } from './findTarget.ts';
import { printDiff } from './printDiff.ts';
import { diffCodes, reportError } from './reportError.ts';
import { UsageError } from './usageError.ts';

/** Reports what goes wrong itself, for 1 means here that something differs. */
export async function diff(options: DiffArguments, world: DiffWorld): Promise<number> {
  const { terminal, signal } = world;
  const findings = new Findings(nameOfSubject(options));
  let parts: DiffParts | undefined;
  try {
    parts = await world.openDiff(options, world.folder, signal);
    await compare({ options, parts, findings, signal, progress: (text) => terminal.progress(text) });
  } catch (error) {
    const isInClone = parts?.repository?.hasCommits === true;
    return ended(error, findings, { ...options, isInClone }, world);
  } finally {
    parts?.dispose();
  }
  report(findings, options, world);
  return codeOf(findings, options);
}

function nameOfSubject({ subject, path }: DiffArguments): string {
  return subject.what === 'object' ? subject.target : subject.what === 'changed' ? 'changed' : (path ?? '.');
}

function compare(run: DiffRun): Promise<void> {
  const { subject, namespace } = run.options;
  switch (subject.what) {
    case 'object': {
      const name = readName({ target: subject.target, namespace });
      if (!name) {
        throw new UsageError(`"${subject.target}" names no object.`, ['Objects are named as ks/NAME and hr/NAME.']);
      }
      return diffObject(name, run);
    }
    case 'changed':
      return diffChanged(run);
    case 'folder':
      return diffFolder(run);
  }
}

/** What had been compared by then is told, and that it is not all. */
function ended(error: unknown, findings: Findings, options: Situation, world: DiffWorld): number {
  const { terminal, signal } = world;
  terminal.progress('');
  if (findings.objects.length > 0 || findings.configs.length > 0) {
    report(findings, options, world);
  }
  if (isFailure(error, 'cancelled') || (signal.aborted && isAbort(error))) {
    return diffCodes.interrupted;
  }
  reportError(error, terminal, { hints: hintsFor(error, options) });
  return diffCodes.failed;
}

interface Situation extends DiffArguments {
  readonly isInClone: boolean;
}

function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError';
}

function hintsFor(error: unknown, { pull, path, subject, isInClone, against, raw }: Situation): readonly string[] {
  const mayBeRaw = subject.what === 'object' && path !== undefined && !raw && (against?.by ?? 'cluster') === 'cluster';
  const ofRaw = mayBeRaw ? ['--raw compares the text of its document with the cluster, approximately.'] : [];
  if (!isFailure(error, 'notFound')) {
    return isFailure(error, 'invalid') ? ofRaw : [];
  }
  return [
    // What was applied is in the source's artifact, which not everybody may download, and in the commit that it is of.
    ...(subject.what === 'object' && path === undefined && !isInClone
      ? ['Run it inside a clone of the repository: what was applied is read from its commit, too.']
      : []),
    ...(error.remedy === 'pull' && !pull ? ['--pull pulls charts from where their sources point.'] : []),
    ...(path === undefined ? ['--path DIR compares the files of a folder.'] : []),
    ...(error.remedy === 'pull' ? ofRaw : []),
  ];
}

function report(findings: Findings, { output }: DiffArguments, { terminal }: DiffWorld): void {
  terminal.progress('');
  for (const { title, error } of findings.failures) {
    reportError(error, terminal, { what: title });
  }
  if (output === 'json') {
    terminal.print(diffAsJson(findings));
  } else {
    printDiff(findings, terminal);
  }
}

function codeOf({ objects, configs, failures }: Findings, { allowUnknown }: DiffArguments): number {
  if (failures.length > 0) {
    return diffCodes.failed;
  }
  if (!allowUnknown && objects.some(({ change }) => change === 'unknown')) {
    return diffCodes.unknown;
  }
  return configs.length > 0 || objects.some(hasDiff) ? diffCodes.differs : diffCodes.same;
}
