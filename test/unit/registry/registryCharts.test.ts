/** Charts pulled from servers on loopback: which version comes, what is checked, what is kept, what is said when it fails. */
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { parse } from 'yaml';
import { Disposables } from '../../../src/base/disposables.ts';
import type { Failure, FailureReason } from '../../../src/base/failure.ts';
import { Sealed } from '../../../src/base/sealed.ts';
import type { RegistryLogins } from '../../../src/registry/dockerCredentials.ts';
import { type ChartAddress, RegistryCharts, type RegistryChartsOptions } from '../../../src/registry/registryCharts.ts';
import type { ChartPuller } from '../../../src/render/desired.ts';
import { ManualClock } from '../../support/manualClock.ts';
import {
  type Answer,
  artifact,
  chartServer,
  type ChartServer,
  digestOf,
  guarded,
  redirect,
  status,
} from './chartServer.ts';

let lifetime = new Disposables();
beforeEach(() => {
  lifetime = new Disposables();
});
afterEach(() => lifetime.dispose());

const clock = new ManualClock();

function charts(more: Partial<RegistryChartsOptions> = {}): RegistryCharts {
  return new RegistryCharts({ clock, parseYaml: (text) => parse(text) as unknown, ...more });
}

/** A folder that is removed when the test has ended. */
function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'driftline-charts-'));
  lifetime.add({ dispose: () => rmSync(path, { recursive: true, force: true }) });
  return path;
}

const contentOf = (version: string): Buffer => Buffer.from(`chart ${version}`);

interface Entry {
  readonly version: string;
  readonly url?: string;
  readonly digest?: string;
  readonly created?: string;
}

function indexOf(entries: readonly Entry[], chart = 'podinfo'): string {
  const lines = entries.flatMap(({ version, url, digest, created }) => [
    '  - apiVersion: v2',
    ...(created === undefined ? [] : [`    created: "${created}"`]),
    '    description: |',
    '      podinfo:',
    '      - version: 99.0.0',
    `    digest: ${digest ?? digestOf(contentOf(version)).slice('sha256:'.length)}`,
    `    name: ${chart}`,
    `    urls:\n    - ${url ?? `podinfo-${version}.tgz`}`,
    `    version: ${version}`,
  ]);
  return [
    'apiVersion: v1',
    'entries:',
    '  other:',
    '  - version: 50.0.0',
    `  ${chart}:`,
    ...lines,
    '  zzz:',
    '  - version: 60.0.0',
    'generated: "2026-01-01T00:00:00Z"',
    '',
  ].join('\n');
}

function filesOf(entries: readonly Entry[]): Record<string, Answer> {
  return Object.fromEntries(
    entries.map(({ version }) => [
      `/charts/podinfo-${encodeURIComponent(version)}.tgz`.replace('%2B', '+'),
      contentOf(version),
    ]),
  );
}

const entries: readonly Entry[] = ['6.4.0', '6.5.0', '6.5.1', '7.0.0-rc.1', '5.0.0'].map((version) => ({ version }));

async function repository(more: Readonly<Record<string, Answer>> = {}, of = entries): Promise<ChartServer> {
  return chartServer(lifetime, { '/charts/index.yaml': indexOf(of), ...filesOf(of), ...more });
}

const chosen: readonly (readonly [string | undefined, string])[] = [
  ['6.5.0', '6.5.0'],
  ['6.x', '6.5.1'],
  ['~6.4', '6.4.0'],
  [undefined, '6.5.1'],
  ['*', '6.5.1'],
  ['>=6.0.0-0', '7.0.0-rc.1'],
  ['7.0.0-rc.1', '7.0.0-rc.1'],
  ['<6 || ~6.4', '6.4.0'],
];

for (const [version, expected] of chosen) {
  test(`of a Helm repository ${version ?? 'no version'} gives ${expected}`, async () => {
    const { url } = await repository();
    const pulled = await charts().pull({
      url: `${url}/charts`,
      chart: 'podinfo',
      ...(version === undefined ? {} : { version }),
    });
    assert.equal(Buffer.from(pulled.bytes).toString(), `chart ${expected}`);
    assert.deepEqual(
      [pulled.version, pulled.revision, pulled.digest],
      [expected, expected, digestOf(contentOf(expected))],
    );
  });
}

test('rendering takes it for what it asks charts of', () => {
  const puller: ChartPuller = charts();
  assert.equal(typeof puller.pull, 'function');
});

test('of two versions that differ behind + the later one comes', async () => {
  const of = [
    { version: '1.0.0+a', created: '2026-02-01T00:00:00Z' },
    { version: '1.0.0+b', created: '2026-03-01T00:00:00Z' },
    { version: '1.0.0+c', created: '2026-01-01T00:00:00Z' },
  ];
  const { url } = await repository({}, of);
  assert.equal((await charts().pull({ url: `${url}/charts/`, chart: 'podinfo', version: '1.x' })).version, '1.0.0+b');
});

test('the index is asked for once in a while, compressed, and archives as they are', async () => {
  const server = await repository();
  const own = new ManualClock();
  const puller = charts({ clock: own });
  const address = { url: `${server.url}/charts`, chart: 'podinfo', version: '6.5.0' };
  await puller.pull(address);
  await puller.pull(address);
  own.advance(6 * 60_000);
  await puller.pull(address);
  const asked = server.seen.map(({ path, encoding }) => `${path} ${encoding ?? ''}`);
  assert.equal(asked.filter((one) => one === '/charts/index.yaml gzip').length, 2);
  assert.equal(asked.filter((one) => one === '/charts/podinfo-6.5.0.tgz identity').length, 3);
});

test('what was pulled is kept by its digest and not pulled again; what is damaged is', async () => {
  const server = await repository();
  const kept = folder();
  const address = { url: `${server.url}/charts`, chart: 'podinfo', version: '6.5.0' };
  const downloads = (): number => server.seen.filter(({ path }) => path.endsWith('.tgz')).length;
  await charts({ folder: kept }).pull(address);
  await charts({ folder: kept }).pull(address);
  assert.equal(downloads(), 1);
  const [file = ''] = readdirSync(kept);
  assert.equal(file, `${digestOf(contentOf('6.5.0')).slice(7)}.tgz`);
  writeFileSync(join(kept, file), 'damaged');
  const again = await charts({ folder: kept }).pull(address);
  assert.equal(Buffer.from(again.bytes).toString(), 'chart 6.5.0');
  assert.equal(downloads(), 2);
  assert.deepEqual(readdirSync(kept), [file]);
});

test('a folder that cannot be written to only means that nothing is kept', async () => {
  const { url } = await repository();
  const file = join(folder(), 'a-file');
  writeFileSync(file, '');
  const pulled = await charts({ folder: join(file, 'below') }).pull({ url: `${url}/charts`, chart: 'podinfo' });
  assert.equal(pulled.version, '6.5.1');
});

test('an index may name charts elsewhere: an absolute URL, a redirect, an artifact of a registry', async () => {
  const other = await chartServer(lifetime, { '/x.tgz': contentOf('1.0.0'), '/y.tgz': contentOf('2.0.0') });
  const of = [
    { version: '1.0.0', url: `${other.url}/x.tgz` },
    { version: '2.0.0', url: 'moved.tgz' },
  ];
  const { url } = await repository({ '/charts/moved.tgz': redirect(`${other.url}/y.tgz`) }, of);
  for (const version of ['1.0.0', '2.0.0']) {
    assert.equal((await charts().pull({ url: `${url}/charts`, chart: 'podinfo', version })).version, version);
  }
});

/** Addresses of charts of a server, and how pulling them fails. */
const failures: readonly {
  readonly name: string;
  readonly answers?: Readonly<Record<string, Answer>>;
  readonly entries?: readonly Entry[];
  readonly chart?: string;
  readonly version?: string;
  readonly reason: FailureReason;
  readonly message: RegExp;
}[] = [
  { name: 'no such chart', chart: 'none', reason: 'notFound', message: /has no chart none$/ },
  { name: 'no such version', version: '9.x', reason: 'notFound', message: /no version of podinfo that is 9\.x$/ },
  { name: 'no range', version: 'newest', reason: 'invalid', message: /newest is neither/ },
  {
    name: 'only pre-releases',
    entries: [{ version: '1.0.0-rc.1' }],
    reason: 'notFound',
    message: /no version of podinfo that is stable/,
  },
  {
    name: 'another digest than the index says',
    entries: [{ version: '1.0.0', digest: 'a'.repeat(64) }],
    reason: 'invalid',
    message: /another digest than the index says/,
  },
  {
    name: 'no index',
    answers: { '/charts/index.yaml': status(404) },
    reason: 'notFound',
    message: /the index of .*does not exist/,
  },
  {
    name: 'a login page',
    answers: { '/charts/index.yaml': '<html>' },
    reason: 'invalid',
    message: /no index of a Helm repository/,
  },
  { name: 'a login', answers: { '/charts/index.yaml': status(401) }, reason: 'unauthorized', message: /wants a login/ },
  { name: 'a refusal', answers: { '/charts/index.yaml': status(403) }, reason: 'forbidden', message: /refuses/ },
  {
    name: 'a server at its end',
    answers: { '/charts/index.yaml': status(503) },
    reason: 'unreachable',
    message: /answers 503/,
  },
  {
    name: 'an index without end',
    answers: {
      '/charts/index.yaml': (_request, response) => response.writeHead(200, { 'content-length': '60000000' }).end('x'),
    },
    reason: 'invalid',
    message: /larger than 50 MB/,
  },
  {
    name: 'a chart without end',
    answers: {
      '/charts/podinfo-6.5.1.tgz': (_request, response) => {
        response.writeHead(200).on('error', () => undefined);
        response.end(Buffer.alloc(11 * 1024 * 1024));
      },
    },
    reason: 'invalid',
    message: /podinfo 6\.5\.1 of .* is larger than 10 MB/,
  },
  {
    name: 'redirects in a circle',
    answers: { '/charts/index.yaml': redirect('/charts/index.yaml') },
    reason: 'invalid',
    message: /more than 5 times/,
  },
  {
    name: 'a redirect to a file',
    answers: { '/charts/index.yaml': redirect('file:///etc/passwd') },
    reason: 'invalid',
    message: /file:\/\/ is not an address/,
  },
  {
    name: 'an address that is none',
    entries: [{ version: '1.0.0', url: 'ftp://a/b' }],
    reason: 'invalid',
    message: /ftp:/,
  },
  {
    name: 'a connection that breaks',
    answers: {
      '/charts/index.yaml': (_request, response) => {
        response.writeHead(200, { 'content-length': '100' });
        response.write('apiVersion');
        setImmediate(() => response.destroy());
      },
    },
    reason: 'unreachable',
    message: /no connection/,
  },
];

for (const { name, answers, entries: of, chart = 'podinfo', version, reason, message } of failures) {
  test(`a Helm repository with ${name}`, async () => {
    const { url } = await repository(answers, of);
    const address = { url: `${url}/charts`, chart, ...(version === undefined ? {} : { version }) };
    await assert.rejects(charts().pull(address), { reason, message });
  });
}

test('a server that nobody is at, and addresses that are none', async () => {
  const { url } = await chartServer(lifetime);
  lifetime.dispose();
  await assert.rejects(charts().pull({ url, chart: 'a' }), { reason: 'unreachable', message: /ECONNREFUSED/ });
  for (const address of [{ url: 'ftp://a', chart: 'b' }, { url: 'https://a' }, { url: 'nonsense', chart: 'b' }]) {
    await assert.rejects(charts().pull(address), { reason: 'invalid' }, address.url);
  }
});

test('messages hold no user, password or query of an address', async () => {
  const { host } = await repository({ '/charts/index.yaml': status(404) });
  const url = `http://user:hunter2@${host}/charts?token=hunter3`;
  await assert.rejects(charts().pull({ url, chart: 'a' }), (error: Failure) => {
    assert.doesNotMatch(error.message, /hunter/);
    return true;
  });
});

test('cancelled before and during the answer', async () => {
  const aborted = new AbortController();
  aborted.abort();
  const server = await repository();
  const address = { url: `${server.url}/charts`, chart: 'podinfo' };
  await assert.rejects(charts().pull(address, aborted.signal), { reason: 'cancelled' });
  assert.deepEqual(server.seen, []);
  const controller = new AbortController();
  server.answers.set('/charts/index.yaml', () => controller.abort());
  await assert.rejects(charts().pull(address, controller.signal), { reason: 'cancelled' });
});

test('a server that says nothing is given up after a while', async () => {
  const own = new ManualClock();
  const server = await repository({ '/charts/index.yaml': () => own.advance(30_000) });
  await assert.rejects(charts({ clock: own }).pull({ url: `${server.url}/charts`, chart: 'podinfo' }), {
    reason: 'timeout',
    message: /silent for 30 s/,
  });
  assert.equal(own.pending, 0);
});

const bytes = contentOf('oci');
const oci = (tag = '6.5.0', type?: string): ReturnType<typeof artifact> => artifact('charts/podinfo', tag, bytes, type);

function tagsAnswer(tags: readonly string[]): Record<string, Answer> {
  return { '/v2/charts/podinfo/tags/list?n=1000': JSON.stringify({ name: 'charts/podinfo', tags }) };
}

const tags = ['6.4.0', '6.5.0', '6.5.0-rc.1', '6.6.0_build', 'latest', 'sha-1234', '5.0.0'];

interface OciRow {
  readonly name: string;
  readonly address: Omit<ChartAddress, 'url'>;
  readonly tag: string;
  readonly version: string;
  /** Whether the revision is that of an OCIRepository. */
  readonly byReference?: boolean;
}

const ociRows: readonly OciRow[] = [
  { name: 'a version', address: { chart: 'podinfo', version: '6.5.0' }, tag: '6.5.0', version: '6.5.0' },
  {
    name: 'a version with +',
    address: { chart: 'podinfo', version: '6.6.0+build' },
    tag: '6.6.0_build',
    version: '6.6.0+build',
  },
  { name: 'a range', address: { chart: 'podinfo', version: '6.x' }, tag: '6.6.0_build', version: '6.6.0+build' },
  { name: 'no version', address: { chart: 'podinfo' }, tag: '6.6.0_build', version: '6.6.0+build' },
  { name: 'a tag', address: { reference: { tag: '6.5.0' } }, tag: '6.5.0', version: '6.5.0', byReference: true },
  { name: 'no tag', address: { reference: {} }, tag: 'latest', version: 'latest', byReference: true },
  { name: 'a semver', address: { reference: { semver: '~6.4' } }, tag: '6.4.0', version: '6.4.0', byReference: true },
  {
    name: 'a semver with a filter',
    address: { reference: { semver: '>=6.0.0-0', semverFilter: '.*-rc.*' } },
    tag: '6.5.0-rc.1',
    version: '6.5.0-rc.1',
    byReference: true,
  },
  {
    name: 'semver before tag',
    address: { reference: { semver: '5.x', tag: '6.5.0' } },
    tag: '5.0.0',
    version: '5.0.0',
    byReference: true,
  },
];

for (const { name, address, tag, version, byReference = false } of ociRows) {
  test(`of a registry ${name} gives ${tag}`, async () => {
    const made = oci(tag);
    const { host } = await chartServer(lifetime, { ...made.answers, ...tagsAnswer(tags) });
    const url = address.chart === undefined ? `oci://${host}/charts/podinfo` : `oci://${host}/charts/`;
    const pulled = await charts().pull({ ...address, url, insecure: true });
    assert.equal(Buffer.from(pulled.bytes).toString(), 'chart oci');
    assert.equal(pulled.version, version);
    assert.equal(pulled.digest, made.layerDigest);
    assert.equal(pulled.revision, byReference ? `${tag}@${made.manifestDigest}` : version);
  });
}

test('of a registry by digest, before everything else', async () => {
  const made = oci();
  const { host } = await chartServer(lifetime, made.answers);
  const reference = { digest: made.manifestDigest, semver: '1.x', tag: 'other' };
  const pulled = await charts().pull({ url: `oci://${host}/charts/podinfo`, reference, insecure: true });
  assert.equal(pulled.revision, made.manifestDigest);
});

test('an artifact that no Helm made: its first layer', async () => {
  const made = oci('latest', 'application/vnd.cncf.flux.content.v1.tar+gzip');
  const { host } = await chartServer(lifetime, made.answers);
  const pulled = await charts().pull({ url: `oci://${host}/charts/podinfo`, reference: {}, insecure: true });
  assert.equal(Buffer.from(pulled.bytes).toString(), 'chart oci');
});

test('tags come in pages', async () => {
  const first: Answer = (_request, response) =>
    response
      .writeHead(200, { link: '</v2/charts/podinfo/tags/list?n=1000&last=a>; rel="next"' })
      .end(JSON.stringify({ tags: ['1.0.0'] }));
  const { host } = await chartServer(lifetime, {
    ...oci('2.0.0').answers,
    '/v2/charts/podinfo/tags/list?n=1000': first,
    '/v2/charts/podinfo/tags/list?n=1000&last=a': JSON.stringify({ tags: ['2.0.0'] }),
  });
  assert.equal(
    (await charts().pull({ url: `oci://${host}/charts`, chart: 'podinfo', insecure: true })).version,
    '2.0.0',
  );
});

test('a blob that was kept is not pulled again', async () => {
  const made = oci();
  const server = await chartServer(lifetime, made.answers);
  const kept = folder();
  const address = { url: `oci://${server.host}/charts`, chart: 'podinfo', version: '6.5.0', insecure: true };
  await charts({ folder: kept }).pull(address);
  await charts({ folder: kept }).pull(address);
  assert.equal(server.seen.filter(({ path }) => path.includes('/blobs/')).length, 1);
});

const logins: RegistryLogins = () => Promise.resolve({ basic: new Sealed('me:hunter2'), helper: undefined });
const basic = `Basic ${Buffer.from('me:hunter2').toString('base64')}`;

/** Every answer of the artifact, to those alone who say `expected`. */
function allGuarded(expected: string, challenge: string): Record<string, Answer> {
  return Object.fromEntries(
    Object.entries(oci().answers).map(([path, answer]) => [path, guarded(answer, expected, challenge)]),
  );
}

test('a token is fetched anonymously, or with the login, and used from then on', async () => {
  for (const [known, expected] of [
    [undefined, undefined],
    [logins, basic],
  ] as const) {
    const tokens = await chartServer(lifetime, {
      '/token?service=registry&scope=repository%3Acharts%2Fpodinfo%3Apull': JSON.stringify({ token: 'abc' }),
    });
    const challenge = `Bearer realm="${tokens.url}/token",service="registry",scope="repository:charts/podinfo:pull"`;
    const server = await chartServer(lifetime, allGuarded('Bearer abc', challenge));
    await charts(known ? { logins: known } : {}).pull({
      url: `oci://${server.host}/charts`,
      chart: 'podinfo',
      version: '6.5.0',
      insecure: true,
    });
    assert.deepEqual(
      tokens.seen.map(({ authorization }) => authorization),
      [expected],
    );
    assert.deepEqual(
      server.seen.map(({ authorization }) => authorization),
      [undefined, 'Bearer abc', 'Bearer abc'],
    );
  }
});

test('basic authentication', async () => {
  const server = await chartServer(lifetime, allGuarded(basic, 'Basic realm="registry"'));
  const address = { url: `oci://${server.host}/charts`, chart: 'podinfo', version: '6.5.0', insecure: true };
  assert.equal((await charts({ logins }).pull(address)).version, '6.5.0');
});

test('a login does not go along to where blobs lie', async () => {
  const storage = await chartServer(lifetime, { '/blob': bytes });
  const made = oci();
  const blob = `/v2/charts/podinfo/blobs/${encodeURIComponent(made.layerDigest)}`;
  const server = await chartServer(lifetime, {
    ...allGuarded(basic, 'Basic realm="registry"'),
    [blob]: guarded(redirect(`${storage.url}/blob`, 307), basic, 'Basic'),
  });
  await charts({ logins }).pull({
    url: `oci://${server.host}/charts`,
    chart: 'podinfo',
    version: '6.5.0',
    insecure: true,
  });
  assert.deepEqual(
    storage.seen.map(({ authorization }) => authorization),
    [undefined],
  );
});

const ociFailures: readonly {
  readonly name: string;
  readonly answers: (made: ReturnType<typeof oci>) => Readonly<Record<string, Answer>>;
  readonly address?: Omit<ChartAddress, 'url'>;
  readonly logins?: RegistryLogins;
  readonly reason: FailureReason;
  readonly message: RegExp;
}[] = [
  { name: 'no such tag', answers: () => ({}), reason: 'notFound', message: /charts\/podinfo:6\.5\.0 does not exist/ },
  {
    name: 'no version in the range',
    answers: () => tagsAnswer(tags),
    address: { chart: 'podinfo', version: '9.x' },
    reason: 'notFound',
    message: /no version that is 9\.x/,
  },
  {
    name: 'another blob than its digest',
    answers: (made) => ({
      ...made.answers,
      [`/v2/charts/podinfo/blobs/${encodeURIComponent(made.layerDigest)}`]: 'forged',
    }),
    reason: 'invalid',
    message: /what came has the digest/,
  },
  {
    name: 'another manifest than its digest',
    answers: (made) => ({
      [`/v2/charts/podinfo/manifests/${encodeURIComponent(made.manifestDigest)}`]: '{"layers": []}',
    }),
    address: { reference: { digest: oci().manifestDigest } },
    reason: 'invalid',
    message: /has another digest/,
  },
  {
    name: 'an index of images',
    answers: () => ({ '/v2/charts/podinfo/manifests/6.5.0': '{"manifests": []}' }),
    reason: 'invalid',
    message: /no artifact with layers/,
  },
  {
    name: 'no layers',
    answers: () => ({ '/v2/charts/podinfo/manifests/6.5.0': '{"layers": []}' }),
    reason: 'invalid',
    message: /no layer with a chart/,
  },
  {
    name: 'no JSON',
    answers: () => ({ '/v2/charts/podinfo/manifests/6.5.0': '<html>' }),
    reason: 'invalid',
    message: /no JSON object/,
  },
  {
    name: 'a login that is missing',
    answers: () => allGuarded('Basic x', 'Basic realm="r"'),
    reason: 'unauthorized',
    message: /refuses .* to no login$/,
  },
  {
    name: 'a login that only a program knows',
    answers: () => allGuarded('Basic x', 'Basic realm="r"'),
    logins: () => Promise.resolve({ basic: undefined, helper: 'desktop' }),
    reason: 'unauthorized',
    message: /to no login; the credential helper desktop is not run/,
  },
  {
    name: 'a login that does not suffice',
    answers: () => ({ '/v2/charts/podinfo/manifests/6.5.0': status(403) }),
    logins,
    reason: 'forbidden',
    message: /to the stored login/,
  },
  {
    name: 'another kind of authentication',
    answers: () => allGuarded('x', 'Negotiate'),
    reason: 'unauthorized',
    message: /not known here/,
  },
  {
    name: 'further tags on another server',
    answers: () => ({
      '/v2/charts/podinfo/tags/list?n=1000': (_request, response) =>
        response.writeHead(200, { link: '<http://evil.example.com/>; rel="next"' }).end('{"tags": []}'),
    }),
    address: { chart: 'podinfo', version: '6.x' },
    reason: 'invalid',
    message: /on another server/,
  },
  {
    name: 'too many requests',
    answers: () => ({ '/v2/charts/podinfo/manifests/6.5.0': status(429) }),
    reason: 'busy',
    message: /answers 429/,
  },
  {
    name: 'a filter that JavaScript cannot read',
    answers: () => tagsAnswer(tags),
    address: { reference: { semver: '6.x', semverFilter: '(?<' } },
    reason: 'invalid',
    message: /cannot be used here/,
  },
];

for (const { name, answers, address, logins: known, reason, message } of ociFailures) {
  test(`a registry with ${name}`, async () => {
    const { host } = await chartServer(lifetime, answers(oci()));
    const asked = address ?? { chart: 'podinfo', version: '6.5.0' };
    const url = asked.chart === undefined ? `oci://${host}/charts/podinfo` : `oci://${host}/charts`;
    await assert.rejects(charts(known ? { logins: known } : {}).pull({ ...asked, url, insecure: true }), {
      reason,
      message,
    });
  });
}

test('addresses of registries that are none', async () => {
  for (const url of [
    'oci://',
    'oci://host',
    'oci://host/',
    'oci://user:secret@host/a',
    'oci://host/A B',
    'oci://host/../a',
  ]) {
    await assert.rejects(charts().pull({ url, reference: {} }), (error: Failure) => {
      assert.equal(error.reason, 'invalid');
      assert.doesNotMatch(error.message, /secret/);
      return true;
    });
  }
});
