/**
 * What Helm has stored of a release, read from its Secret (helm.sh/helm pkg/storage/driver, spec drift 5.1): which one it is,
 * the two layers of base64, the gzip that old ones lack. Reads one Secret and lists names alone; what it held stays sealed, and
 * no failure quotes it.
 */
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { Failure, isFailure } from '../base/failure.ts';
import { parseJson } from '../base/parseJson.ts';
import { Sealed } from '../base/sealed.ts';
import type { FluxObject, KubernetesObject, ReleaseSnapshot } from '../flux/objects.ts';
import { releaseNameOf, releaseNamespaceOf, storageNamespaceOf } from '../flux/releaseName.ts';
import { asList, asNumber, asRecord, asText, fieldAt } from '../flux/untyped.ts';
import type { ApiResource, ClusterApi } from './clusterApi.ts';

/** A hook of a release: it is applied at an event, and no part of the manifest. */
export interface StoredHook {
  readonly kind: string;
  readonly name: string;
  /** `pre-install`, `test`, … */
  readonly events: readonly string[];
}

export interface StoredRelease {
  readonly name: string;
  /** Where objects go that name no namespace. */
  readonly namespace: string;
  readonly version: number;
  /** As Helm writes it: `deployed`, `superseded`, `failed`, `pending-upgrade`, … */
  readonly status: string;
  readonly chart: { readonly name: string; readonly version: string; readonly appVersion: string };
  /** Templates, files and default values of the chart itself: of its dependencies Helm keeps none. */
  readonly chartTexts?: Sealed<readonly string[]>;
  /** Client-side apply is what releases from before Helm 4 have, which say nothing of it. */
  readonly applyMethod: 'ssa' | 'csa';
  /** YAML of several documents: what was rendered and post-rendered, without hooks and without `crds/`. */
  readonly manifest: Sealed<string>;
  /** The values that were given to the chart, without its own. */
  readonly config: Sealed<Readonly<Record<string, unknown>>>;
  readonly hooks: Sealed<readonly StoredHook[]>;
  /**
   * `history`: the one that the HelmRelease names as its newest. `newest`: of what is stored, because the HelmRelease names none
   * or what it names is gone.
   */
  readonly foundBy: 'history' | 'newest';
}

/** What is asked of a cluster to read one. A caller with many requests sends these in their turn. */
export type StorageReader = Pick<ClusterApi, 'list' | 'get' | 'mayI'>;

/** The storage of a release that Helm knows by this name. */
export interface ReleaseStorage {
  readonly namespace: string;
  readonly name: string;
}

const secrets: ApiResource = {
  group: '',
  version: 'v1',
  kind: 'Secret',
  plural: 'secrets',
  namespaced: true,
  verbs: ['get', 'list'],
};

/** A Secret has at most 1 MiB, an object of the API 1.5 MiB by etcd's own limit, the layers of base64 included. */
const mostEncoded = 4 * 1024 * 1024;
/** A release with a chart of many files has some MiB; what unpacks to more is no release. */
const mostUnpacked = 48 * 1024 * 1024;
const pageSize = 250;

const unzip = promisify(gunzip);

/** The snapshot that the controller takes for the present one: it sorts them and so do we (hc api/v2 snapshot_types.go `Latest`). */
export function latestSnapshot(release: FluxObject): ReleaseSnapshot | undefined {
  const known = (release.status?.history ?? []).filter(({ version }) => asNumber(version) !== undefined);
  return known.reduce<ReleaseSnapshot | undefined>(
    (best, one) => (best === undefined || (one.version ?? 0) > (best.version ?? 0) ? one : best),
    undefined,
  );
}

/**
 * The release that a HelmRelease of the cluster stands for; `undefined` when nothing is stored: it was not installed yet, or
 * it was uninstalled. Throws `Failure`: `forbidden` where Secrets of the storage's namespace may not be read (no request is made
 * then), `invalid` where what is there is no release.
 */
export async function readStoredRelease(
  api: StorageReader,
  release: FluxObject,
  signal: AbortSignal,
): Promise<StoredRelease | undefined> {
  const namespace = storageNamespaceOf(release);
  const snapshot = latestSnapshot(release);
  const { name = releaseNameOf(release), version } = snapshot ?? {};
  const named = version === undefined ? undefined : await readVersion(api, { namespace, name }, version, signal);
  return named ? { ...named, foundBy: 'history' } : readNewestRelease(api, { namespace, name }, signal);
}

/** Where a HelmRelease would keep its release, whether or not the cluster knows the HelmRelease. */
export function storageOf(release: FluxObject): ReleaseStorage & { readonly releaseNamespace: string } {
  return {
    namespace: storageNamespaceOf(release),
    name: releaseNameOf(release),
    releaseNamespace: releaseNamespaceOf(release),
  };
}

/** The newest release of a name, by whomever it was installed; fails as `readStoredRelease` does. */
export async function readNewestRelease(
  api: StorageReader,
  storage: ReleaseStorage,
  signal: AbortSignal,
): Promise<StoredRelease | undefined> {
  if (!isName(storage.name) || !isName(storage.namespace)) {
    return undefined;
  }
  await askFor(api, 'list', storage.namespace, undefined, signal);
  const labelSelector = `owner=helm,name=${storage.name}`;
  let newest = 0;
  let next: string | undefined;
  do {
    const query = { namespace: storage.namespace, labelSelector, limit: pageSize, next, metadataOnly: true };
    const page = await api.list(secrets, query, signal);
    newest = page.items.reduce((highest, item) => Math.max(highest, versionLabel(item)), newest);
    next = page.next;
  } while (next !== undefined);
  const found = newest === 0 ? undefined : await readVersion(api, storage, newest, signal);
  return found && { ...found, foundBy: 'newest' };
}

/** Text as a label; `9` is before `10`. */
function versionLabel({ metadata }: KubernetesObject): number {
  const label = asText(metadata.labels?.['version']) ?? '';
  return /^[1-9]\d{0,8}$/.test(label) ? Number(label) : 0;
}

/** Names come from a status. No object has such a name, and it would be a part of a selector and of a path. */
function isName(name: string): boolean {
  return name.length <= 253 && /^[a-z0-9](?:[-a-z0-9.]*[a-z0-9])?$/.test(name);
}

type Unfound = Omit<StoredRelease, 'foundBy'>;

async function readVersion(
  api: StorageReader,
  { namespace, name }: ReleaseStorage,
  version: number,
  signal: AbortSignal,
): Promise<Unfound | undefined> {
  if (!isName(name) || !isName(namespace) || !Number.isSafeInteger(version) || version < 1) {
    return undefined;
  }
  const secret = `sh.helm.release.v1.${name}.v${version}`;
  await askFor(api, 'get', namespace, secret, signal);
  let object: KubernetesObject;
  try {
    object = await api.get(secrets, { namespace, name: secret }, signal);
  } catch (error) {
    if (isFailure(error, 'notFound')) {
      return undefined;
    }
    throw error;
  }
  const release = readRelease(await unpack(object));
  if (release.name !== name || release.version !== version) {
    throw unreadable(object, 'it is the record of another release');
  }
  return release;
}

/** A refused request for a Secret looks like an attack in an audit log. Where the server does not say, the request tells. */
async function askFor(
  api: StorageReader,
  verb: 'get' | 'list',
  namespace: string,
  name: string | undefined,
  signal: AbortSignal,
): Promise<void> {
  const question = { verb, group: '', resource: 'secrets', namespace, ...(name === undefined ? {} : { name }) };
  if ((await api.mayI(question, signal)) === false) {
    const what = name === undefined ? `list Secrets in ${namespace}` : `read Secret ${namespace}/${name}`;
    throw new Failure('forbidden', `no permission to ${what}, where Helm keeps the release`);
  }
}

async function unpack(secret: KubernetesObject): Promise<Readonly<Record<string, unknown>>> {
  const outer = asText(fieldAt(secret, 'data', 'release'));
  if (outer === undefined || outer === '') {
    throw unreadable(secret, 'it has no release');
  }
  if (outer.length > mostEncoded) {
    throw unreadable(secret, 'it is too large');
  }
  // The API's base64 around Helm's own.
  const packed = Buffer.from(Buffer.from(outer, 'base64').toString('latin1'), 'base64');
  const json = asRecord(parseJson((await unzipped(secret, packed)).toString('utf8')));
  if (!json) {
    throw unreadable(secret, 'it is no JSON');
  }
  return json;
}

/** Helm before 2.0 did not compress, and still reads it so. */
async function unzipped(secret: KubernetesObject, packed: Buffer): Promise<Buffer> {
  if (packed[0] !== 0x1f || packed[1] !== 0x8b || packed[2] !== 0x08) {
    return packed;
  }
  try {
    return await unzip(packed, { maxOutputLength: mostUnpacked });
  } catch {
    throw unreadable(secret, 'it cannot be unpacked, or is too large');
  }
}

function readRelease(json: Readonly<Record<string, unknown>>): Unfound {
  const metadata = fieldAt(json, 'chart', 'metadata');
  return {
    name: asText(json['name']) ?? '',
    namespace: asText(json['namespace']) ?? '',
    version: asNumber(json['version']) ?? 0,
    status: asText(fieldAt(json, 'info', 'status')) ?? 'unknown',
    chart: {
      name: asText(fieldAt(metadata, 'name')) ?? '',
      version: asText(fieldAt(metadata, 'version')) ?? '',
      appVersion: asText(fieldAt(metadata, 'appVersion')) ?? '',
    },
    chartTexts: new Sealed(chartTexts(asRecord(json['chart']) ?? {})),
    applyMethod: json['apply_method'] === 'ssa' ? 'ssa' : 'csa',
    manifest: new Sealed(asText(json['manifest']) ?? ''),
    config: new Sealed(asRecord(json['config']) ?? {}),
    hooks: new Sealed(
      (asList(json['hooks']) ?? []).map((hook) => ({
        kind: asText(fieldAt(hook, 'kind')) ?? '',
        name: asText(fieldAt(hook, 'name')) ?? '',
        events: (asList(fieldAt(hook, 'events')) ?? []).flatMap((event) => asText(event) ?? []),
      })),
    ),
  };
}

function chartTexts(chart: Readonly<Record<string, unknown>>): readonly string[] {
  const files = [chart['templates'], chart['files']].flatMap((list) => asList(list) ?? []);
  const texts = files.map((file) => Buffer.from(asText(fieldAt(file, 'data')) ?? '', 'base64').toString('utf8'));
  const values = [chart['values'], chart['metadata']].map((part) => JSON.stringify(part ?? {}));
  return [...texts, ...values];
}

function unreadable({ metadata }: KubernetesObject, why: string): Failure {
  return new Failure('invalid', `Secret ${metadata.namespace ?? ''}/${metadata.name} is no release of Helm: ${why}`);
}
