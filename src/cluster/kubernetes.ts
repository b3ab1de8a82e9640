/**
 * Kubeconfig files read from disk, and the transport to the API server of one of their contexts. The only file that
 * imports the Kubernetes client, which takes a third of a second to load: callers import it when they first connect.
 * Knows no Kubernetes verb; never writes a file. The client gives YAML and OIDC; requests go by Node's own HTTP.
 */
import { KubeConfig, loadYaml } from '@kubernetes/client-node';
import { readFileSync } from 'node:fs';
import { Agent as HttpAgent, type OutgoingHttpHeaders } from 'node:http';
import { Agent as HttpsAgent, type RequestOptions } from 'node:https';
import { getCACertificates } from 'node:tls';
import { type Clock, systemClock } from '../base/clock.ts';
import { Failure } from '../base/failure.ts';
import type { Log } from '../base/log.ts';
import { asList, asRecord, asText, fieldAt } from '../flux/untyped.ts';
import { type ExecCredential, ExecCredentials } from './execCredentials.ts';
import { type HttpTarget, sendHttp } from './httpRequest.ts';
import { type ContextEntry, Kubeconfig, type KubeconfigSource } from './kubeconfig.ts';
import { chooseProxy, showProxy } from './proxyChoice.ts';
import { tunnelAgent } from './proxyTunnel.ts';
import type { Transport, TransportRequest, TransportResponse } from './transport.ts';

export interface TransportOptions {
  /** VS Code's `http.proxy`, empty or `undefined` for none. */
  readonly proxy: string | undefined;
  /** VS Code's `http.noProxy`: hosts that are reached without it. */
  readonly noProxy?: readonly string[];
  /** VS Code's `http.proxyStrictSSL`: about the proxy's certificate, never about the API server's. */
  readonly strictSSL: boolean;
  /** PEM texts that are trusted besides the kubeconfig's authority or, without one, the system's. */
  readonly extraCAs: readonly string[];
  readonly log: Log;
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly clock?: Clock;
}

/** Reads and merges; what cannot be read is in `errors` of the result. A file that does not exist is one of them. */
export function loadKubeconfigs(files: readonly string[]): Kubeconfig {
  return new Kubeconfig(files.map(readSource));
}

function readSource(file: string): KubeconfigSource {
  try {
    const text = readFileSync(file, 'utf8');
    return { file, content: text.trim() === '' ? {} : loadYaml<unknown>(text) };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT') {
      return { file, error: 'does not exist', missing: true };
    }
    if (code === 'EACCES' || code === 'EISDIR') {
      return { file, error: code === 'EACCES' ? 'may not be read (permission denied)' : 'is a folder' };
    }
    // The parser's message quotes the lines around the error, and those may hold a token: the first line names the place.
    const first = (error instanceof Error ? error.message : String(error)).split('\n', 1)[0] ?? '';
    return { file, error: `is not valid YAML: ${first}` };
  }
}

/** Throws a Failure `invalid` when the context cannot be used at all. Nothing is sent or run before the first request. */
export function createTransport(kubeconfig: Kubeconfig, context: string, options: TransportOptions): Transport {
  try {
    return new ContextTransport(kubeconfig.entry(context), options);
  } catch (error) {
    throw new Failure('invalid', error instanceof Error ? error.message : String(error), { cause: error });
  }
}

class ContextTransport implements Transport {
  readonly context: string;
  readonly userName: string;
  readonly credentials: ExecCredentials | undefined;
  readonly #entry: ContextEntry;
  readonly #options: TransportOptions;
  readonly #clock: Clock;
  readonly #server: URL;
  readonly #client: KubeConfig;
  readonly #agent: HttpAgent | undefined;
  readonly #ended = new AbortController();

  constructor(entry: ContextEntry, options: TransportOptions) {
    const { env = process.env, clock = systemClock(), log } = options;
    this.context = entry.name;
    this.userName = entry.userName;
    this.#entry = entry;
    this.#options = options;
    this.#clock = clock;
    this.#server = serverOf(entry);
    refuseOldProviders(entry);
    this.#client = clientOf(entry);
    this.#agent = agentOf(entry, this.#server, options, env);
    const exec = asRecord(entry.user['exec']);
    this.credentials = exec && new ExecCredentials({ exec, cluster: entry.cluster, env, clock, log });
  }

  async send(request: TransportRequest): Promise<TransportResponse> {
    const signal = AbortSignal.any([request.signal, this.#ended.signal]);
    const { credentials } = this;
    const credential = await credentials?.get(signal);
    const response = await this.#sendWith(credential, { ...request, signal });
    if (!credentials || !credential) {
      return response;
    }
    if (response.status !== 401) {
      credentials.accept(credential);
      return response;
    }
    // A token that worked and no longer does has been revoked or has expired early: one new one, then the 401 stands.
    return credentials.reject(credential)
      ? this.#sendWith(await credentials.get(signal), { ...request, signal })
      : response;
  }

  dispose(): void {
    this.#ended.abort();
    this.credentials?.dispose();
    this.#agent?.destroy();
  }

  async #sendWith(credential: ExecCredential | undefined, request: TransportRequest): Promise<TransportResponse> {
    return sendHttp(await this.#target(credential), request, this.#clock);
  }

  async #target(credential: ExecCredential | undefined): Promise<HttpTarget> {
    const applied: RequestOptions = { headers: {} };
    let headers: OutgoingHttpHeaders;
    try {
      await this.#client.applyToHTTPSOptions(applied);
      headers = { ...(applied.headers as OutgoingHttpHeaders), ...impersonation(this.#entry), ...this.#fileToken() };
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new Failure('unauthorized', `the credentials of "${this.context}" cannot be used: ${why}`, {
        cause: error,
      });
    }
    if (credential?.token !== undefined) {
      headers['authorization'] = `Bearer ${credential.token}`;
    }
    const { rejectUnauthorized, servername } = applied;
    const cert = credential?.certificate ?? (applied.cert as Buffer | undefined);
    const key = credential?.key ?? (applied.key as Buffer | undefined);
    const ca = this.#trusted(applied.ca as Buffer | undefined);
    return {
      server: this.#server,
      // SOCKS is the client's own agent; it brings one for every context, which is unused otherwise.
      agent: this.#agent ?? (applied.agent as HttpAgent),
      headers: withoutDoubles(headers),
      auth: typeof applied.auth === 'string' ? applied.auth : undefined,
      tls: {
        ...(ca ? { ca } : {}),
        ...(cert ? { cert } : {}),
        ...(key ? { key } : {}),
        ...(servername === undefined ? {} : { servername }),
        ...(rejectUnauthorized === undefined ? {} : { rejectUnauthorized }),
      },
    };
  }

  #trusted(own: Buffer | undefined): (string | Buffer)[] | undefined {
    const { extraCAs } = this.#options;
    if (own) {
      return [own, ...extraCAs];
    }
    return extraCAs.length === 0 ? undefined : [...getCACertificates('default'), ...extraCAs];
  }

  /** Read again for each request: whoever mounts the file also renews it. It wins over `token`, as in client-go. */
  #fileToken(): OutgoingHttpHeaders {
    const file = tokenFileOf(this.#entry);
    return file === undefined ? {} : { authorization: `Bearer ${readFileSync(file, 'utf8').trim()}` };
  }
}

function serverOf(entry: ContextEntry): URL {
  const text = asText(entry.cluster['server']) ?? '';
  if (text === '') {
    throw new Error(`the cluster "${entry.clusterName}" of context "${entry.name}" has no server`);
  }
  // kubectl takes a server without a scheme for http (client-go, rest/url_utils.go).
  const server = URL.parse(text.includes('://') ? text : `http://${text}`);
  if (!server || !/^https?:$/.test(server.protocol)) {
    throw new Error(`the server of the cluster "${entry.clusterName}" is not an http or https address`);
  }
  return server;
}

/** The providers that kubectl dropped with 1.26 would start processes on each request here. */
function refuseOldProviders(entry: ContextEntry): void {
  const provider = fieldAt(entry.user['auth-provider'], 'name');
  if (provider !== undefined && provider !== 'oidc') {
    const name = asText(provider) ?? 'unnamed';
    throw new Error(
      `the auth-provider "${name}" of the user "${entry.userName}" was removed from Kubernetes clients; use its exec plugin`,
    );
  }
}

/** A client that knows this one context, without what this project does in its own way: exec plugin, token file, proxy. */
function clientOf(entry: ContextEntry): KubeConfig {
  const user = without(entry.user, 'exec', 'tokenFile', 'token-file');
  const cluster = without(entry.cluster, 'proxy-url');
  const proxy = asText(entry.cluster['proxy-url']) ?? '';
  const client = new KubeConfig();
  client.loadFromString(
    JSON.stringify({
      // The client refuses plain http unless TLS checks are off, which http has none of.
      clusters: [
        {
          name: 'cluster',
          cluster: {
            ...cluster,
            server: serverOf(entry).href,
            ...(proxy.startsWith('socks') ? { 'proxy-url': proxy } : {}),
            ...(serverOf(entry).protocol === 'http:' ? { 'insecure-skip-tls-verify': true } : {}),
          },
        },
      ],
      users: [{ name: 'user', user }],
      contexts: [{ name: 'context', context: { cluster: 'cluster', user: 'user' } }],
      'current-context': 'context',
    }),
  );
  return client;
}

function without(record: Readonly<Record<string, unknown>>, ...fields: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).filter(([field]) => !fields.includes(field)));
}

/** `undefined` for SOCKS, which the client's own agent does. */
function agentOf(
  entry: ContextEntry,
  server: URL,
  options: TransportOptions,
  env: Readonly<Record<string, string | undefined>>,
): HttpAgent | undefined {
  const kubeconfig = asText(entry.cluster['proxy-url']);
  const proxy = chooseProxy({ server, kubeconfig, setting: options.proxy, noProxy: options.noProxy ?? [], env });
  // Probes of the connection itself, so that a peer that vanished is noticed below the watches' own time limit.
  const keep = { keepAlive: true, keepAliveMsecs: 30_000 };
  if (!proxy) {
    return server.protocol === 'https:' ? new HttpsAgent(keep) : new HttpAgent(keep);
  }
  if (proxy.protocol.startsWith('socks')) {
    if (kubeconfig === undefined || kubeconfig === '') {
      throw new Error(
        'a SOCKS proxy must be the proxy-url of the kubeconfig: http.proxy and the environment take HTTP proxies',
      );
    }
    return undefined;
  }
  options.log.info(`${entry.name}: connecting through the proxy ${showProxy(proxy)}`);
  const ca = options.extraCAs.length === 0 ? undefined : [...getCACertificates('default'), ...options.extraCAs];
  return tunnelAgent(server.protocol === 'https:', { proxy, strictSSL: options.strictSSL, ca, timeoutMs: 8_000 }, keep);
}

function tokenFileOf(entry: ContextEntry): string | undefined {
  return asText(entry.user['tokenFile']) ?? asText(entry.user['token-file']);
}

/** `as` is done by the client; groups, uid and extra are not (client-go, transport/round_trippers.go). */
function impersonation(entry: ContextEntry): OutgoingHttpHeaders {
  const texts = (value: unknown): string[] => (asList(value) ?? []).flatMap((item) => asText(item) ?? []);
  const { user } = entry;
  const headers: OutgoingHttpHeaders = {};
  const groups = texts(user['as-groups']);
  if (groups.length > 0) {
    headers['impersonate-group'] = groups;
  }
  const uid = asText(user['as-uid']);
  if (uid !== undefined) {
    headers['impersonate-uid'] = uid;
  }
  for (const [name, values] of Object.entries(asRecord(user['as-user-extra']) ?? {})) {
    headers[`impersonate-extra-${encodeURIComponent(name.toLowerCase())}`] = texts(values);
  }
  return headers;
}

/** `Authorization` of the client and `authorization` of ours are one header: the later one counts. */
function withoutDoubles(headers: OutgoingHttpHeaders): OutgoingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}
