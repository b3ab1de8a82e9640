/**
 * The checks of the editor over a folder on disk: every file once, then every finding. The same checker with the same
 * surroundings, so that a pipeline says what the editor says. The files of the whole repository are read, for those outside
 * the folder may override what is in it. Prints nothing.
 */
import { readFile, realpath, stat } from 'node:fs/promises';
import { join, posix, relative, resolve } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { cancelled } from '../base/failure.ts';
import { findRepositoryRoot } from '../git/findRepositoryRoot.ts';
import { readRemotes } from '../git/readRemotes.ts';
import { RepositoryChecker } from '../language/repositoryChecker.ts';
import {
  emptyConfig,
  readRepositoryConfig,
  type RepositoryConfig,
  repositoryConfigName,
} from '../language/repositoryConfig.ts';
import { positions } from '../language/positions.ts';
import { DiskRepository, type LeftOut } from '../manifests/diskRepository.ts';
import { isBelow, nameOf } from '../manifests/repositoryPath.ts';
import { defaultSettings } from '../settings.ts';
import type { CheckArguments, Level } from './checkOptions.ts';
import { UsageError } from './usageError.ts';

/** Lines and columns from 1, columns in UTF-16 units, the end exclusive. */
export interface Finding {
  /** Relative to the folder, with `/`. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
  readonly severity: Level;
  readonly rule: string;
  readonly message: string;
}

export interface Unchecked {
  /** A file, or a folder with all in it, relative to the folder that is checked; with the line where there is one. */
  readonly place: string;
  readonly message: string;
  /** The system refused it: nobody can tell whether it is in order. What is no YAML is for others to find. */
  readonly refused: boolean;
}

export interface Checked {
  /** In the order of files and places. */
  readonly findings: readonly Finding[];
  /** YAML files of the folder that were read. */
  readonly files: number;
  /** What could not be checked, in the order of files. */
  readonly unchecked: readonly Unchecked[];
  /** Where the folder is in its repository, with `/`; `''` at its top and outside of any. */
  readonly folder: string;
}

const levelOf: readonly Level[] = ['error', 'error', 'warning', 'information', 'hint'];
/** Files that are read at once: a disk answers many questions in the time of one. */
const readsAtOnce = 16;

/** `here`: where the user is, absolute. Throws `UsageError` for a folder or configuration that cannot be used. */
export async function checkFolder(
  { folder, config }: Pick<CheckArguments, 'folder' | 'config'>,
  here: string,
  signal: AbortSignal,
): Promise<Checked> {
  const asked = resolve(here, folder);
  await expectFolder(asked, folder);
  const root = await realpath(asked); // where a link leads, the walk of the repository comes by
  const checker = new RepositoryChecker({
    diagnosticsEnabled: defaultSettings.diagnosticsEnabled,
    ruleSeverity: defaultSettings.ruleSeverity,
    diagnosticsIgnore: defaultSettings.diagnosticsIgnore,
  });
  const repository = (await findRepositoryRoot(root)) ?? root;
  const place = relative(repository, root).replaceAll('\\', '/');
  checker.remotes = (await readRemotes(repository)).flatMap(({ urls }) => urls);
  const { settled, ofFolder } = await readConfig(config, root, repository, here);
  checker.inherit(settled, ofFolder ? (path) => pathBelow(place, path) : undefined);
  const leftOut: LeftOut[] = [];
  const disk = new DiskRepository(repository, {
    maxFiles: Number.POSITIVE_INFINITY,
    onLeftOut: (each) => void leftOut.push(each),
  });
  // What was read above has the last word, and its problems have been told.
  const paths = (await disk.list(signal)).filter((path) => nameOf(path) !== repositoryConfigName);
  expectGoingOn(signal);
  for (let at = 0; at < paths.length; at += readsAtOnce) {
    const batch = paths.slice(at, at + readsAtOnce);
    const texts = await Promise.all(batch.map((path) => disk.read(path)));
    batch.forEach((path, index) => texts[index] !== undefined && checker.update(path, texts[index]));
    await nextTurn(); // Ctrl-C gets its turn
    expectGoingOn(signal);
  }
  return {
    findings: findingsOf(checker, place),
    files: checker.below(place).length,
    unchecked: uncheckedOf(checker, leftOut, place),
    folder: place,
  };
}

function uncheckedOf(checker: RepositoryChecker, leftOut: readonly LeftOut[], folder: string): Unchecked[] {
  const refused = leftOut
    // A folder around the one that is checked hides it as a whole.
    .filter(({ path }) => (isBelow(path, folder) || isBelow(folder, path)) && !checker.isIgnored(path))
    .map(({ path, reason, message }) => ({
      place: posix.relative(folder, path) || '.',
      message,
      refused: reason === 'unreadable',
    }));
  const unread = checker
    .unread()
    .filter(({ path }) => isBelow(path, folder))
    .map(({ path, part: { line, message } }) => ({
      place: `${pathBelow(folder, path)}:${line + 1}`,
      message,
      refused: false,
    }));
  return [...refused, ...unread].toSorted((a, b) => (a.place < b.place ? -1 : 1));
}

/** `path` as it is called in `folder`, which holds it. */
function pathBelow(folder: string, path: string): string {
  return folder === '' ? path : path.slice(folder.length + 1);
}

function findingsOf(checker: RepositoryChecker, folder: string): Finding[] {
  return checker
    .suspects()
    .filter((path) => isBelow(path, folder))
    .toSorted()
    .flatMap((path) =>
      checker
        .diagnostics(path)
        .toSorted(({ range: a }, { range: b }) => a.start.line - b.start.line || a.start.character - b.start.character)
        .map(({ range, severity, code, message }) => ({
          file: pathBelow(folder, path),
          line: range.start.line + 1,
          column: range.start.character + 1,
          endLine: range.end.line + 1,
          endColumn: range.end.character + 1,
          severity: levelOf[severity ?? 0] ?? 'error',
          rule: String(code),
          message: typeof message === 'string' ? message : message.value,
        })),
    );
}

function expectGoingOn(signal: AbortSignal): void {
  if (signal.aborted) {
    throw cancelled('Checking');
  }
}

async function expectFolder(root: string, asWritten: string): Promise<void> {
  const found = await stat(root).catch(() => undefined);
  if (!found?.isDirectory()) {
    throw new UsageError(
      found ? `${asWritten} is a file: a folder is checked as a whole.` : `There is no folder ${asWritten}.`,
    );
  }
}

interface Settled {
  readonly settled: RepositoryConfig;
  /** The folder's own, so that its globs count from there; those of any other count from the top of the repository. */
  readonly ofFolder: boolean;
}

/** The file that is named, else that of the folder, else that of the repository around it. */
async function readConfig(named: string | undefined, root: string, repository: string, here: string): Promise<Settled> {
  if (named !== undefined) {
    const text = await readNamed(resolve(here, named), named);
    return { settled: strictConfig(text ?? '', named), ofFolder: false };
  }
  for (const folder of [root, repository]) {
    const path = join(folder, repositoryConfigName);
    const text = await readNamed(path, path, 'ENOENT');
    if (text !== undefined) {
      return { settled: strictConfig(text, path), ofFolder: folder === root };
    }
  }
  return { settled: emptyConfig, ofFolder: false };
}

/** `undefined` for a file that does not have to be there: an error with the code `allowed`. */
async function readNamed(path: string, asWritten: string, allowed?: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (allowed !== undefined && error instanceof Error && 'code' in error && error.code === allowed) {
      return undefined;
    }
    const why = error instanceof Error ? error.message : String(error);
    throw new UsageError(`The configuration ${asWritten} cannot be read: ${why}`);
  }
}

/** A pipeline that runs with half of its rules would be trusted for all of them. */
function strictConfig(text: string, path: string): RepositoryConfig {
  const { config, problems } = readRepositoryConfig(text);
  if (problems.length > 0) {
    const position = positions(text);
    throw new UsageError(
      `The configuration ${path} cannot be used:`,
      problems.map(({ message, start }) => {
        const { line, character } = position(Math.max(0, start));
        return `${line + 1}:${character + 1} ${message}`;
      }),
    );
  }
  return config;
}
