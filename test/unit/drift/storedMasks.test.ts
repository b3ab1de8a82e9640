/** What a chart has made of a Secret – a hash, capitals, a part – is in no difference of a release, and what is plain is still shown. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { Failure } from '../../../src/base/failure.ts';
import { Sealed } from '../../../src/base/sealed.ts';
import type { ReleaseComparison, ReleaseComparisonRequest } from '../../../src/drift/compareRelease.ts';
import type { KubernetesObject } from '../../../src/flux/objects.ts';
import { fieldAt } from '../../../src/flux/untyped.ts';
import type { RenderedRelease } from '../../../src/render/desired.ts';
import { desired, ofSecret, renderedRelease, value } from '../../support/rendered.ts';
import { helmRelease, installed, manifestObject, ReleaseBed, type ReleaseWorld } from './releaseBed.ts';

type Fields = Readonly<Record<string, unknown>>;

const dots = '•••';
const secret = 'canary-swordfish';
const forms = {
  hash: createHash('sha256').update(secret).digest('hex'),
  loud: secret.toUpperCase(),
  start: secret.slice(0, 4),
  length: 4711,
};
const derived = [secret, ...Object.values(forms).map(String)];

const template = `
data:
  hash: {{ .Values.password | sha256sum }}
  loud: {{ .Values.password | upper }}
  start: {{ substr 0 4 .Values.password }}
  length: {{ .Values.password | adler32sum }}
  level: info
  url: https://{{ .Values.host }}/
  file: |
    log: info
    token: {{ .Values.password | upper }}
`;

const settings = manifestObject('ConfigMap', 'settings', {
  data: { ...forms, level: 'info', url: 'https://shop.example.com/', file: `log: info\ntoken: ${forms.loud}` },
});
const masked = { hash: dots, loud: dots, start: dots, length: dots };
const shown = { level: 'info', url: 'https://shop.example.com/', file: `log: info\n${dots}` };

const live = helmRelease({ valuesFrom: [{ kind: 'Secret', name: 'v' }], values: { host: 'shop.example.com' } });
const world: ReleaseWorld = {
  template,
  manifest: [settings],
  config: { host: 'shop.example.com', password: secret },
  live: [installed(settings, { data: { ...(fieldAt(settings, 'data') as object), level: 'debug' } })],
};

/** The release rendered with a Secret that was rotated since: other texts at the same places. */
function rotated(more: Fields = {}): RenderedRelease {
  const data = { hash: '1', loud: 'NEW', start: 'new', length: 5, ...shown, file: 'log: info\ntoken: NEW', ...more };
  const paths = [...Object.keys(masked), 'file'].map((key) => ['data', key]);
  const object = { ...desired('ConfigMap', 'settings', { data: { ...masked, ...shown, ...more } }).object };
  return renderedRelease({
    objects: [{ object, real: new Sealed({ ...object, data } as KubernetesObject), masked: paths, unstable: [] }],
    values: [value('password', dots, ofSecret('v', 'password'))],
    merged: new Sealed({ host: 'shop.example.com', password: 'new' }),
  });
}

function compare(
  request: Partial<ReleaseComparisonRequest>,
  more: Partial<ReleaseWorld> = {},
): Promise<ReleaseComparison> {
  return new ReleaseBed({ ...world, ...more }).compare({ live, ...request });
}

function checkSilent(told: unknown): void {
  const text = JSON.stringify(told) + inspect(told, { depth: 20 });
  derived.forEach((one) => assert.ok(!text.includes(one), `${one} is in ${text}`));
}

const wordsOf = ({ notes }: ReleaseComparison): string => notes.map(({ message }) => message).join('\n');

for (const [title, former] of [
  ['that nobody can render', () => Promise.reject(new Failure('notFound', 'its chart is gone'))],
  ['that nobody renders', undefined],
] as const) {
  test(`drift of a release ${title}: what plain words do not prove is masked and counted`, async () => {
    const comparison = await compare({ former });
    checkSilent(comparison);
    const [difference] = comparison.objects;
    assert.deepEqual(fieldAt(difference?.before, 'data'), { ...masked, ...shown, level: 'debug' });
    assert.deepEqual(fieldAt(difference?.after, 'data'), { ...masked, ...shown });
    assert.match(wordsOf(comparison), /^5 values are masked.*could not be rendered to see/m);
  });
}

test('drift of a release that can be rendered: its places tell, also where the Secret was rotated', async () => {
  const comparison = await compare({ former: () => Promise.resolve(rotated()) }, { template: '' });
  checkSilent(comparison);
  const [difference] = comparison.objects;
  assert.deepEqual(fieldAt(difference?.before, 'data'), { ...masked, ...shown, level: 'debug' });
  assert.equal(wordsOf(comparison), '');
});

test('an object that the chart no longer has shows none of them when it goes', async () => {
  const rendered = renderedRelease({ objects: [desired('ConfigMap', 'other', { data: {} })] });
  const comparison = await compare({ rendered });
  checkSilent(comparison);
  const gone = comparison.objects.find(({ change }) => change === 'delete');
  assert.deepEqual(fieldAt(gone?.before, 'data'), { ...masked, ...shown });
});

test('what helm-controller writes on every object is plain, also where it goes', async () => {
  const labels = {
    'helm.toolkit.fluxcd.io/name': 'storefront',
    'helm.toolkit.fluxcd.io/namespace': 'flux-system',
    'example.com/hash': forms.hash,
  };
  const marked = manifestObject('ConfigMap', 'settings', { data: { level: 'info' } }, { labels });
  const owner = { ...live, metadata: { ...live.metadata, name: 'storefront', namespace: 'flux-system' } };
  const { objects } = await compare(
    { live: owner, rendered: renderedRelease({ inForce: owner }) },
    { manifest: [marked] },
  );
  const [gone] = objects;
  assert(gone);
  assert.equal(gone.change, 'delete');
  const told = gone.before?.metadata.labels ?? {};
  assert.equal(told['helm.toolkit.fluxcd.io/name'], 'storefront');
  assert.equal(told['helm.toolkit.fluxcd.io/namespace'], 'flux-system');
  assert.doesNotMatch(JSON.stringify(told), new RegExp(forms.hash));
});

test('a field that an upgrade takes away shows none either', async () => {
  const data = { level: 'debug', url: 'https://shop.example.com/' };
  const comparison = await compare({
    rendered: renderedRelease({ objects: [desired('ConfigMap', 'settings', { data })] }),
  });
  checkSilent(comparison);
  const [difference] = comparison.objects;
  assert.equal(difference?.change, 'change');
  assert.equal(fieldAt(difference.before, 'data', 'level'), 'info');
});

test('a key that is made of a Secret is masked, and the words of the chart are not', async () => {
  const keyed = manifestObject('ConfigMap', 'settings', { data: { [`of-${forms.loud}`]: 'info', level: 'info' } });
  const changed = installed(keyed, { data: { [`of-${forms.loud}`]: 'info', level: 'debug' } });
  const comparison = await compare({}, { manifest: [keyed], live: [changed] });
  checkSilent(comparison);
  assert.deepEqual(fieldAt(comparison.objects[0]?.after, 'data'), { [dots]: dots, level: 'info' });
});

test('a release without Secrets is rendered no second time and shown whole', async () => {
  const plain = helmRelease({ values: { host: 'shop.example.com' } });
  const former = (): Promise<never> => Promise.reject(new Error('nobody asks for it'));
  const bed = new ReleaseBed({ ...world, config: {}, template: '' });
  const comparison = await bed.compare({ live: plain, former });
  assert.equal(fieldAt(comparison.objects[0]?.before, 'data', 'loud'), forms.loud);
  assert.deepEqual(wordsOf(comparison), '');
});

test('what ends the whole comparison ends the render too', async () => {
  const former = (): Promise<never> => Promise.reject(new Failure('cancelled', 'ended'));
  await assert.rejects(compare({ former }), { reason: 'cancelled' });
});
