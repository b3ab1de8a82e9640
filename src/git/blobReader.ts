/**
 * Contents of blobs from one `git cat-file --batch` that stays for as long as it is needed: a process for each file would take
 * longer than reading it. Knows ids, not paths or commits.
 */
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import type { Disposable } from '../base/disposables.ts';
import { cancelled, type Failure } from '../base/failure.ts';
import { exitFailure, type GitOptions, startFailure, startGit } from './runGit.ts';

interface Waiting {
  readonly resolve: (content: Buffer | undefined) => void;
  readonly reject: (failure: Failure) => void;
}

export class BlobReader implements Disposable {
  readonly #root: string;
  readonly #options: GitOptions;
  #process: BatchProcess | undefined;
  #disposed = false;

  /** Starts with the first read. */
  constructor(root: string, options: GitOptions = {}) {
    this.#root = root;
    this.#options = options;
  }

  /** `id` in full. `undefined` when there is no such blob here. Throws a `Failure` when Git itself fails, or after the end. */
  read(id: string): Promise<Buffer | undefined> {
    if (this.#disposed) {
      return Promise.reject(cancelled('reading the commit'));
    }
    if (!/^[0-9a-f]+$/.test(id)) {
      return Promise.resolve(undefined); // anything else would be another question to the program
    }
    if (this.#process?.ended !== false) {
      this.#process = new BatchProcess(this.#root, this.#options);
    }
    return this.#process.ask(id);
  }

  dispose(): void {
    this.#disposed = true;
    this.#process?.end(cancelled('reading the commit'));
  }
}

/** One process: questions go in as lines, answers come back in their order. */
class BatchProcess {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #waiting: Waiting[] = [];
  #chunks: Buffer[] = [];
  #size = 0;
  /** Bytes of the answer whose head has been read, with the line feed behind it. */
  #expected: { readonly bytes: number; readonly isBlob: boolean } | undefined;
  #errors = '';
  ended = false;

  constructor(root: string, options: GitOptions) {
    this.#child = startGit(root, ['cat-file', '--batch'], options);
    this.#child.stdin.on('error', () => undefined); // its exit says why
    this.#child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#errors = (this.#errors + text).slice(0, 4096);
    });
    this.#child.stdout.on('data', (chunk: Buffer) => {
      this.#chunks.push(chunk);
      this.#size += chunk.length;
      this.#advance();
    });
    this.#child.once('error', (error) => this.end(startFailure(error, options.program)));
    this.#child.once('close', () => this.end(exitFailure(root, 'git cat-file', this.#errors)));
  }

  ask(id: string): Promise<Buffer | undefined> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.#child.stdin.write(`${id}\n`);
    });
  }

  end(failure: Failure): void {
    this.ended = true;
    for (const { reject } of this.#waiting.splice(0)) {
      reject(failure);
    }
    this.#child.kill('SIGKILL');
  }

  /** Takes every whole answer out of what has arrived (git-cat-file(1), "Batch Output"). */
  #advance(): void {
    for (;;) {
      if (this.#expected === undefined) {
        const end = this.#joined().indexOf('\n');
        if (end < 0) {
          return;
        }
        const head = this.#take(end + 1).toString('latin1');
        const { type, bytes } = /^[0-9a-f]+ (?<type>\w+) (?<bytes>\d+)\n$/.exec(head)?.groups ?? {};
        if (bytes === undefined) {
          this.#waiting.shift()?.resolve(undefined); // `… missing`
          continue;
        }
        this.#expected = { bytes: Number(bytes) + 1, isBlob: type === 'blob' };
      }
      if (this.#size < this.#expected.bytes) {
        return; // joined only when all is there: a large blob comes in many pieces
      }
      const content = this.#take(this.#expected.bytes).subarray(0, -1);
      const { isBlob } = this.#expected;
      this.#expected = undefined;
      this.#waiting.shift()?.resolve(isBlob ? content : undefined);
    }
  }

  #take(bytes: number): Buffer {
    const all = this.#joined();
    this.#chunks = [all.subarray(bytes)];
    this.#size -= bytes;
    return all.subarray(0, bytes);
  }

  #joined(): Buffer {
    const all = this.#chunks.length === 1 ? this.#chunks[0] : undefined;
    const joined = all ?? Buffer.concat(this.#chunks);
    this.#chunks = [joined];
    return joined;
  }
}
