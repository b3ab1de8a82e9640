/**
 * Secrets in every shape that an author or a chart may give them, in objects that live with older ones: of random renders and random
 * states of a cluster nothing that is told holds any. A failure names its seed.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { Failure } from '../../../src/base/failure.ts';
import { Sealed } from '../../../src/base/sealed.ts';
import { compareKustomization } from '../../../src/drift/compareKustomization.ts';
import { compareStates } from '../../../src/drift/compareStates.ts';
import type { FluxObject, KubernetesObject } from '../../../src/flux/objects.ts';
import type { DesiredObject, RenderedKustomization } from '../../../src/render/desired.ts';
import { maskByOrigin } from '../../../src/render/originMask.ts';
import { scramble } from '../../../src/render/scramble.ts';
import { kustomizationName, renderedKustomization, renderedRelease } from '../../support/rendered.ts';
import { type SeededRandom, seededRandom } from '../../support/seededRandom.ts';
import { DriftCluster } from './driftCluster.ts';
import { owned } from './ownedObject.ts';
import { helmRelease, installed, manifestObject, ReleaseBed } from './releaseBed.ts';

type Fields = Readonly<Record<string, unknown>>;

const seeds = Array.from({ length: 150 }, (_, at) => at + 1);

/** As an author writes a variable into a text. */
const shapes: readonly (readonly [shape: string, write: (text: string) => unknown])[] = [
  ['whole', (text) => text],
  ['host', (text) => `${text}.example.com`],
  ['url', (text) => `postgres://user:${encodeURIComponent(text)}@db:5432/app?x=1`],
  ['path', (text) => `/hooks/${text}/push`],
  ['file', (text) => `log: info\nauth:\n  password: "${text}"\nport: 80\n`],
  ['lines', (text) => `first\n${text}\nlast`],
  ['json', (text) => JSON.stringify({ user: 'app', secrets: [{ text }] })],
  ['base64', (text) => Buffer.from(text).toString('base64')],
  ['within base64', (text) => Buffer.from(`user:${text}`).toString('base64')],
  ['arguments', (text) => ['--log=info', `--password=${text}`, '--port=80']],
  [
    'variables',
    (text) => [
      { name: 'LOG', value: 'info' },
      { name: 'PASSWORD', value: text },
    ],
  ],
  ['items', (text) => [{ host: 'plain' }, { host: text, port: 80 }]],
  ['key', (text) => ({ [`of-${text}`]: 'x', plain: 'y' })],
  ['plain', () => 'plain'],
];

/** Letters and what has to be escaped somewhere; long enough to be found, whatever it is written as. */
function secretText(random: SeededRandom): string {
  return `canary${random.text('abcdefgh0123456789', 10)}${random.pick(['', '/', '"', ' x', 'ß', '&='])}end`;
}

/** The same object with any text in the places of its Secret. */
type Template = (text: string) => KubernetesObject;

function randomTemplate(name: string, random: SeededRandom): Template {
  const chosen = Array.from({ length: 1 + random.below(5) }, (_, at) => [`key${at}`, random.pick(shapes)[1]] as const);
  const annotated = random.below(3) === 0;
  return (text) => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name,
      namespace: 'apps',
      ...(annotated && { annotations: { 'example.com/config': `{"token":"${text}"}` } }),
    },
    data: Object.fromEntries(chosen.map(([key, write]) => [key, write(text)])),
  });
}

/** As a render gives it: masked by the same with another text. */
function rendered(templates: readonly Template[], text: string): readonly DesiredObject[] {
  const real = templates.map((template) => template(text));
  const { objects } = maskByOrigin(
    real,
    templates.map((template) => template(scramble(text))),
  );
  return objects.map((shown, at) => ({ ...shown, real: new Sealed(real[at] ?? shown.object), unstable: [] }));
}

/** Fields are lost, added and written otherwise, as people and controllers do. */
function edited(
  { data, ...object }: KubernetesObject & { readonly data?: unknown },
  random: SeededRandom,
): KubernetesObject {
  const entries = Object.entries((data ?? {}) as Fields);
  const some = entries.filter(() => random.below(5) > 0);
  const added = random.below(2) === 0 ? [['added', 'plain'] as const] : [];
  return { ...object, data: Object.fromEntries([...some, ...added]) } as KubernetesObject;
}

/** As the controller has applied it, every key of it. */
function applied(object: KubernetesObject & { readonly data?: unknown }): KubernetesObject {
  const data = Object.fromEntries(Object.keys((object.data ?? {}) as Fields).map((key) => [`f:${key}`, {}]));
  const metadata = { annotations: { 'f:example.com/config': {} } };
  const fields = { 'f:data': data, 'f:metadata': { 'f:annotations': metadata.annotations } };
  return owned({ ...object }, [['kustomize-controller', fields, { operation: 'Apply' }]]);
}

function checkSilent(told: unknown, texts: readonly string[], what: string): void {
  const text = `${JSON.stringify(told)}\n${inspect(told, { depth: 30 })}`.toLowerCase();
  for (const secret of texts.map((one) => one.slice(0, 16).toLowerCase())) {
    const encoded = Buffer.from(secret).toString('base64').slice(0, 20).toLowerCase();
    for (const form of [secret, encoded]) {
      assert.ok(
        !text.includes(form),
        `${what}: ${form} in ${text.slice(Math.max(0, text.indexOf(form) - 300)).slice(0, 700)}`,
      );
    }
  }
}

const flux: FluxObject = {
  apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
  kind: 'Kustomization',
  metadata: kustomizationName,
  spec: { prune: true, postBuild: { substituteFrom: [{ kind: 'Secret', name: 'variables' }] } },
  status: { inventory: { entries: [0, 1, 2, 3].map((at) => ({ id: `apps_c${at}__ConfigMap`, v: 'v1' })) } },
};

/** The same after it lost its Secret, which it has not applied; of one that is suspended nobody knows what was changed beside. */
function losing(random: SeededRandom): FluxObject {
  const [generation, isSuspended] = [3, random.below(2) === 0];
  const conditions = [{ type: 'Ready', status: 'True', observedGeneration: random.pick([1, 2]) } as const];
  return {
    ...flux,
    metadata: { ...kustomizationName, generation },
    spec: { prune: random.below(2) === 0, ...(isSuspended && { suspend: true }) },
    status: { ...flux.status, conditions, observedGeneration: isSuspended ? generation : 2 },
  };
}

function variables(text: string): KubernetesObject {
  const metadata = { name: 'variables', namespace: 'flux-system' };
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata,
    data: { TEXT: Buffer.from(text).toString('base64') },
  } as KubernetesObject;
}

/** A Kustomization of four objects of which the files have changed some; what lives was applied with an older Secret. */
async function checkKustomization(seed: number): Promise<void> {
  const random = seededRandom(seed);
  const [old, now] = [secretText(random), secretText(random)];
  const templates = Array.from({ length: 4 }, (_, at) => randomTemplate(`c${at}`, random));
  const files = templates.slice(random.below(2)).map((template, at) => {
    return random.below(3) === 0 ? randomTemplate(`c${at}`, random) : template;
  });
  const cluster = new DriftCluster().serve('kustomize.toolkit.fluxcd.io/v1 Kustomization kustomizations');
  if (random.below(5) > 0) {
    cluster.has(variables(now));
  }
  for (const template of templates) {
    const live = applied(random.below(2) === 0 ? template(old) : edited(template(old), random));
    cluster.has(live);
    // An apply takes away what it had written before and is not sent again.
    cluster.answersDryRun(live, (sent) => ({ ...sent, metadata: { ...sent.metadata, resourceVersion: '7' } }));
    if (random.below(4) === 0) {
      const said = `ConfigMap "${live.metadata.name}" is invalid: data: Invalid value: ${JSON.stringify(live)}`;
      cluster.answersDryRun(live, new Failure('invalid', said, { status: 422 }));
    }
  }
  const before = renderedKustomization({ inForce: flux, objects: rendered(templates, now) });
  const former = random.pick([
    () => Promise.resolve(before),
    () => Promise.reject<RenderedKustomization>(new Failure('notFound', 'no artifact')),
    undefined,
  ]);
  const after = renderedKustomization({ inForce: flux, objects: rendered(files, now), secrets: new Sealed([now]) });
  const signal = new AbortController().signal;
  const comparison = await compareKustomization({
    rendered: after,
    live: flux,
    former,
    api: cluster.api,
    from: 'files',
    signal,
  });
  checkSilent(comparison, [old, now], `seed ${seed}`);
  checkSilent(compareStates(before, after), [now], `seed ${seed}, two states`);
}

/** A Kustomization that takes nothing from a Secret any more, in files that may still have some of the objects, and of which a webhook quotes what lives. */
async function checkLost(seed: number): Promise<void> {
  const random = seededRandom(seed);
  const old = secretText(random);
  const templates = Array.from({ length: 4 }, (_, at) => randomTemplate(`c${at}`, random));
  const live = losing(random);
  const cluster = new DriftCluster().serve('kustomize.toolkit.fluxcd.io/v1 Kustomization kustomizations').has(live);
  for (const template of templates) {
    const one = applied(random.below(2) === 0 ? template(old) : edited(template(old), random));
    cluster.has(one);
    cluster.answersDryRun(one, (sent) => ({ ...sent, metadata: { ...sent.metadata, resourceVersion: '7' } }));
    if (random.below(3) === 0) {
      const said = `admission webhook "policy.example.com" denied the request: found ${JSON.stringify(one)}`;
      cluster.answersDryRun(one, new Failure('forbidden', said, { status: 403 }));
    }
  }
  const files = templates.filter(() => random.below(4) > 0);
  const objects = files.map((template) => template(random.pick(['plain', 'x'])));
  const after = renderedKustomization({
    inForce: live,
    objects: objects.map((object) => ({ object, real: new Sealed(object), masked: [], unstable: [] })),
  });
  const former = random.pick([() => Promise.resolve(after), undefined]);
  const signal = new AbortController().signal;
  const task = { rendered: after, live, former, api: cluster.api, from: 'files', signal };
  checkSilent(await compareKustomization(task), [old], `seed ${seed}`);
}

/** What a chart makes of a value. */
const forms: readonly ((text: string) => string)[] = [
  (text) => text.toUpperCase(),
  (text) => Buffer.from(text).toString('hex'),
  (text) => `${text.slice(5)}${text.slice(0, 5)}`,
  (text) => text.slice(0, 16),
];

/** Drift of a release whose chart has made something of a Secret that nobody can render any more. */
async function checkRelease(seed: number): Promise<void> {
  const random = seededRandom(seed);
  const [old, now] = [secretText(random), secretText(random)];
  const form = random.pick(forms);
  const template = randomTemplate('settings', random);
  const stored = manifestObject('ConfigMap', 'settings', {
    data: (template(form(now)) as { readonly data?: unknown }).data,
  });
  const live = edited(
    installed(stored, { data: (template(form(random.pick([old, now]))) as { readonly data?: unknown }).data }),
    random,
  );
  const release = helmRelease({ valuesFrom: [{ kind: 'Secret', name: 'v' }], values: { port: 80 } });
  const chart =
    'data: log info auth password port first last user app secrets text plain host key0 key1 key2 key3 key4 LOG x y';
  const dryRuns = { 'ConfigMap settings': installed(stored) };
  const bed = new ReleaseBed({ manifest: [stored], live: [live], config: { password: now }, template: chart, dryRuns });
  const comparison = await bed.compare({ live: release });
  checkSilent(
    comparison,
    [now, old].flatMap((text) => [text, form(text)]),
    `seed ${seed}`,
  );
}

/** What a parent makes of its variable in the HelmRelease. */
const given: readonly ((text: string) => string)[] = [
  (text) => text,
  (text) => text.toUpperCase(),
  (text) => text.slice(0, 16),
  (text) => `https://${text}.example.com`,
  (text) => `first\n${text}\nlast`,
];

/** The Kustomization as it has applied what its Secret holds, which nobody has written since. */
function appliedOwner(text: string): readonly KubernetesObject[] {
  const newest = { lastReconciledStatus: 'ReconciliationSucceeded', lastReconciledDuration: '1s' };
  const history: object = { history: [{ ...newest, lastReconciled: '2026-11-01T12:00:00Z' }] };
  const managedFields = [{ manager: 'kubectl', operation: 'Update', time: '2026-11-01T11:00:00Z' }];
  const { metadata, ...secret } = variables(text);
  return [
    { ...flux, metadata: { ...flux.metadata, generation: 1 }, status: { observedGeneration: 1, ...history } },
    { ...secret, metadata: { ...metadata, managedFields } },
  ];
}

/** A release whose parent has filled its values from a Secret, and whose chart has made something of them. */
async function checkChild(seed: number): Promise<void> {
  const random = seededRandom(seed);
  const text = secretText(random);
  const [form, value] = [random.pick(forms), random.pick(given)(text)];
  const template = randomTemplate('settings', random);
  const data = (template(form(value)) as { readonly data?: unknown }).data;
  const stored = manifestObject('ConfigMap', 'settings', { data });
  const labels = {
    'kustomize.toolkit.fluxcd.io/name': kustomizationName.name,
    'kustomize.toolkit.fluxcd.io/namespace': kustomizationName.namespace,
  };
  const release = helmRelease(
    { values: { password: value, port: 80 } },
    { metadata: { name: 'shop', namespace: 'apps', generation: 1, labels } },
  );
  const chart =
    'data: log info auth password port first last user app secrets text plain host key0 key1 key2 key3 key4 LOG x y';
  const owner = random.pick([appliedOwner(text), [flux, variables(text)]]);
  const live = [edited(installed(stored), random), ...owner];
  const dryRuns = { 'ConfigMap settings': installed(stored) };
  const bed = new ReleaseBed({
    manifest: [stored],
    live,
    config: { password: value, port: 80 },
    template: chart,
    dryRuns,
  });
  // What is rendered of it as it lives without a trace proves nothing.
  const shown = manifestObject('ConfigMap', 'settings', { data }, { namespace: 'apps' });
  const untraced = renderedRelease({
    inForce: release,
    objects: [{ object: shown, real: new Sealed(shown), masked: [], unstable: [] }],
  });
  const former = random.pick([() => Promise.resolve(untraced), undefined]);
  const comparison = await bed.compare({ live: release, former });
  checkSilent(comparison, [text, value, form(value), form(text)], `seed ${seed}`);
}

test('a Flux Kustomization, its Secret rotated or deleted', async () => {
  for (const seed of seeds) {
    await checkKustomization(seed);
  }
});

test('a Flux Kustomization that has lost its Secret and not applied that', async () => {
  for (const seed of seeds) {
    await checkLost(seed);
  }
});

test('a HelmRelease, whatever its parent and its chart make of a Secret', async () => {
  for (const seed of seeds) {
    await checkChild(seed);
  }
});

test('a HelmRelease, whatever its chart makes of a Secret', async () => {
  for (const seed of seeds) {
    await checkRelease(seed);
  }
});
