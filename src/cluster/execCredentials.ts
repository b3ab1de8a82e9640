/**
 * Credentials from a credential plugin (client.authentication.k8s.io): one run at a time, its result kept until it
 * expires, a failure kept until the user retries, because a plugin may open a log-in window each time.
 * The plugin's output is a secret: it is parsed, kept in memory and shown nowhere; only its stderr is.
 */
import { parseJson } from '../base/parseJson.ts';
import { type ChildProcess, spawn } from 'node:child_process';
import type { Clock } from '../base/clock.ts';
import { Emitter } from '../base/emitter.ts';
import { cancelled, Failure } from '../base/failure.ts';
import type { Log } from '../base/log.ts';
import { asList, asRecord, asText, fieldAt } from '../flux/untyped.ts';
import type { Credentials } from './transport.ts';

type Raw = Readonly<Record<string, unknown>>;

/** What a plugin gave. */
export interface ExecCredential {
  readonly token: string | undefined;
  readonly certificate: string | undefined;
  readonly key: string | undefined;
  /** Milliseconds since the epoch, `undefined` when it does not expire. */
  readonly expires: number | undefined;
}

export interface ExecCredentialsOptions {
  /** The `exec` of the kubeconfig's user; its command is absolute or looked up in PATH. */
  readonly exec: Raw;
  /** The kubeconfig's cluster, told to the plugin where `provideClusterInfo` asks for it. */
  readonly cluster: Raw;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly log: Log;
  /** A log-in in the browser takes a person minutes; what takes longer hangs. */
  readonly timeoutMs?: number;
}

const maxOutput = 1024 * 1024;
const maxShownError = 2000;

export class ExecCredentials implements Credentials {
  readonly #options: ExecCredentialsOptions;
  readonly #command: string;
  readonly #changed = new Emitter<void>();
  readonly onDidChange = this.#changed.event;
  #run: Promise<ExecCredential> | undefined;
  #process: ChildProcess | undefined;
  #held: ExecCredential | undefined;
  #accepted: ExecCredential | undefined;
  #failed: Failure | undefined;
  #disposed = false;

  constructor(options: ExecCredentialsOptions) {
    this.#options = options;
    this.#command = textOf(options.exec['command']) ?? '';
  }

  get running(): string | undefined {
    return this.#run ? shortName(this.#command) : undefined;
  }

  /** The credential in force, from a run of the plugin if there is none. Throws `unauthorized` or `cancelled`. */
  async get(signal: AbortSignal): Promise<ExecCredential> {
    if (this.#disposed || signal.aborted) {
      throw cancelled(`the credential plugin ${shortName(this.#command)}`);
    }
    if (this.#failed) {
      throw this.#failed;
    }
    const held = this.#held;
    // Half a minute early, so that a token does not expire between here and the server.
    if (held && (held.expires === undefined || held.expires - 30_000 > this.#options.clock.now())) {
      return held;
    }
    return abortable(this.#start(), signal, shortName(this.#command));
  }

  /** The server took it. Only what once worked is worth renewing after a 401. */
  accept(credential: ExecCredential): void {
    this.#accepted = credential;
  }

  /** The server answered 401. Whether another `get` may bring a better one; never twice for the same credential. */
  reject(credential: ExecCredential): boolean {
    if (this.#held !== credential) {
      return this.#failed === undefined; // somebody else has renewed it meanwhile
    }
    if (this.#accepted !== credential) {
      return false;
    }
    this.#held = undefined;
    return true;
  }

  retry(): void {
    this.#failed = undefined;
    this.#held = undefined;
  }

  dispose(): void {
    this.#disposed = true;
    this.#changed.dispose();
    this.#process?.kill();
  }

  #start(): Promise<ExecCredential> {
    if (!this.#run) {
      const started = this.#options.clock.now();
      this.#options.log.info(`running the credential plugin ${this.#command}`);
      this.#run = this.#execute().then(
        (credential) => {
          const took = this.#options.clock.now() - started;
          this.#options.log.info(`the credential plugin ${this.#command} answered after ${took} ms`);
          this.#held = credential;
          this.#end();
          return credential;
        },
        (error: unknown) => {
          const failure = this.#explain(error);
          if (!this.#disposed) {
            this.#options.log.error(failure.message);
            this.#failed = failure;
          }
          this.#end();
          throw failure;
        },
      );
      this.#changed.fire();
    }
    return this.#run;
  }

  #end(): void {
    this.#run = undefined;
    this.#process = undefined;
    this.#changed.fire();
  }

  async #execute(): Promise<ExecCredential> {
    const { exec } = this.#options;
    const apiVersion = textOf(exec['apiVersion']) ?? 'client.authentication.k8s.io/v1beta1';
    if (this.#command === '') {
      throw new Error('the kubeconfig names no command');
    }
    if (exec['interactiveMode'] === 'Always') {
      throw new Error('it needs a terminal (interactiveMode: Always)');
    }
    return parseCredential(await this.#output(apiVersion), apiVersion);
  }

  /** What the plugin wrote, once it has ended well. */
  #output(apiVersion: string): Promise<string> {
    const { exec, env, clock, timeoutMs = 300_000 } = this.#options;
    return new Promise((resolve, reject) => {
      const child = spawn(this.#command, argumentsOf(exec['args']), {
        env: { ...env, ...variablesOf(exec['env']), KUBERNETES_EXEC_INFO: this.#info(apiVersion) },
        stdio: ['ignore', 'pipe', 'pipe'],
        windowsHide: true,
      });
      this.#process = child;
      const output = { stdout: '', stderr: '' };
      for (const name of ['stdout', 'stderr'] as const) {
        child[name].setEncoding('utf8').on('data', (text: string) => {
          output[name] = (output[name] + text).slice(0, maxOutput);
        });
      }
      const limit = clock.after(timeoutMs, () => {
        child.kill();
        reject(new Error(`it did not end within ${timeoutMs / 1000} s`));
      });
      child.once('error', (error) => {
        limit.dispose();
        reject(error);
      });
      child.once('close', (code, signal) => {
        limit.dispose();
        if (code === 0) {
          resolve(output.stdout);
        } else {
          const how = code === null ? `ended by ${signal ?? 'a signal'}` : `exit code ${code}`;
          const said = output.stderr.trim().slice(0, maxShownError);
          reject(new Error(said === '' ? how : `${how}: ${said}`));
        }
      });
    });
  }

  /** client-go, tools/auth/exec: the plugin reads who asks from this variable. */
  #info(apiVersion: string): string {
    const { exec, cluster } = this.#options;
    const told =
      exec['provideClusterInfo'] === true
        ? {
            cluster: {
              server: cluster['server'],
              'tls-server-name': cluster['tls-server-name'],
              'insecure-skip-tls-verify': cluster['insecure-skip-tls-verify'],
              'certificate-authority-data': cluster['certificate-authority-data'],
              'proxy-url': cluster['proxy-url'],
              config: extensionOf(cluster),
            },
          }
        : {};
    return JSON.stringify({ apiVersion, kind: 'ExecCredential', spec: { interactive: false, ...told } });
  }

  #explain(error: unknown): Failure {
    const name = shortName(this.#command);
    if (this.#disposed) {
      return cancelled(`the credential plugin ${name}`);
    }
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    const hint = textOf(this.#options.exec['installHint'])?.trim().slice(0, maxShownError);
    const message =
      code === 'ENOENT'
        ? `the credential plugin "${name}" was not found${hint === undefined ? '' : `: ${hint}`}`
        : `the credential plugin "${name}" failed: ${error instanceof Error ? error.message : String(error)}`;
    return new Failure('unauthorized', message, { cause: error });
  }
}

/** Never puts the output into its error: it may hold half a token. */
function parseCredential(stdout: string, apiVersion: string): ExecCredential {
  const parsed = parseJson(stdout);
  const status = asRecord(fieldAt(parsed, 'status'));
  if (fieldAt(parsed, 'kind') !== 'ExecCredential' || status === undefined) {
    throw new Error('its output is no ExecCredential with a status');
  }
  if (fieldAt(parsed, 'apiVersion') !== apiVersion) {
    throw new Error(`it answered in another version than ${apiVersion}`);
  }
  const token = textOf(status['token']);
  const certificate = textOf(status['clientCertificateData']);
  const key = textOf(status['clientKeyData']);
  if (token === undefined && (certificate === undefined || key === undefined)) {
    throw new Error('its output has neither a token nor a certificate with its key');
  }
  const expires = Date.parse(textOf(status['expirationTimestamp']) ?? '');
  return { token, certificate, key, expires: Number.isNaN(expires) ? undefined : expires };
}

function abortable<T>(work: Promise<T>, signal: AbortSignal, name: string): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(cancelled(`waiting for the credential plugin ${name}`));
    signal.addEventListener('abort', stop, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}

function shortName(command: string): string {
  return command.split(/[/\\]/).at(-1) ?? command;
}

/** The cluster's extension that is meant for plugins (client-go, clientcmd/api/v1/conversion.go). */
function extensionOf(cluster: Raw): unknown {
  const found = asList(cluster['extensions'])?.find(
    (entry) => fieldAt(entry, 'name') === 'client.authentication.k8s.io/exec',
  );
  return fieldAt(found, 'extension');
}

function argumentsOf(value: unknown): string[] {
  return (asList(value) ?? []).flatMap((entry) => scalarOf(entry) ?? []);
}

function variablesOf(value: unknown): Record<string, string> {
  return Object.fromEntries(
    (asList(value) ?? []).flatMap((entry) => {
      const name = textOf(fieldAt(entry, 'name'));
      return name === undefined ? [] : [[name, scalarOf(fieldAt(entry, 'value')) ?? '']];
    }),
  );
}

/** YAML reads `8080` and `true` as a number and a flag where a text is meant. */
function scalarOf(value: unknown): string | undefined {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? String(value)
    : undefined;
}

function textOf(value: unknown): string | undefined {
  const text = asText(value);
  return text === '' ? undefined : text;
}
