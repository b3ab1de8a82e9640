/** What a person must do so that Flux applies what the working tree would change: commit and push. Nothing else does it. */
import { joinWords } from './joinWords.ts';
import { plainText } from './markdown.ts';

export interface Unpushed {
  /** Files with changes that are not committed, as paths of the repository. */
  readonly paths: readonly string[];
  /** Commits that the remote branch does not have; `undefined` where there is none to compare with, so nothing may be pushed. */
  readonly ahead: number | undefined;
}

/** More are counted. */
const mostPaths = 3;

/** `unpushed` is undefined where nobody knows; `unsaved`: how many texts in editors are on no disk yet. */
export function commitAdvice(unpushed: Unpushed | undefined, unsaved: number): string {
  const { paths = [], ahead } = unpushed ?? {};
  const isUncommitted = unsaved > 0 || paths.length > 0;
  if (unpushed && !isUncommitted && ahead === 0) {
    return 'All is committed and pushed: Flux applies it when its source has fetched it.';
  }
  const commits = ahead === 1 ? '1 commit' : `${ahead} commits`;
  const steps = [
    ...(unsaved === 0 ? [] : [unsaved === 1 ? 'save 1 file' : `save ${unsaved} files`]),
    ...(isUncommitted || !unpushed ? [`commit${paths.length === 0 ? '' : ` ${pathsText(paths)}`}`] : []),
    isUncommitted || ahead === undefined ? 'push' : `push ${commits}`,
  ];
  return plainText(`To have Flux apply this: ${steps.join(', then ')}.`, 400);
}

function pathsText(paths: readonly string[]): string {
  const more = paths.length - mostPaths;
  return joinWords([...paths.slice(0, mostPaths), ...(more > 0 ? [`${more} more`] : [])]);
}
