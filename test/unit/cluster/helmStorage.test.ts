/** The release that Helm has stored: which Secret it is, what is read of it, and what is refused without a word of its content. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { gzipSync } from 'node:zlib';
import { Failure } from '../../../src/base/failure.ts';
import type { AccessQuestion, ClusterApi, ListPage, ListQuery } from '../../../src/cluster/clusterApi.ts';
import { latestSnapshot, readNewestRelease, readStoredRelease, storageOf } from '../../../src/cluster/helmStorage.ts';
import type { FluxObject, KubernetesObject } from '../../../src/flux/objects.ts';

const canary = 'hunter2-canary';

/** As Helm writes it. */
function releaseJson(version = 3, other: Readonly<Record<string, unknown>> = {}): Readonly<Record<string, unknown>> {
  return {
    name: 'loki',
    namespace: 'logging',
    version,
    info: { status: 'deployed', notes: 'NOTES' },
    chart: {
      metadata: { name: 'loki', version: '6.6.1', appVersion: '3.1' },
      templates: [{ name: 'x', data: 'eA==' }],
    },
    config: { password: canary },
    manifest: `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: loki }\ndata: { password: ${canary} }\n`,
    hooks: [{ name: 'migrate', kind: 'Job', manifest: canary, events: ['pre-upgrade', 7] }, 'no hook'],
    apply_method: 'ssa',
    ...other,
  };
}

const helmBase64 = (bytes: Uint8Array | string): string => Buffer.from(bytes).toString('base64');
const apiBase64 = (text: string): string => Buffer.from(text).toString('base64');
const packed = (json: unknown): string => apiBase64(helmBase64(gzipSync(JSON.stringify(json))));

function secretNamed(name: string, release: unknown, labels: Readonly<Record<string, string>> = {}): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name, namespace: 'logging', labels },
    data: { release },
  } as KubernetesObject;
}

const secretOf = (version: number, release: unknown = packed(releaseJson(version))): KubernetesObject =>
  secretNamed(`sh.helm.release.v1.loki.v${version}`, release, { version: String(version) });

function helmRelease(status: FluxObject['status'], spec: FluxObject['spec'] = {}): FluxObject {
  return {
    apiVersion: 'helm.toolkit.fluxcd.io/v2',
    kind: 'HelmRelease',
    metadata: { name: 'loki', namespace: 'logging' },
    spec,
    ...(status ? { status } : {}),
  };
}

const installed = helmRelease({
  storageNamespace: 'logging',
  history: [{ name: 'loki', namespace: 'logging', version: 3 }],
});

class StorageApi {
  readonly asked: string[] = [];
  readonly #secrets: readonly KubernetesObject[];
  readonly #may: (question: AccessQuestion) => boolean | undefined;

  constructor(
    secrets: readonly KubernetesObject[],
    may: (question: AccessQuestion) => boolean | undefined = () => true,
  ) {
    this.#secrets = secrets;
    this.#may = may;
  }

  get api(): ClusterApi {
    const parts: Pick<ClusterApi, 'context' | 'get' | 'list' | 'mayI'> = {
      context: 'homelab',
      mayI: (question) => Promise.resolve(this.#may(question)),
      get: (resource, { namespace, name }) => {
        this.asked.push(`get ${resource.plural} ${namespace}/${name}`);
        const found = this.#secrets.find(({ metadata }) => metadata.name === name && metadata.namespace === namespace);
        return found ? Promise.resolve(found) : Promise.reject(new Failure('notFound', `${name} not found`));
      },
      list: (resource, query) => {
        this.asked.push(`list ${resource.plural} ${query.namespace ?? ''} ${query.labelSelector ?? ''}`);
        return Promise.resolve(this.#page(query));
      },
    };
    return parts as ClusterApi;
  }

  /** Two at a time, as metadata alone. */
  #page(query: ListQuery): ListPage {
    assert.equal(query.metadataOnly, true, 'of Secrets in a list nothing but metadata is asked for');
    const from = Number(query.next ?? 0);
    const items = this.#secrets
      .slice(from, from + 2)
      .map(({ apiVersion, kind, metadata }) => ({ apiVersion, kind, metadata }));
    const next = from + 2 < this.#secrets.length ? String(from + 2) : undefined;
    return { items, resourceVersion: '1', next, remaining: undefined };
  }
}

const never = new AbortController().signal;

test('the release that the history names as its newest is read, and nothing else', async () => {
  const history = [2, 10, 9].map((version) => ({ name: 'loki', namespace: 'logging', version }));
  const storage = new StorageApi([secretOf(9), secretOf(10), secretOf(11)]);
  const found = await readStoredRelease(storage.api, helmRelease({ storageNamespace: 'logging', history }), never);
  assert.deepEqual(storage.asked, ['get secrets logging/sh.helm.release.v1.loki.v10']);
  assert.ok(found);
  const { manifest, config, hooks, chartTexts, ...plain } = found;
  assert.deepEqual(plain, {
    name: 'loki',
    namespace: 'logging',
    version: 10,
    status: 'deployed',
    chart: { name: 'loki', version: '6.6.1', appVersion: '3.1' },
    applyMethod: 'ssa',
    foundBy: 'history',
  });
  assert.match(manifest.reveal(), /kind: ConfigMap/);
  assert.deepEqual(config.reveal(), { password: canary });
  assert.deepEqual(chartTexts?.reveal().slice(0, 2), ['x', '{}']);
  assert.deepEqual(hooks.reveal(), [
    { kind: 'Job', name: 'migrate', events: ['pre-upgrade'] },
    { kind: '', name: '', events: [] },
  ]);
});

test('templates, files and values of the chart are read as texts, whatever is stored in their place', async () => {
  const chart = {
    metadata: { name: 'loki' },
    templates: [{ name: 'a', data: helmBase64('kind: Job') }, 'none', { name: 'b' }],
    files: [{ name: 'c', data: helmBase64('level: info') }],
    values: { level: 'debug' },
  };
  for (const [stored, expected] of [
    [chart, ['kind: Job', '', '', 'level: info', '{"level":"debug"}', '{"name":"loki"}']],
    [{ templates: 'x', files: null }, ['{}', '{}']],
    [undefined, ['{}', '{}']],
  ] as const) {
    const secret = secretOf(3, packed(releaseJson(3, { chart: stored })));
    const found = await readStoredRelease(new StorageApi([secret]).api, installed, never);
    assert.deepEqual(found?.chartTexts?.reveal(), expected);
  }
});

test('what it held prints as dots', async () => {
  const found = await readStoredRelease(new StorageApi([secretOf(3)]).api, installed, never);
  for (const text of [
    JSON.stringify(found),
    inspect(found, { depth: 9 }),
    `${String(found?.manifest)} ${String(found?.config)}`,
  ]) {
    assert.ok(!text.includes(canary), text);
  }
});

test('the storage is where the status says, not where the spec sends the next release', async () => {
  const moved = helmRelease(installed.status, {
    storageNamespace: 'elsewhere',
    targetNamespace: 'target',
    releaseName: 'x',
  });
  const storage = new StorageApi([secretOf(3)]);
  assert.equal((await readStoredRelease(storage.api, moved, never))?.version, 3);
  assert.deepEqual(storageOf(moved), { namespace: 'logging', name: 'x', releaseNamespace: 'target' });
});

const newest: readonly { readonly title: string; readonly release: FluxObject }[] = [
  { title: 'a HelmRelease of an API without history', release: helmRelease({ storageNamespace: 'logging' }) },
  { title: 'a HelmRelease that was never reconciled', release: helmRelease(undefined) },
  {
    title: 'a revision that was pruned from the storage',
    release: helmRelease({ storageNamespace: 'logging', history: [{ name: 'loki', version: 4 }] }),
  },
  {
    title: 'a history that names no version',
    release: helmRelease({ storageNamespace: 'logging', history: [{ name: 'loki' }] }),
  },
];

for (const { title, release } of newest) {
  test(`${title}: the newest release of the name is found by labels, 10 after 9`, async () => {
    const others = [secretNamed('no-version', 'x'), secretNamed('odd', 'x', { version: '1e9' })];
    const storage = new StorageApi([...others, secretOf(10), secretOf(9)]);
    const found = await readStoredRelease(storage.api, release, never);
    assert.deepEqual([found?.version, found?.foundBy], [10, 'newest']);
    assert.equal(storage.asked.at(-1), 'get secrets logging/sh.helm.release.v1.loki.v10');
    assert.ok(storage.asked.includes('list secrets logging owner=helm,name=loki'));
  });
}

test('nothing stored is no failure', async () => {
  assert.equal(await readStoredRelease(new StorageApi([]).api, installed, never), undefined);
  assert.equal(await readNewestRelease(new StorageApi([]).api, { namespace: 'a', name: 'b' }, never), undefined);
});

test('a name that no release can have is asked for nowhere', async () => {
  for (const name of ['', 'a,owner!=helm', '../../x', 'Ä', 'a/b']) {
    const storage = new StorageApi([secretOf(3)]);
    const release = helmRelease({ storageNamespace: 'logging', history: [{ name, version: 3 }] });
    assert.equal(await readStoredRelease(storage.api, release, never), undefined);
    assert.deepEqual(storage.asked, []);
  }
});

test('who may not read Secrets is told so, and no request is made', async () => {
  const storage = new StorageApi([secretOf(3)], () => false);
  const expected = {
    reason: 'forbidden',
    message: /no permission to read Secret logging\/sh\.helm\.release\.v1\.loki\.v3/,
  };
  await assert.rejects(readStoredRelease(storage.api, installed, never), expected);
  const listing = readNewestRelease(storage.api, { namespace: 'logging', name: 'loki' }, never);
  await assert.rejects(listing, { reason: 'forbidden', message: /list Secrets in logging/ });
  assert.deepEqual(storage.asked, []);
});

test('a server that does not say whether one may is asked for the Secret', async () => {
  const storage = new StorageApi([secretOf(3)], () => undefined);
  assert.equal((await readStoredRelease(storage.api, installed, never))?.version, 3);
});

const readable: readonly {
  readonly title: string;
  readonly release: string;
  readonly status: string;
  readonly method: string;
}[] = [
  {
    title: 'not compressed, as before Helm 2',
    release: apiBase64(helmBase64(JSON.stringify(releaseJson()))),
    status: 'deployed',
    method: 'ssa',
  },
  {
    title: 'by Helm 3, which says nothing of how it applied',
    release: packed(releaseJson(3, { apply_method: undefined })),
    status: 'deployed',
    method: 'csa',
  },
  {
    title: 'with fields of other types',
    release: packed(releaseJson(3, { info: 7, config: ['x'], manifest: { a: 1 }, hooks: {}, chart: null })),
    status: 'unknown',
    method: 'ssa',
  },
  {
    title: 'with keys that are no keys of a record',
    release: packed(
      JSON.parse(`{"name":"loki","version":3,"config":{"__proto__":{"a":1}},"__proto__":{"status":"x"}}`),
    ),
    status: 'unknown',
    method: 'csa',
  },
];

for (const { title, release, status, method } of readable) {
  test(`a release is read: ${title}`, async () => {
    const found = await readStoredRelease(new StorageApi([secretOf(3, release)]).api, installed, never);
    assert.deepEqual([found?.status, found?.applyMethod], [status, method]);
    assert.equal(typeof found?.manifest.reveal(), 'string');
    assert.equal(Object.getPrototypeOf(found?.config.reveal()), Object.prototype);
  });
}

const hostile: readonly { readonly title: string; readonly release: unknown; readonly says: RegExp }[] = [
  { title: 'no release', release: null, says: /it has no release/ },
  { title: 'an empty one', release: '', says: /it has no release/ },
  { title: 'a number', release: 7, says: /it has no release/ },
  { title: 'text that is no base64', release: canary, says: /it is no JSON/ },
  { title: 'text under base64', release: apiBase64(canary), says: /it is no JSON/ },
  { title: 'JSON that is no object', release: packed([canary]), says: /it is no JSON/ },
  { title: 'broken JSON', release: apiBase64(helmBase64(gzipSync(`{"a": "${canary}`))), says: /it is no JSON/ },
  {
    title: 'a cut-off archive',
    release: apiBase64(helmBase64(gzipSync(JSON.stringify(releaseJson())).subarray(0, 60))),
    says: /cannot be unpacked/,
  },
  { title: 'a bomb', release: apiBase64(helmBase64(gzipSync(Buffer.alloc(49 * 1024 * 1024, 32)))), says: /too large/ },
  { title: 'more than the API can hold', release: 'A'.repeat(4 * 1024 * 1024 + 1), says: /it is too large/ },
  { title: 'another release', release: packed(releaseJson(3, { name: 'tempo' })), says: /record of another release/ },
  { title: 'another revision', release: packed(releaseJson(2)), says: /record of another release/ },
  {
    title: 'nested without end',
    release: apiBase64(helmBase64(gzipSync('['.repeat(2_000_000)))),
    says: /it is no JSON/,
  },
];

for (const { title, release, says } of hostile) {
  test(`a Secret that holds ${title} is refused by name, without a word of it`, async () => {
    const reading = readStoredRelease(new StorageApi([secretOf(3, release)]).api, installed, never);
    await assert.rejects(reading, (error: Error) => {
      assert.match(error.message, says);
      assert.match(error.message, /Secret logging\/sh\.helm\.release\.v1\.loki\.v3 is no release of Helm/);
      assert.ok(!inspect(error, { depth: 9 }).includes(canary));
      return true;
    });
  });
}

test('a failure of the request is passed on', async () => {
  const api = { ...new StorageApi([]).api, get: () => Promise.reject(new Failure('unreachable', 'no route')) };
  await assert.rejects(readStoredRelease(api, installed, never), { reason: 'unreachable' });
});

test('the newest snapshot is the one with the highest version, wherever it stands', () => {
  assert.equal(
    latestSnapshot(helmRelease({ history: [{ version: 2 }, { version: 11 }, { version: 3 }] }))?.version,
    11,
  );
  assert.equal(latestSnapshot(helmRelease({ history: [] })), undefined);
});
