/**
 * What the real `flux diff kustomization` says, by object and field. Reads the text that it writes for people, which is all
 * that it gives.
 */
import { type ExecFileException } from 'node:child_process';
import type { TestCluster } from './clusterHandle.ts';

export interface FluxDiffEntry {
  readonly change: 'created' | 'drifted' | 'deleted' | 'skipped';
  /** Of a drifted object, joined by dots; items of lists by name. An entry of a map is told by the map's own path. */
  readonly paths: readonly string[];
}

/** By `Kind/namespace/name`, or `Kind/name` for the kinds of the cluster. */
export type FluxDiff = ReadonlyMap<string, FluxDiffEntry>;

/** `refused`: it told nothing, for it met an error. `folder` is where the Kustomization's `path` is on disk. */
export async function fluxDiff(
  cluster: TestCluster,
  { namespace, name, folder }: { readonly namespace: string; readonly name: string; readonly folder: string },
): Promise<FluxDiff | { readonly refused: string }> {
  const args = ['diff', 'kustomization', name, `--namespace=${namespace}`, `--path=${folder}`];
  try {
    await cluster.exec('flux', ...args, '--progress-bar=false');
    return new Map();
  } catch (error) {
    const { code, stdout, stderr } = error as ExecFileException;
    if (code !== 1 || stdout === undefined) {
      return { refused: stderr ?? String(error) };
    }
    return parseFluxDiff(stdout);
  }
}

/**
 * An object in a line that begins with an arrow; below it blocks of a path and, in the next line, what happens to it, with a sign
 * before. Values are told in lines of the same looks, so a path is known by the line that follows it.
 */
export function parseFluxDiff(text: string): FluxDiff {
  const found = new Map<string, { change: FluxDiffEntry['change']; paths: string[] }>();
  let paths: string[] = [];
  const lines = text.split('\n');
  for (const [index, line] of lines.entries()) {
    const head = /^► (\S+) (created|drifted|deleted|skipped)$/.exec(line.trim());
    if (head !== null) {
      paths = [];
      found.set(String(head[1]), { change: head[2] as FluxDiffEntry['change'], paths });
    } else if (/^\S+$|^\(root level\)$/.test(line) && tellsChange.test(lines[index + 1] ?? '')) {
      paths.push(line === '(root level)' ? '' : line);
    }
  }
  return found;
}

const tellsChange =
  /^\s*(?:± (?:value|type) change|[-+] \w+ (?:map|list) entr(?:y|ies) (?:added|removed):|⇆ order changed)/;
