/**
 * A repository of an OCI registry: its tags, its manifests and its blobs, over the distribution API. Knows no charts. What it
 * gives has been checked against its digest.
 */
import { createHash } from 'node:crypto';
import { Failure } from '../base/failure.ts';
import { Sealed } from '../base/sealed.ts';
import type { RegistryLogins } from './dockerCredentials.ts';
import type { Downloaded, Downloader, DownloadRequest } from './download.ts';

export interface OciRepositoryOptions {
  readonly downloader: Downloader;
  readonly logins: RegistryLogins;
  /** `oci://host[:port]/path`. */
  readonly url: string;
  /** Speaks http, for registries without a certificate. */
  readonly insecure: boolean;
  readonly signal?: AbortSignal;
}

export interface OciLayer {
  readonly mediaType: string;
  /** `sha256:…` */
  readonly digest: string;
  readonly size: number;
}

export interface OciManifest {
  /** Of the manifest's bytes. */
  readonly digest: string;
  readonly layers: readonly OciLayer[];
}

const manifestTypes = [
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
];
const maxManifestBytes = 4 * 1024 * 1024;
const maxTagPages = 500;
const tagsOfPage = 1000;

export class OciRepository {
  /** `host/path`, for messages. */
  readonly label: string;
  readonly #options: OciRepositoryOptions;
  readonly #base: URL;
  readonly #path: string;
  readonly #host: string;
  #authorization: Sealed<string> | undefined;

  /** Throws `Failure('invalid')` for what is no such URL. */
  constructor(options: OciRepositoryOptions) {
    this.#options = options;
    const match = /^oci:\/\/(?<host>[^/@\s]+)\/(?<path>[a-z0-9]+(?:[._/-]+[a-z0-9]+)*)\/*$/.exec(options.url);
    const { host = '', path = '' } = match?.groups ?? {};
    const isHub = /^(?:index\.)?docker\.io$/.test(host);
    const base = URL.parse(`${options.insecure ? 'http' : 'https'}://${isHub ? 'registry-1.docker.io' : host}/v2/`);
    if (!match || !base) {
      throw new Failure('invalid', `${withoutUser(options.url)} is no address of an OCI repository`);
    }
    this.#host = host;
    this.#base = base;
    this.#path = isHub && !path.includes('/') ? `library/${path}` : path;
    this.label = `${host}/${path}`;
  }

  /** Every tag, in no order. Throws `Failure`. */
  async tags(): Promise<readonly string[]> {
    const tags: string[] = [];
    let next: URL | undefined = new URL(`${this.#path}/tags/list?n=${tagsOfPage}`, this.#base);
    for (let page = 0; next !== undefined; page += 1) {
      if (page === maxTagPages) {
        throw new Failure('invalid', `${this.label} has more than ${maxTagPages * tagsOfPage} tags`);
      }
      const what = `the tags of ${this.label}`;
      const answer = await this.#get(next, { what, maxBytes: maxManifestBytes });
      const list = readJson(answer.bytes, what)['tags'];
      tags.push(...(Array.isArray(list) ? list.filter((tag) => typeof tag === 'string') : []));
      next = this.#nextPage(answer, next);
    }
    return tags;
  }

  /** `reference`: a tag or a digest. */
  async manifest(reference: string): Promise<OciManifest> {
    const what = `${this.label}${reference.includes(':') ? '@' : ':'}${reference}`;
    const url = new URL(`${this.#path}/manifests/${encodeURIComponent(reference)}`, this.#base);
    const { bytes } = await this.#get(url, { what, maxBytes: maxManifestBytes, accept: manifestTypes.join(', ') });
    const digest = digestOf(bytes);
    if (reference.startsWith('sha256:') && reference !== digest) {
      throw new Failure('invalid', `${what} has another digest: ${digest}`);
    }
    const parsed = readJson(bytes, what);
    if (!Array.isArray(parsed['layers'])) {
      throw new Failure('invalid', `${what} is no artifact with layers`);
    }
    return { digest, layers: parsed['layers'].flatMap(readLayer) };
  }

  async blob(layer: OciLayer, maxBytes: number): Promise<Buffer> {
    const what = `${this.label}@${layer.digest}`;
    const url = new URL(`${this.#path}/blobs/${encodeURIComponent(layer.digest)}`, this.#base);
    const { bytes } = await this.#get(url, { what, maxBytes });
    if (digestOf(bytes) !== layer.digest) {
      throw new Failure('invalid', `${what}: what came has the digest ${digestOf(bytes)}`);
    }
    return bytes;
  }

  /** Asks without credentials first, as registries tell what they want. */
  async #get(url: URL, request: Omit<DownloadRequest, 'authorization' | 'signal'>): Promise<Downloaded> {
    const { downloader, signal } = this.#options;
    const full = { ...request, ...(signal ? { signal } : {}) };
    const first = await downloader.get(url, {
      ...full,
      ...(this.#authorization ? { authorization: this.#authorization } : {}),
    });
    const challenge = first.headers['www-authenticate'];
    if (first.status !== 401 || challenge === undefined) {
      return this.#checked(first, request.what);
    }
    this.#authorization = await this.#answer(challenge, request.what);
    return this.#checked(
      await downloader.get(url, { ...full, ...(this.#authorization ? { authorization: this.#authorization } : {}) }),
      request.what,
    );
  }

  async #checked(answer: Downloaded, what: string): Promise<Downloaded> {
    const { status } = answer;
    if (status === 200) {
      return answer;
    }
    if (status === 404) {
      throw new Failure('notFound', `${what} does not exist`, { status });
    }
    if (status === 401 || status === 403) {
      const { basic, helper } = await this.#options.logins(this.#host);
      const known = basic ? 'the stored login' : 'no login';
      const hint = helper === undefined ? '' : `; the credential helper ${helper} is not run`;
      throw new Failure(
        status === 401 ? 'unauthorized' : 'forbidden',
        `${this.#host} refuses ${what} to ${known}${hint}`,
        { status },
      );
    }
    throw new Failure(
      status === 429 ? 'busy' : status < 500 ? 'invalid' : 'unreachable',
      `${what}: ${this.#host} answers ${status}`,
      {
        status,
      },
    );
  }

  /** What the registry asked for: its own basic authentication, or a token of its token server. */
  async #answer(challenge: string, what: string): Promise<Sealed<string> | undefined> {
    const { downloader, logins, signal, insecure } = this.#options;
    const { basic } = await logins(this.#host);
    const login = basic?.map((pair) => `Basic ${Buffer.from(pair).toString('base64')}`);
    if (/^basic\b/i.test(challenge)) {
      return login;
    }
    const realm = URL.parse(/\brealm="([^"]*)"/i.exec(challenge)?.[1] ?? '');
    if (!/^bearer\b/i.test(challenge) || !realm) {
      throw new Failure('unauthorized', `${this.#host} asks for an authentication that is not known here`);
    }
    if (realm.protocol !== 'https:' && !insecure) {
      throw new Failure('unauthorized', `${this.#host} wants its login sent to ${realm.host} without encryption`);
    }
    for (const name of ['service', 'scope']) {
      const value = new RegExp(`\\b${name}="([^"]*)"`, 'i').exec(challenge)?.[1];
      if (value !== undefined) {
        realm.searchParams.set(name, value);
      }
    }
    const answer = await downloader.get(realm, {
      what: `a token for ${what}`,
      maxBytes: 1024 * 1024,
      ...(signal ? { signal } : {}),
      ...(login ? { authorization: login } : {}),
    });
    const parsed = (await this.#checked(answer, what)).bytes;
    const { token, access_token: access } = readJson(parsed, `the token for ${what}`);
    const text = typeof token === 'string' ? token : access;
    return typeof text === 'string' ? new Sealed(`Bearer ${text}`) : undefined;
  }

  #nextPage({ headers }: Downloaded, at: URL): URL | undefined {
    const link = /<([^>]+)>\s*;\s*rel="?next"?/i.exec([headers.link ?? ''].flat().join(','))?.[1];
    const next = link === undefined ? undefined : URL.parse(link, at.href);
    if (next && next.origin !== this.#base.origin) {
      throw new Failure('invalid', `${this.label} has its further tags on another server`);
    }
    return next ?? undefined;
  }
}

export function digestOf(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

function readLayer(layer: unknown): OciLayer[] {
  const { mediaType, digest, size } = (layer ?? {}) as Readonly<Record<string, unknown>>;
  return typeof mediaType === 'string' && typeof digest === 'string' && /^sha256:[0-9a-f]{64}$/.test(digest)
    ? [{ mediaType, digest, size: typeof size === 'number' ? size : 0 }]
    : [];
}

function readJson(bytes: Buffer, what: string): Readonly<Record<string, unknown>> {
  try {
    const parsed: unknown = JSON.parse(bytes.toString('utf8'));
    if (typeof parsed === 'object' && parsed !== null) {
      return parsed as Readonly<Record<string, unknown>>;
    }
  } catch {
    // said below
  }
  throw new Failure('invalid', `${what} is no JSON object`);
}

function withoutUser(url: string): string {
  return url.replace(/^([a-z]+:\/\/)[^@/]*@/i, '$1');
}
