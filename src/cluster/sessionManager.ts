/**
 * Which context is open: from settings, memory, trust and the kubeconfig files, for as long as something needs it.
 * One session at a time, replaced as a whole. Reads kubeconfigs and never writes one; knows no editor: what it needs of
 * one is handed in.
 */
import type { Clock } from '../base/clock.ts';
import { type Disposable, Disposables, toDisposable } from '../base/disposables.ts';
import { Emitter } from '../base/emitter.ts';
import { Failure, isFailure } from '../base/failure.ts';
import type { Log } from '../base/log.ts';
import { ClusterSession } from './clusterSession.ts';
import type { Connection } from './connection.ts';
import { HttpClusterApi } from './httpClusterApi.ts';
import type { Kubeconfig, KubeconfigContext, KubeconfigError } from './kubeconfig.ts';
import type { KubeconfigFiles } from './kubeconfigFiles.ts';
import type { createTransport, loadKubeconfigs, TransportOptions } from './kubernetes.ts';

/** `kubernetes.ts`, which is loaded when it is first needed. */
export interface KubernetesModule {
  readonly loadKubeconfigs: typeof loadKubeconfigs;
  readonly createTransport: typeof createTransport;
}

/** Where the chosen context is remembered for this workspace (VS Code's `Memento` fits). */
export interface Memory {
  get(key: string): string | undefined;
  update(key: string, value: string | undefined): PromiseLike<void>;
}

export interface SessionSettings {
  /** `driftline.context`; empty for the remembered one. */
  readonly context: string;
  /** `driftline.namespaces`. */
  readonly namespaces: readonly string[];
  /** From `kubeconfigFiles()`. */
  readonly files: KubeconfigFiles;
  readonly network: Pick<TransportOptions, 'proxy' | 'noProxy' | 'strictSSL' | 'extraCAs'>;
}

export interface SessionManagerParts {
  readonly loadKubernetes: () => Promise<KubernetesModule>;
  /** Read anew each time it is needed. */
  readonly settings: () => SessionSettings;
  readonly isTrusted: () => boolean;
  readonly memory: Memory;
  /** Calls back when one of the files came, changed or went. */
  readonly watchFiles: (files: readonly string[], changed: () => void) => Disposable;
  readonly clock: Clock;
  readonly log: Log;
  readonly random?: () => number;
}

/** What a person chooses a context from. */
export interface ContextChoices {
  readonly contexts: readonly KubeconfigContext[];
  /** The one in use or to be used, `undefined` when none is chosen. */
  readonly chosen: string | undefined;
  /** `current-context` of the kubeconfig: a hint for the list, never followed by itself. */
  readonly currentContext: string | undefined;
  readonly files: readonly string[];
  readonly errors: readonly KubeconfigError[];
}

const rememberedKey = 'driftline.context';
/** A view that is hidden and shown again must not connect anew; one that stays hidden must not hold watches. */
const idleMs = 300_000;
/** Editors and tools write a file in several steps. */
const settleMs = 200;

export class SessionManager implements Disposable {
  readonly #parts: SessionManagerParts;
  readonly #lifetime = new Disposables();
  readonly #sessionChanged = new Emitter<void>();
  /** Another session, or none; also when only the reason for having none changed. Readers take `session` and `connection` anew. */
  readonly onDidChangeSession = this.#sessionChanged.event;
  #session: ClusterSession | undefined;
  /** What the session was opened with: the same again needs no new one. */
  #sessionKey: string | undefined;
  #disconnected: Connection = { state: 'disconnected', reason: 'idle' };
  #users = 0;
  #idle: Disposable | undefined;
  #fileWatch: Disposable | undefined;
  #watchedFiles = '';
  #settle: Disposable | undefined;
  /** The newest opening; an older one that ends later is dropped. */
  #opening = 0;

  constructor(parts: SessionManagerParts) {
    this.#parts = parts;
    this.#lifetime.add(this.#sessionChanged);
    if (!parts.isTrusted()) {
      this.#disconnected = { state: 'disconnected', reason: 'untrusted' };
    }
  }

  get session(): ClusterSession | undefined {
    return this.#session;
  }

  /** Of the session if there is one, else why there is none. */
  get connection(): Connection {
    return this.#session?.connection ?? this.#disconnected;
  }

  /** Keeps a session open until disposed, and opens it if there is none. Each view, lens or badge takes its own. */
  acquire(): Disposable {
    this.#users += 1;
    this.#stopIdle();
    if (this.#users === 1 && !this.#session) {
      this.#openInBackground();
    }
    return toDisposable(() => {
      this.#users -= 1;
      if (this.#users === 0 && !this.#lifetime.disposed) {
        this.#idle = this.#parts.clock.after(idleMs, () => this.#close({ state: 'disconnected', reason: 'idle' }));
      }
    });
  }

  /** Reads the kubeconfig files now. Empty in an untrusted workspace, where nothing is read. */
  async contexts(): Promise<ContextChoices> {
    const { files } = this.#parts.settings().files;
    if (!this.#parts.isTrusted()) {
      return { contexts: [], chosen: undefined, currentContext: undefined, files: [], errors: [] };
    }
    const { kubeconfig } = await this.#load();
    return {
      contexts: kubeconfig.contexts,
      chosen: this.#choose(kubeconfig),
      currentContext: kubeconfig.currentContext,
      files,
      errors: kubeconfig.errors,
    };
  }

  /** Remembers the context for this workspace and opens it, in the middle of whatever the old one does. */
  async selectContext(name: string): Promise<void> {
    await this.#parts.memory.update(rememberedKey, name);
    await this.#open();
  }

  /** The user's retry: reads the files again, and tries what the session is waiting to try. */
  async retry(): Promise<void> {
    const before = this.#session;
    await this.#open();
    if (before && before === this.#session) {
      before.retry();
    }
  }

  /** Lists everything anew. */
  refresh(): void {
    this.#session?.refresh();
  }

  /** Settings, trust, or the network's settings changed: opens what they now say, if that is something else. */
  async settingsChanged(): Promise<void> {
    if (this.#users > 0 || this.#session) {
      await this.#open();
    } else if (this.#parts.isTrusted() && isUntrusted(this.#disconnected)) {
      this.#close({ state: 'disconnected', reason: 'idle' });
    }
  }

  dispose(): void {
    this.#opening += 1;
    this.#stopIdle();
    this.#settle?.dispose();
    this.#fileWatch?.dispose();
    this.#session?.dispose();
    this.#session = undefined;
    this.#lifetime.dispose();
  }

  /** Opens what settings, memory and files say now. A session that would be the same stays as it is. */
  async #open(): Promise<void> {
    this.#opening += 1;
    const opening = this.#opening;
    const { isTrusted, log, settings } = this.#parts;
    if (this.#lifetime.disposed) {
      return;
    }
    if (!isTrusted()) {
      this.#close({ state: 'disconnected', reason: 'untrusted' });
      return;
    }
    this.#watchFiles();
    const chosen = settings().context || this.#parts.memory.get(rememberedKey);
    if (!this.#session && chosen !== undefined) {
      this.#say({
        state: 'connecting',
        context: chosen,
        since: this.#parts.clock.now(),
        waitingFor: 'the kubeconfig',
      });
    }
    const { kubernetes, kubeconfig } = await this.#load();
    if (opening !== this.#opening) {
      return;
    }
    for (const { file, message } of kubeconfig.errors) {
      log.warn(`kubeconfig ${file}: ${message}`);
    }
    const refusal = this.#refusal(kubeconfig);
    if (refusal) {
      // A file that is just being written must not end a session; what it says in the end is read when it is.
      const halfWritten = kubeconfig.errors.some(({ missing }) => !missing);
      if (!halfWritten || !this.#session || this.#session.context !== this.#choose(kubeconfig)) {
        this.#close(refusal);
      }
      return;
    }
    this.#openContext(kubernetes, kubeconfig, this.#choose(kubeconfig) ?? '');
  }

  /** Nobody waits for it, so what goes wrong unexpectedly becomes a state and a line in the log. */
  #openInBackground(): void {
    this.#open().catch((error: unknown) => {
      this.#parts.log.error('no session can be opened', error);
      const failure = new Failure('invalid', error instanceof Error ? error.message : String(error), { cause: error });
      const context = this.#parts.settings().context || (this.#parts.memory.get(rememberedKey) ?? '');
      const since = this.#parts.clock.now();
      this.#close({ state: 'failed', context, failure, lastConnected: undefined, since, retryAt: undefined });
    });
  }

  #openContext(kubernetes: KubernetesModule, kubeconfig: Kubeconfig, context: string): void {
    const { clock, log, random, settings } = this.#parts;
    const { namespaces, network } = settings();
    const key = JSON.stringify([context, kubeconfig.fingerprint(context), namespaces, network]);
    if (this.#session && key === this.#sessionKey) {
      return;
    }
    this.#session?.dispose();
    this.#session = undefined;
    try {
      const transport = kubernetes.createTransport(kubeconfig, context, { ...network, log });
      const api = new HttpClusterApi({ transport, log, clock, ...(random ? { random } : {}) });
      const { credentials } = transport;
      this.#session = new ClusterSession({
        api,
        context,
        namespaces,
        clock,
        log,
        credentials,
        ...(random ? { random } : {}),
      });
    } catch (error) {
      if (!isFailure(error)) {
        throw error;
      }
      log.warn(`${context}: ${error.message}`);
      const now = clock.now();
      this.#close({
        state: 'failed',
        context,
        failure: error,
        lastConnected: undefined,
        since: now,
        retryAt: undefined,
      });
      return;
    }
    this.#sessionKey = key;
    this.#sessionChanged.fire();
    this.#session.start();
  }

  /** Why no context can be opened, `undefined` when one can. */
  #refusal(kubeconfig: Kubeconfig): Connection | undefined {
    const { files } = this.#parts.settings();
    if (kubeconfig.contexts.length === 0) {
      const told = kubeconfig.errors.map(({ file, message }) => `${file} ${message}`);
      const unresolved = files.unresolved.map((entry) => `${entry} needs an open folder`);
      return { state: 'disconnected', reason: 'noKubeconfig', detail: [...told, ...unresolved].join('; ') };
    }
    const chosen = this.#choose(kubeconfig);
    if (chosen === undefined) {
      return { state: 'disconnected', reason: 'noContext' };
    }
    return kubeconfig.contexts.some(({ name }) => name === chosen)
      ? undefined
      : {
          state: 'disconnected',
          reason: 'noContext',
          detail: `the context "${chosen}" is not in ${kubeconfig.files.join(', ')}`,
        };
  }

  /**
   * The setting, else the remembered one, else the only one there is. Not the kubeconfig's current context: another tool
   * may have set that to production a minute ago, for a purpose of its own. What is open stays so when others appear.
   */
  #choose(kubeconfig: Kubeconfig): string | undefined {
    const only = kubeconfig.contexts.length === 1 ? kubeconfig.contexts[0]?.name : this.#session?.context;
    return this.#parts.settings().context || this.#parts.memory.get(rememberedKey) || only;
  }

  async #load(): Promise<{ readonly kubernetes: KubernetesModule; readonly kubeconfig: Kubeconfig }> {
    const { loadKubernetes, settings } = this.#parts;
    const kubernetes = await loadKubernetes();
    return { kubernetes, kubeconfig: kubernetes.loadKubeconfigs(settings().files.files) };
  }

  #watchFiles(): void {
    const { clock, settings, watchFiles } = this.#parts;
    const { files } = settings().files;
    if (JSON.stringify(files) === this.#watchedFiles) {
      return;
    }
    this.#fileWatch?.dispose();
    this.#watchedFiles = JSON.stringify(files);
    this.#fileWatch = watchFiles(files, () => {
      this.#settle?.dispose();
      this.#settle = clock.after(settleMs, () => {
        if (this.#users > 0 || this.#session) {
          this.#openInBackground();
        }
      });
    });
  }

  #close(why: Connection): void {
    this.#opening += 1;
    this.#session?.dispose();
    this.#session = undefined;
    this.#sessionKey = undefined;
    this.#say(why);
  }

  #say(why: Connection): void {
    this.#disconnected = why;
    this.#sessionChanged.fire();
  }

  #stopIdle(): void {
    this.#idle?.dispose();
    this.#idle = undefined;
  }
}

function isUntrusted(connection: Connection): boolean {
  return connection.state === 'disconnected' && connection.reason === 'untrusted';
}
