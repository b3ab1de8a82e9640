/**
 * Keeps the trees of the engine equal to states of repositories: remembers what an instance was sent and sends what changed.
 * Knows which file stands where in a tree, so that an error can name the file of the repository.
 */
import { cancelled, Failure, isFailure } from '../base/failure.ts';
import type { RepositoryFiles } from '../manifests/repositoryFiles.ts';
import type { ArtifactView } from './artifactView.ts';
import type { FetchedArchive } from './desired.ts';
import type { EngineSession } from './engine.ts';
import type { RepositorySnapshot } from './repositoryModel.ts';

export interface SyncedTree {
  /** As the engine calls it. */
  readonly name: string;
  /** Files of the repository by their places in the tree; empty for an artifact. */
  readonly places: ReadonlyMap<string, string>;
  /** Places of files that were too large to be read: they are missing in the tree. */
  readonly unread: readonly string[];
}

interface Sent {
  readonly generation: number;
  /** Version of the file at each place; `inDoubt` from the moment when a change is sent until it has arrived. */
  readonly versions: Map<string, string>;
  readonly unread: Set<string>;
  /** The engine was told to begin the tree anew, and has done so. */
  isClear: boolean;
}

/** Version of no file: whether the engine has what was sent to a place is not known, so it is sent again. */
const inDoubt = '';

/** Characters of text in one request: large enough to be few, small enough not to hold everything twice. */
const batchSize = 4_000_000;

/** Trees that are kept: a working tree, a commit to compare it with, artifacts of one or two further sources. */
const maxTrees = 6;

export class EngineTrees {
  /** By name, the least recently used first. */
  readonly #sent = new Map<string, Sent>();

  /** `key` names the repository's state as `RepositoryState.key` does; `snapshot` was taken of `files`. */
  async sync(
    session: EngineSession,
    parts: { readonly key: string; readonly files: RepositoryFiles; readonly snapshot: RepositorySnapshot },
    view: ArtifactView,
    signal?: AbortSignal,
  ): Promise<SyncedTree> {
    const { snapshot } = parts;
    const name = `${parts.key}#${view.id}`;
    const places = snapshot.places(view);
    const sent = await this.#take(session, name);
    const batch = new Batch(session, name, sent);
    for (const [place, path] of places) {
      const version = `${path} ${snapshot.version(path) ?? ''}`;
      if (sent.versions.get(place) === version) {
        continue;
      }
      if (signal?.aborted === true) {
        throw cancelled('Reading the repository');
      }
      const content = await parts.files.read(path);
      if (content === undefined) {
        sent.unread.add(place);
        batch.remove(place);
        continue;
      }
      sent.unread.delete(place);
      await batch.set(place, content, version);
    }
    const gone = new Set([...sent.versions.keys(), ...sent.unread].filter((one) => !places.has(one)));
    for (const place of gone) {
      sent.unread.delete(place);
      batch.remove(place);
    }
    await batch.flush();
    return { name, places, unread: [...sent.unread] };
  }

  /** Unpacks a source's artifact, once for each digest. */
  async unpack(session: EngineSession, archive: FetchedArchive): Promise<SyncedTree> {
    const name = `artifact#${archive.digest}`;
    const sent = await this.#take(session, name);
    if (sent.versions.size === 0) {
      await session.request('unpack', { tree: name }, archive.bytes);
      sent.versions.set('', archive.digest);
    }
    return { name, places: new Map(), unread: [] };
  }

  async #take(session: EngineSession, name: string): Promise<Sent> {
    const before = this.#sent.get(name);
    this.#sent.delete(name);
    const known = before?.generation === session.generation ? before : undefined;
    const sent = known ?? {
      generation: session.generation,
      versions: new Map<string, string>(),
      unread: new Set<string>(),
      isClear: false,
    };
    this.#sent.set(name, sent);
    for (const [old, { generation }] of [...this.#sent].slice(0, Math.max(0, this.#sent.size - maxTrees))) {
      this.#sent.delete(old);
      if (generation === session.generation) {
        await session.request('forget', { trees: [old] });
      }
    }
    return sent;
  }
}

/**
 * Collects changes of one tree until they are worth a request. A place is in doubt before its change is sent, and known again
 * only when it has arrived: a request that was cancelled may have done its work or not.
 */
class Batch {
  readonly #session: EngineSession;
  readonly #tree: string;
  readonly #sent: Sent;
  #set: [string, string][] = [];
  #setBytes: [string, string][] = [];
  #remove: string[] = [];
  #arrived: [string, string][] = [];
  #size = 0;

  constructor(session: EngineSession, tree: string, sent: Sent) {
    this.#session = session;
    this.#tree = tree;
    this.#sent = sent;
  }

  remove(place: string): void {
    this.#sent.versions.set(place, inDoubt);
    this.#remove.push(place);
  }

  async set(place: string, content: Uint8Array, version: string): Promise<void> {
    this.#sent.versions.set(place, inDoubt);
    const text = decode(content);
    if (text === undefined) {
      this.#setBytes.push([place, Buffer.from(content).toString('base64')]);
    } else {
      this.#set.push([place, text]);
    }
    this.#arrived.push([place, version]);
    this.#size += content.length;
    if (this.#size > batchSize) {
      await this.flush();
    }
  }

  async flush(): Promise<void> {
    const { versions, isClear } = this.#sent;
    if (isClear && this.#set.length + this.#setBytes.length + this.#remove.length === 0) {
      return;
    }
    await this.#session.request('files', {
      tree: this.#tree,
      ...(isClear ? {} : { clear: true }),
      ...(this.#set.length > 0 ? { set: Object.fromEntries(this.#set) } : {}),
      ...(this.#setBytes.length > 0 ? { setBytes: Object.fromEntries(this.#setBytes) } : {}),
      ...(this.#remove.length > 0 ? { remove: this.#remove } : {}),
    });
    this.#remove.forEach((place) => versions.delete(place));
    this.#arrived.forEach(([place, version]) => versions.set(place, version));
    this.#sent.isClear = true;
    [this.#set, this.#setBytes, this.#remove, this.#arrived, this.#size] = [[], [], [], [], 0];
  }
}

/** `undefined` when the bytes are no UTF-8. */
function decode(content: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(content);
  } catch {
    return undefined;
  }
}

/**
 * The failure of a build, with the reason where it asked for a file that was not sent. `inputs`: files that were not sent and
 * would have been built; what fails for want of them does not name them.
 */
export function unreadFailure(error: unknown, tree: SyncedTree, inputs: readonly string[] = []): unknown {
  const message = error instanceof Error ? error.message : '';
  const missing =
    tree.unread.find((place) => message.includes(place.slice(place.lastIndexOf('/') + 1))) ??
    (isFailure(error, 'invalid') ? inputs[0] : undefined);
  return missing === undefined
    ? error
    : new Failure('invalid', `${missing} is too large to be read. ${message}`, { cause: error });
}
