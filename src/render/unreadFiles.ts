/**
 * Files that a build takes in by their folder alone and that were too large to be read. kustomize does not miss them, so what
 * it builds looks whole: here it is said. A file that a kustomize file names is missed, and the build fails.
 */
import { Failure } from '../base/failure.ts';
import { isYamlPath } from '../manifests/notAManifest.ts';
import type { TreeInputs } from './buildInputs.ts';
import type { RenderNote } from './desired.ts';
import type { SyncedTree } from './engineTree.ts';

/** Paths of the repository, of what a build of the path would read; `components` are relative to the path. */
export function unreadInputs(
  tree: SyncedTree,
  inputs: TreeInputs,
  build: { readonly path: string; readonly components: readonly string[] },
): readonly string[] {
  if (tree.unread.length === 0) {
    return []; // nearly always: to find what a build reads would be for nothing
  }
  const read = new Set(inputs.files(build.path, build.components));
  return tree.unread
    .filter((place) => isYamlPath(place) && read.has(place))
    .map((place) => tree.places.get(place) ?? place);
}

/** What is to be said beside the objects. Throws `Failure('invalid')` where there are none for that reason; `lead` begins it. */
export function unreadNotes(unread: readonly string[], built: readonly unknown[], lead = ''): readonly RenderNote[] {
  if (unread.length === 0) {
    return [];
  }
  if (built.length === 0) {
    throw new Failure('invalid', `${lead}too large to be read, and nothing else is built: ${unread.join(', ')}`);
  }
  return [
    {
      severity: 'approximate',
      message: `Too large to be read, so that its objects are missing here: ${unread.join(', ')}.`,
    },
  ];
}
