/**
 * Pulls charts from Helm repositories and OCI registries, on the user's action only. Chooses the version as source-controller
 * does, checks digests, keeps what came. Knows nothing of HelmReleases.
 */
import type { Clock } from '../base/clock.ts';
import { Failure } from '../base/failure.ts';
import { ChartFiles } from './chartFiles.ts';
import { chartInIndex, type IndexedChart, type ParseYaml } from './chartIndex.ts';
import { chooseVersion, filterTexts, isFullVersion } from './chooseVersion.ts';
import { anonymous, type RegistryLogins } from './dockerCredentials.ts';
import { Downloader, type DownloaderOptions, type DownloadRequest } from './download.ts';
import { digestOf, type OciLayer, type OciManifest, OciRepository } from './ociRegistry.ts';

/** The same shape as rendering asks with. */
export interface ChartAddress {
  /** `https://…` of a Helm repository, or `oci://…`. */
  readonly url: string;
  /** Without it `url` names the chart itself. */
  readonly chart?: string;
  readonly version?: string;
  readonly reference?: {
    readonly tag?: string;
    readonly semver?: string;
    readonly semverFilter?: string;
    readonly digest?: string;
  };
  readonly insecure?: boolean;
}

export interface PulledChart {
  readonly bytes: Uint8Array;
  /** `sha256:…` of the bytes. */
  readonly digest: string;
  /** As Flux writes it: the version, or `tag@sha256:…` with the digest of the artifact for a reference. */
  readonly revision: string;
  readonly version: string;
}

export interface RegistryChartsOptions extends Omit<DownloaderOptions, 'clock'> {
  readonly clock: Clock;
  readonly parseYaml: ParseYaml;
  /** Folder of charts by digest; absent: nothing is kept. */
  readonly folder?: string;
  readonly logins?: RegistryLogins;
}

/** The limits of source-controller (internal/helm/helm.go). */
const maxIndexBytes = 50 * 1024 * 1024;
const maxChartBytes = 10 * 1024 * 1024;

const chartLayer = 'application/vnd.cncf.helm.chart.content.v1.tar+gzip';
/** How long an index counts for the releases that are rendered one after another. */
const indexLifeMs = 5 * 60_000;
/** Texts of indexes that are held, in characters. */
const maxHeldIndexes = 64 * 1024 * 1024;

interface HeldIndex {
  readonly text: string;
  readonly since: number;
}

export class RegistryCharts {
  readonly #options: RegistryChartsOptions;
  readonly #downloader: Downloader;
  readonly #files: ChartFiles;
  readonly #indexes = new Map<string, HeldIndex>();

  constructor(options: RegistryChartsOptions) {
    this.#options = options;
    this.#downloader = new Downloader(options);
    this.#files = new ChartFiles(options.folder);
  }

  /**
   * Throws `Failure`: `notFound` for a chart or version that does not exist, `unauthorized` and `forbidden` where a login is
   * missing, `invalid` for a digest that does not fit, `unreachable`, `timeout`, `cancelled`.
   */
  async pull(address: ChartAddress, signal?: AbortSignal): Promise<PulledChart> {
    if (address.url.startsWith('oci://')) {
      return this.#fromRegistry(address, signal);
    }
    const { chart } = address;
    const url = URL.parse(address.url);
    if (chart === undefined || !url || !/^https?:$/.test(url.protocol)) {
      throw new Failure('invalid', `${shown(address.url)} is no address of a Helm repository`);
    }
    return this.#fromIndex(url, chart, address, signal);
  }

  async #fromIndex(url: URL, chart: string, address: ChartAddress, signal?: AbortSignal): Promise<PulledChart> {
    const { version: wanted = '' } = address;
    const base = withSlash(url);
    const versions = chartInIndex(await this.#index(base, signal), chart, this.#options.parseYaml);
    const found = versions && chooseVersion(versions, wanted);
    if (!found) {
      const what = versions
        ? `no version of ${chart} that is ${wanted === '' ? 'stable' : wanted}`
        : `no chart ${chart}`;
      throw new Failure('notFound', `${shown(url.href)} has ${what}`);
    }
    const bytes = await this.#bytesOf(found, base, chart, signal);
    return { bytes, digest: digestOf(bytes), revision: found.version, version: found.version };
  }

  async #index(base: URL, signal: AbortSignal | undefined): Promise<string> {
    const now = this.#options.clock.now();
    const held = this.#indexes.get(base.href);
    if (held && now - held.since < indexLifeMs) {
      return held.text;
    }
    const text = await this.#indexText(base, signal);
    this.#indexes.delete(base.href);
    this.#indexes.set(base.href, { text, since: now });
    let size = [...this.#indexes.values()].reduce((sum, one) => sum + one.text.length, 0);
    for (const [key, one] of this.#indexes) {
      if (size <= maxHeldIndexes || key === base.href) {
        break;
      }
      this.#indexes.delete(key);
      size -= one.text.length;
    }
    return text;
  }

  async #indexText(base: URL, signal: AbortSignal | undefined): Promise<string> {
    const what = `the index of ${shown(base.href)}`;
    const bytes = await this.#fetch(
      new URL('index.yaml', base),
      { what, maxBytes: maxIndexBytes, isText: true },
      signal,
    );
    return bytes.toString('utf8');
  }

  async #bytesOf(found: IndexedChart, base: URL, chart: string, signal: AbortSignal | undefined): Promise<Uint8Array> {
    const kept = found.digest === undefined ? undefined : await this.#files.read(found.digest);
    if (kept) {
      return kept;
    }
    const [first] = found.urls;
    const what = `${chart} ${found.version} of ${shown(base.href)}`;
    const url = first === undefined ? null : URL.parse(first, base.href);
    if (!url) {
      throw new Failure('invalid', `${what} has no address in the index`);
    }
    // Some repositories are only an index of charts that lie in a registry.
    const bytes =
      url.protocol === 'oci:'
        ? await this.#indexedInRegistry(url, signal)
        : await this.#fetch(url, { what, maxBytes: maxChartBytes }, signal);
    if (found.digest !== undefined && digestOf(bytes) !== found.digest) {
      throw new Failure('invalid', `${what}: what came has another digest than the index says`);
    }
    await this.#files.keep(bytes);
    return bytes;
  }

  async #indexedInRegistry(url: URL, signal: AbortSignal | undefined): Promise<Uint8Array> {
    const { repository, tag } = /^(?<repository>.*?)(?::(?<tag>[^:/]+))?$/.exec(url.href)?.groups ?? {};
    const pulled = await this.#fromRegistry({ url: repository ?? '', reference: { tag: tag ?? 'latest' } }, signal);
    return pulled.bytes;
  }

  async #fetch(url: URL, request: Omit<DownloadRequest, 'signal'>, signal: AbortSignal | undefined): Promise<Buffer> {
    const { what } = request;
    const { status, bytes } = await this.#downloader.get(url, { ...request, ...(signal ? { signal } : {}) });
    switch (status) {
      case 200:
        return bytes;
      case 404:
        throw new Failure('notFound', `${what} does not exist`, { status });
      case 401:
        throw new Failure('unauthorized', `${url.host} wants a login for ${what}`, { status });
      case 403:
        throw new Failure('forbidden', `${url.host} refuses ${what}`, { status });
      default:
        throw new Failure(status < 500 ? 'invalid' : 'unreachable', `${what}: ${url.host} answers ${status}`, {
          status,
        });
    }
  }

  async #fromRegistry(address: ChartAddress, signal: AbortSignal | undefined): Promise<PulledChart> {
    const { url, chart, reference } = address;
    const repository = new OciRepository({
      downloader: this.#downloader,
      logins: this.#options.logins ?? anonymous,
      url: chart === undefined ? url : `${url.replace(/\/+$/, '')}/${chart}`,
      insecure: address.insecure === true,
      ...(signal ? { signal } : {}),
    });
    const tag = reference?.digest === undefined ? await this.#tagOf(repository, address) : undefined;
    const manifest = await repository.manifest(reference?.digest ?? tag ?? 'latest');
    const layer = chartLayerOf(manifest, repository.label);
    const bytes = (await this.#files.read(layer.digest)) ?? (await repository.blob(layer, maxChartBytes));
    await this.#files.keep(bytes);
    const version = tag?.replaceAll('_', '+') ?? manifest.digest;
    return {
      bytes,
      digest: layer.digest,
      revision: reference ? (tag === undefined ? manifest.digest : `${tag}@${manifest.digest}`) : version,
      version,
    };
  }

  /** A tag cannot hold `+`, so Helm writes `_` for it. */
  async #tagOf(repository: OciRepository, { version, reference }: ChartAddress): Promise<string> {
    const { tag, semver, semverFilter } = reference ?? {};
    if (reference && semver === undefined) {
      return tag ?? 'latest';
    }
    const wanted = semver ?? version ?? '';
    if (!reference && isFullVersion(wanted)) {
      return wanted.replaceAll('+', '_');
    }
    const tags = filterTexts(await repository.tags(), semverFilter);
    const versions = tags.map((one) => ({ version: one.replaceAll('_', '+') }));
    const found = chooseVersion(versions, wanted);
    if (!found) {
      throw new Failure('notFound', `${repository.label} has no version that is ${wanted === '' ? 'stable' : wanted}`);
    }
    return found.version.replaceAll('+', '_');
  }
}

/** The chart's layer; an artifact that no Helm made has the chart in its first. */
function chartLayerOf(manifest: OciManifest, label: string): OciLayer {
  const layer = manifest.layers.find(({ mediaType }) => mediaType === chartLayer) ?? manifest.layers[0];
  if (!layer) {
    throw new Failure('invalid', `${label} has no layer with a chart`);
  }
  return layer;
}

function withSlash(url: URL): URL {
  const copy = new URL(url);
  copy.pathname = `${copy.pathname.replace(/\/+$/, '')}/`;
  return copy;
}

/** Without user, password and query: the last may hold a token. */
function shown(url: string): string {
  return url.replace(/^([a-z]+:\/\/)[^@/]*@/i, '$1').replace(/[?#].*$/, '');
}
