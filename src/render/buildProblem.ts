/**
 * Where in the repository a failed build points to: file and line, found with the words of the library and the texts of the
 * files. The libraries name a file at best, and count lines within a document; a person wants the line to go to.
 */
import { isKustomizeFileName, maxDocumentLength } from '../manifests/notAManifest.ts';
import { findDuplicateKey, parseYaml } from '../manifests/parseManifests.ts';
import { folderOf, nameOf, resolvePath } from '../manifests/repositoryPath.ts';
import { splitDocuments } from '../manifests/splitDocuments.ts';
import { lineAt } from './lineAt.ts';
import { unsetVariable } from './strictness.ts';

export interface BuildProblem {
  /** The library's words, with paths of the tree. */
  readonly message: string;
  /** `spec.path` of the build. */
  readonly path: string;
  /** Places of all files of the tree. */
  readonly places: Iterable<string>;
  /** Places of the files that the build reads. */
  readonly inputs: readonly string[];
  readonly read: (place: string) => Promise<string | undefined>;
}

export interface ProblemPlace {
  readonly place: string;
  /** From 1. */
  readonly line: number;
}

/** `undefined` where the words name nothing that can be found. */
export async function findProblem(problem: BuildProblem): Promise<ProblemPlace | undefined> {
  const places = new Set(problem.places);
  const folder = folderOfProblem(problem);
  const variable = unsetVariable(problem.message);
  if (variable !== undefined) {
    return findText(problem, (text) => text.includes('${') && indexOfVariable(text, variable));
  }
  if (/mapping key .* already defined/.test(problem.message)) {
    return findText(problem, (text) => text.length <= maxDocumentLength && (findDuplicateKey(text) ?? false));
  }
  // Where our reader finds no fault: within a document, and mostly the line before.
  const told = Number(/\byaml: line (\d+)/.exec(problem.message)?.[1] ?? Number.NaN) || undefined;
  for (const name of namedFiles(problem.message)) {
    const place = [resolvePath(folder, name), name].find((one) => one !== undefined && places.has(one));
    const text = place === undefined ? undefined : await problem.read(place);
    const line = place === undefined || text === undefined ? undefined : (lineOfSyntaxError(place, text) ?? told);
    if (place !== undefined && line !== undefined) {
      return { place, line };
    }
    const listed = await whereListed(problem, folder, places, name);
    if (listed) {
      return listed;
    }
    if (place !== undefined) {
      return { place, line: 1 };
    }
  }
  const own = kustomizeFileIn(folder, places);
  const text = own === undefined ? undefined : await problem.read(own);
  const line = own === undefined || text === undefined ? undefined : lineOfSyntaxError(own, text);
  return own === undefined || line === undefined ? undefined : { place: own, line };
}

/** kustomize goes from folder to folder and names each on its way in. */
function folderOfProblem({ message, path }: BuildProblem): string {
  const entered = [...message.matchAll(/recursed accumulation of path '([^']+)'/g)].at(-1)?.[1];
  return resolvePath('', (entered ?? path).replace(/^\/+/, '')) ?? '';
}

/** Names of files in the words, the innermost cause last in them and so first here. */
function namedFiles(message: string): string[] {
  const named = [
    ...message.matchAll(
      /(?:from|open|in File:|path:) ["']?((?:[^\s'"`:]|:(?!\s))+?\.(?:ya?ml|json|env|txt|sh|conf))\b/g,
    ),
    ...message.matchAll(/(?:resources|components?) from '([^']+)'/g),
  ];
  return [...new Set(named.toReversed().map((match) => match[1] ?? ''))].filter((name) => !name.includes('://'));
}

/** Of YAML alone: in any other text this reader would find faults that nobody minds. */
function lineOfSyntaxError(place: string, text: string): number | undefined {
  if (!/\.ya?ml$/.test(place) && !isKustomizeFileName(nameOf(place))) {
    return undefined;
  }
  for (const { start, end } of splitDocuments(text)) {
    const [problem] = end - start > maxDocumentLength ? [] : parseYaml(text.slice(start, end), start).problems;
    if (problem) {
      return lineAt(text, problem.start);
    }
  }
  return undefined;
}

/** The line of the kustomize file that asks for what is not there or cannot be used. */
async function whereListed(
  problem: BuildProblem,
  folder: string,
  places: ReadonlySet<string>,
  name: string,
): Promise<ProblemPlace | undefined> {
  const place = kustomizeFileIn(folder, places);
  const text = place === undefined ? undefined : await problem.read(place);
  const at = text?.indexOf(nameOf(name)) ?? -1;
  return place === undefined || text === undefined || at < 0 ? undefined : { place, line: lineAt(text, at) };
}

function kustomizeFileIn(folder: string, places: ReadonlySet<string>): string | undefined {
  return [...places].find((place) => folderOf(place) === folder && isKustomizeFileName(nameOf(place)));
}

/** The first file of the build in which something is found; `search` gives an offset, or -1 or `false`. */
async function findText(
  { inputs, read }: BuildProblem,
  search: (text: string) => number | false,
): Promise<ProblemPlace | undefined> {
  for (const place of inputs) {
    const text = await read(place);
    const at = text === undefined ? false : search(text);
    if (text !== undefined && at !== false && at >= 0) {
      return { place, line: lineAt(text, at) };
    }
  }
  return undefined;
}

/** `${NAME}` or `${NAME…`, and not a longer name. */
function indexOfVariable(text: string, name: string): number {
  for (let at = text.indexOf(`\${${name}`); at >= 0; at = text.indexOf(`\${${name}`, at + 1)) {
    if (!/\w/.test(text[at + name.length + 2] ?? '')) {
      return at;
    }
  }
  return -1;
}
