/**
 * Whether a text that somebody looks at is what a source can fetch: compared with the file at HEAD and at the commit that the source
 * would come to, by content, so that a squash merge or a feature branch of the same content is no difference. Asks no remote.
 */
import { isFailure } from '../base/failure.ts';
import type { Followed } from '../flux/followedRef.ts';
import { CommitReach } from './commitReach.ts';
import { resolveRevision } from './resolveRevision.ts';
import { type GitOptions, runGit } from './runGit.ts';

export interface SeenInput {
  /** Top folder of the work tree. */
  readonly root: string;
  /** Below it, with `/`. */
  readonly path: string;
  /** As the editor has it. */
  readonly text: string;
  /** Names of the remotes that are the source's repository. */
  readonly remotes: readonly string[];
  readonly follows: Followed;
  /** The full id of the commit that the source holds now; `undefined` where nobody knows. */
  readonly fetched: string | undefined;
}

/**
 * - `same`: what is seen is what can be fetched, or a commit of the clone has been pushed on top of which others work
 * - `uncommitted`: the text is not that of HEAD
 * - `unpushed`: no branch of the source's repository has HEAD
 * - `elsewhere`: it has been pushed, but not to what the source follows
 */
export interface SeenFile {
  readonly state: 'same' | 'uncommitted' | 'unpushed' | 'elsewhere';
  /** The full id of the commit that the source comes to, as far as the clone knows. */
  readonly comesTo: string | undefined;
}

type Options = GitOptions & { readonly signal?: AbortSignal | undefined };

/** Throws a `Failure` where Git does not run. */
export async function seenFile(input: SeenInput, options: Options = {}): Promise<SeenFile> {
  const { root, path } = input;
  const text = plain(input.text);
  const reach = new CommitReach(root, options);
  const tip = await tipOf(input, options);
  const comesTo = await newest(tip, input, reach);
  const isAt = async (commit: string | undefined): Promise<boolean> =>
    commit !== undefined && (await textAt(root, commit, path, options)) === text;
  // What was fetched by the cluster and not by this clone was made on top of the tip, as far as anybody can tell here.
  if ((await isAt(comesTo)) || (comesTo !== tip && !(await exists(root, comesTo, options)) && (await isAt(tip)))) {
    return { state: 'same', comesTo };
  }
  const head = await find(root, 'HEAD', options);
  if (head === undefined || !(await isAt(head))) {
    return { state: 'uncommitted', comesTo };
  }
  const branches = await reach.branches(head, input.remotes);
  if (branches.length === 0) {
    return { state: 'unpushed', comesTo };
  }
  // Where nothing of the source is known here, what was pushed to its repository is all there is to go by.
  const isOpen = comesTo === undefined || !(await exists(root, comesTo, options));
  return { state: isOpen && input.follows.by === 'source' ? 'same' : 'elsewhere', comesTo };
}

/** Of what is followed, as of the last fetch or push. */
async function tipOf(input: SeenInput, options: Options): Promise<string | undefined> {
  const { root, remotes, follows } = input;
  switch (follows.by) {
    case 'branch':
      for (const remote of remotes) {
        const tip = await find(root, `refs/remotes/${remote}/${follows.name}`, options);
        if (tip !== undefined) {
          return tip;
        }
      }
      return undefined;
    case 'tag':
      return pushedTag(follows.name, input, options);
    case 'commit':
      return follows.name;
    case 'source':
      return undefined;
  }
}

/**
 * A clone's own tag says nothing of the remote's: it may not be pushed, or have been moved there since. What the source holds is the
 * remote's; where nobody knows that, a tag on what was pushed is the best guess.
 */
async function pushedTag(
  name: string,
  { root, remotes, fetched }: SeenInput,
  options: Options,
): Promise<string | undefined> {
  if (fetched !== undefined) {
    return fetched;
  }
  const tip = await find(root, `refs/tags/${name}`, options);
  const branches = tip === undefined ? [] : await new CommitReach(root, options).branches(tip, remotes);
  return branches.length > 0 ? tip : undefined;
}

/** The source may have fetched what this clone has not, but never goes back behind what it has to what is older. */
async function newest(
  tip: string | undefined,
  { fetched, follows }: SeenInput,
  reach: CommitReach,
): Promise<string | undefined> {
  if (tip === undefined || fetched === undefined || follows.by !== 'branch') {
    return tip ?? fetched;
  }
  return (await reach.isIn(fetched, tip)) === 'yes' ? tip : (await reach.isIn(tip, fetched)) === 'no' ? tip : fetched;
}

async function exists(root: string, commit: string | undefined, options: Options): Promise<boolean> {
  return commit !== undefined && (await find(root, commit, options)) !== undefined;
}

async function find(root: string, revision: string, options: Options): Promise<string | undefined> {
  try {
    return await resolveRevision(root, revision, options);
  } catch (error) {
    if (isFailure(error, 'notFound') && !error.message.startsWith('the program')) {
      return undefined;
    }
    throw error;
  }
}

/** `undefined` where the commit is not there or has no such file. */
async function textAt(root: string, commit: string, path: string, options: Options): Promise<string | undefined> {
  try {
    const content = await runGit(root, ['cat-file', 'blob', `${commit}:${path}`], { ...options, maxBytes: 10_000_000 });
    return plain(content.toString('utf8'));
  } catch (error) {
    if (isFailure(error, 'invalid')) {
      return undefined;
    }
    throw error;
  }
}

/** An editor knows neither the byte order mark nor, with `core.autocrlf`, the line ends of a commit. */
function plain(text: string): string {
  return text.replace(/^\uFEFF/, '').replaceAll('\r\n', '\n');
}
