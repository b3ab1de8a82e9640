/** What a parent substituted from a Secret into a HelmRelease is masked in the values and objects of an upgrade, rendered as it lives. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createHash } from 'node:crypto';
import { inspect } from 'node:util';
import { Sealed } from '../../../src/base/sealed.ts';
import type { ReleaseComparison } from '../../../src/drift/compareRelease.ts';
import type { FluxObject, KubernetesObject } from '../../../src/flux/objects.ts';
import { fieldAt } from '../../../src/flux/untyped.ts';
import type { RenderedRelease } from '../../../src/render/desired.ts';
import { desired, inline, kustomizationName, renderedRelease, value } from '../../support/rendered.ts';
import { helmRelease, installed, manifestObject, ReleaseBed, type ReleaseWorld } from './releaseBed.ts';

const dots = '•••';

const owner = {
  apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
  kind: 'Kustomization',
  metadata: { name: 'root', namespace: 'flux-system', generation: 1 },
  spec: { postBuild: { substituteFrom: [{ kind: 'Secret', name: 'variables' }] } },
  status: {
    observedGeneration: 1,
    history: [
      {
        lastReconciled: '2026-11-01T12:00:00Z',
        lastReconciledDuration: '2s',
        lastReconciledStatus: 'ReconciliationSucceeded',
      },
    ],
  },
} as KubernetesObject;

/** `at`: the hour in which it was written; the parent has applied at noon. */
function variables(text: string, at = '11'): KubernetesObject {
  const data = { PASSWORD: Buffer.from(text).toString('base64') };
  const managedFields = [{ manager: 'kubectl', operation: 'Update', time: `2026-11-01T${at}:00:00Z` }];
  return installed(manifestObject('Secret', 'variables', { data }, { namespace: 'flux-system', managedFields }));
}

function releaseWith(text: string): FluxObject {
  const labels = {
    'kustomize.toolkit.fluxcd.io/name': 'root',
    'kustomize.toolkit.fluxcd.io/namespace': 'flux-system',
  };
  return helmRelease(
    { values: { url: text, other: 2 } },
    { metadata: { name: 'shop', namespace: 'apps', generation: 1, labels } },
  );
}

/** An upgrade that changes another value and adds an object. */
function upgrade(text: string, more: Partial<RenderedRelease> = {}): Promise<ReleaseComparison> {
  const live = releaseWith(text);
  const old = manifestObject('ConfigMap', 'settings', { data: { level: 'info', url: text } });
  const world = {
    manifest: [old],
    live: [installed(old), owner, variables(text)],
    config: { url: text, other: 1 },
  };
  const rendered = renderedRelease({
    inForce: live,
    values: [value('url', text, inline), value('other', 2, inline)],
    merged: new Sealed({ url: text, other: 2 }),
    objects: [
      desired('ConfigMap', 'settings', { data: { level: 'debug', url: text } }),
      desired('ConfigMap', 'new', { data: { url: text } }),
    ],
    ...more,
  });
  return new ReleaseBed(world).compare({ live, rendered });
}

for (const text of ['canary-swordfish', 'ab1c']) {
  test(`values of an upgrade hold no Secret of a parent (${text.length} characters)`, async () => {
    const { config } = await upgrade(text);
    assert.ok(!(JSON.stringify(config) + inspect(config, { depth: 20 })).includes(text));
    assert.equal(config?.before['url'], dots);
    assert.deepEqual(config.after, { url: dots, other: 2 });
    assert.deepEqual(
      config.paths.map(({ path }) => path),
      [['other']],
    );
  });

  test(`objects of an upgrade hold no Secret of a parent (${text.length} characters)`, async () => {
    const { objects } = await upgrade(text);
    const shown = objects.flatMap(({ before, after }) => [before, after].flatMap((side) => side ?? []));
    assert.equal(shown.length, 3);
    shown.forEach((side) => assert.equal(fieldAt(side, 'data', 'url'), dots));
  });
}

/** The release was installed with the text that the Secret had before it was rotated, which lives in `spec.values`. */
const text = 'canary-of-before';
const old = manifestObject('ConfigMap', 'settings', { data: { level: 'info', url: text } });
const rotated: ReleaseWorld = {
  template: 'data:\n  level: info\n  url: {{ .Values.url }}',
  manifest: [old],
  live: [installed(old, { data: { level: 'debug', url: text } }), owner, variables('today’s text', '13')],
  config: { url: text, other: 1 },
};

function checkSilent(told: unknown): void {
  assert.ok(!(JSON.stringify(told) + inspect(told, { depth: 20 })).includes(text));
}

test('drift: a text that the Secret of a parent held before it was rotated is shown nowhere', async () => {
  const live = releaseWith(text);
  const ofLive = renderedRelease({
    objects: [desired('ConfigMap', 'settings', { data: { level: 'info', url: text } })],
  });
  for (const more of [{}, { applied: ofLive }, { former: () => Promise.resolve(ofLive) }]) {
    const comparison = await new ReleaseBed(rotated).compare({ live, ...more });
    checkSilent(comparison);
    const data = comparison.objects.map(({ before, after }) => [before, after].map((side) => fieldAt(side, 'data')));
    assert.deepEqual(data, [
      [
        { level: 'debug', url: dots },
        { level: 'info', url: dots },
      ],
    ]);
  }
});

for (const [what, parents] of [
  ['of files', [{ ...kustomizationName, name: 'root' }]],
  ['of what lives', []],
] as const) {
  test(`upgrade: it is shown neither in values nor in objects of a render ${what}`, async () => {
    const live = releaseWith(text);
    const given = parents.length > 0 ? dots : text;
    const data = { level: 'warn', url: given };
    const rendered = renderedRelease({
      inForce: { ...live, spec: { ...live.spec, values: { url: given, other: 2 } } },
      parents,
      values: [value('url', given, inline), value('other', 2, inline)],
      objects: [desired('ConfigMap', 'settings', { data }, { masked: parents.map(() => ['data', 'url']) })],
    });
    const comparison = await new ReleaseBed(rotated).compare({ live, rendered });
    checkSilent(comparison);
    assert.equal(comparison.config?.before['url'], dots);
    assert.equal(comparison.config.after['other'], 2);
    assert.equal(fieldAt(comparison.objects[0]?.after, 'data', 'level'), 'warn');
  });
}

/** What a parent and a chart make of the same Secret. */
const canary = 'Swordfish-Canary-77';
const made = {
  whole: canary,
  capitals: canary.toUpperCase(),
  part: canary.slice(0, 9),
  hash: createHash('sha256').update(canary).digest('hex'),
  backwards: Array.from(canary).reverse().join(''),
  level: 'info',
};
const pieces = [...Object.values(made).filter((one) => one !== 'info'), canary.toLowerCase()];

function checkDerived(told: unknown): void {
  const said = JSON.stringify(told) + inspect(told, { depth: 20 });
  pieces.forEach((piece) => assert.ok(!said.includes(piece), `${piece} in ${said}`));
}

const masked = { ...Object.fromEntries(Object.keys(made).map((key) => [key, dots])), level: 'info' };
const derivedWorld: ReleaseWorld = {
  template: 'data: whole capitals part hash backwards level info',
  manifest: [manifestObject('ConfigMap', 'settings', { data: made })],
  live: [
    installed(manifestObject('ConfigMap', 'settings', { data: { ...made, level: 'debug' } })),
    owner,
    variables(canary),
  ],
  config: { url: made.capitals, other: 1 },
};

for (const [what, url] of [
  ['as it is', canary],
  ['in capitals', made.capitals],
] as const) {
  test(`drift: what a chart has made of a parent’s Secret is not shown, which the release holds ${what}`, async () => {
    const live = releaseWith(url);
    const paths = Object.keys(made).map((key) => ['data', key]);
    const traced = renderedRelease({
      inForce: { ...live, spec: { ...live.spec, values: { url: dots, other: 2 } } },
      objects: [desired('ConfigMap', 'settings', { data: masked }, { masked: paths.slice(0, -1) })],
    });
    const untraced = renderedRelease({
      inForce: live,
      objects: [desired('ConfigMap', 'settings', { data: made })],
    });
    for (const rendered of [traced, untraced, undefined]) {
      const former = () => Promise.resolve(rendered);
      const comparison = await new ReleaseBed(derivedWorld).compare({ live, former });
      checkDerived(comparison);
      const { before, after } = comparison.objects[0] ?? {};
      assert.deepEqual(fieldAt(after, 'data'), masked);
      assert.deepEqual(fieldAt(before, 'data'), { ...masked, level: 'debug' });
    }
  });
}

test('upgrade: a form of a parent’s Secret in the values that Helm has stored is not shown, where the files have dropped it and the live release states it', async () => {
  const live = releaseWith(made.capitals);
  const rendered = renderedRelease({
    inForce: { ...live, spec: { ...live.spec, values: { other: 2 } } },
    parents: [{ ...kustomizationName, name: 'root' }],
    values: [value('other', 2, inline)],
    merged: new Sealed({ other: 2 }),
    objects: [desired('ConfigMap', 'settings', { data: { level: 'info' } })],
  });
  const comparison = await new ReleaseBed(derivedWorld).compare({ live, rendered });
  checkDerived(comparison);
  assert.equal(comparison.config?.before['url'], dots);
});

test('a render that has gone through the parents knows by itself where a short word came from', async () => {
  const { config, objects } = await upgrade('ab1c', { parents: [{ ...kustomizationName, name: 'root' }] });
  assert.equal(config?.after['url'], 'ab1c');
  assert.deepEqual(
    objects.map(({ after }) => fieldAt(after, 'data', 'url')),
    ['ab1c', 'ab1c'],
  );
});
