/**
 * A Kustomization that takes variables from a Secret no more, but has not applied that: what lives still holds them, and neither
 * document nor webhook tells one.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { Failure } from '../../../src/base/failure.ts';
import { compareKustomization } from '../../../src/drift/compareKustomization.ts';
import type { Comparison } from '../../../src/drift/difference.ts';
import type { FluxObject, KubernetesObject } from '../../../src/flux/objects.ts';
import { fieldAt } from '../../../src/flux/untyped.ts';
import { desired, kustomizationName, renderedKustomization } from '../../support/rendered.ts';
import { DriftCluster } from './driftCluster.ts';
import { owned, type Owned } from './ownedObject.ts';

type Fields = Readonly<Record<string, unknown>>;

const dots = '•••';
const canary = 'canary-swordfish';

interface State {
  readonly generation: number;
  readonly observed: number;
  readonly ready: number;
  readonly spec?: Fields;
  readonly writers?: readonly Owned[];
}

function flux(name: string, { generation, observed, ready, spec, writers = [] }: State, more: Fields = {}): FluxObject {
  const entries = ['gone', 'stays'].map((one) => ({ id: `apps_${one}__ConfigMap`, v: 'v1' }));
  const conditions = [{ type: 'Ready', status: 'True', observedGeneration: ready } as const];
  const object = {
    apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
    kind: 'Kustomization',
    metadata: { ...kustomizationName, name, generation, ...more },
    spec: { prune: true, ...spec },
    status: { observedGeneration: observed, conditions, inventory: { entries } },
  };
  return owned(object, writers);
}

/** Applied by the controller; an operator has written `other`. */
function lives(name: string): KubernetesObject {
  const fields = { 'f:data': { 'f:host': {}, 'f:old': {} } };
  const data = { host: canary, old: canary, other: 'plain' };
  return owned({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'apps' }, data }, [
    ['kustomize-controller', fields, { operation: 'Apply' }],
    ['operator', { 'f:data': { 'f:other': {} } }],
  ]);
}

function compare(live: FluxObject): Promise<Comparison> {
  const refused = `ConfigMap "bad" is invalid: data.host: Invalid value: "${canary}"`;
  const cluster = new DriftCluster()
    .serve('kustomize.toolkit.fluxcd.io/v1 Kustomization kustomizations')
    .has(live)
    .has(lives('stays'))
    .has(lives('gone'))
    .has(lives('bad'))
    .answersDryRun(lives('bad'), new Failure('invalid', refused, { status: 422 }));
  cluster.answersDryRun(lives('stays'), (sent) => ({ ...sent, metadata: { ...sent.metadata, resourceVersion: '9' } }));
  const objects = ['stays', 'bad'].map((name) => desired('ConfigMap', name, { data: { host: 'plain.example' } }));
  const rendered = renderedKustomization({ inForce: live, objects });
  const signal = new AbortController().signal;
  const former = () => Promise.resolve(rendered);
  return compareKustomization({ rendered, live, former, api: cluster.api, from: 'artifact', signal });
}

function dataOf({ objects }: Comparison, name: string): readonly unknown[] {
  const one = objects.find(({ id }) => id.name === name);
  return [one?.before, one?.after].map((side) => fieldAt(side, 'data'));
}

const suspend: readonly Owned[] = [['flux', { 'f:spec': { 'f:suspend': {} } }]];
const edited: readonly Owned[] = [['kubectl-edit', { 'f:spec': { 'f:suspend': {} } }]];

const unsure: readonly (readonly [what: string, state: State])[] = [
  ['has not applied its spec', { generation: 3, observed: 2, ready: 2 }],
  [
    'was suspended by an editor, who may have changed more',
    { generation: 3, observed: 3, ready: 2, spec: { suspend: true }, writers: edited },
  ],
  [
    'was changed while it was suspended',
    { generation: 4, observed: 4, ready: 2, spec: { suspend: true }, writers: suspend },
  ],
];

for (const [what, state] of unsure) {
  test(`a Kustomization that ${what}: what it has written is shown only where the files have it too`, async () => {
    const comparison = await compare(flux('apps', state));
    const text = JSON.stringify(comparison) + inspect(comparison, { depth: 20 });
    assert.ok(!text.includes(canary), text);
    assert.deepEqual(dataOf(comparison, 'stays'), [
      { host: dots, [dots]: dots, other: 'plain' },
      { host: `${dots} (changed)` },
    ]);
    assert.match(text, /which came from Secrets is not known/);
  });
}

const sure: readonly (readonly [what: string, state: State])[] = [
  ['has applied its spec', { generation: 2, observed: 2, ready: 2 }],
  ['was only suspended since', { generation: 3, observed: 3, ready: 2, spec: { suspend: true }, writers: suspend }],
];

for (const [what, state] of sure) {
  test(`a Kustomization without Secrets that ${what}: all that lives is shown`, async () => {
    const comparison = await compare(flux('apps', state));
    assert.deepEqual(dataOf(comparison, 'stays')[0], { host: canary, old: canary, other: 'plain' });
    assert.doesNotMatch(JSON.stringify(comparison), /which came from Secrets is not known/);
    assert.ok(JSON.stringify(comparison.objects).includes(`Invalid value: \\"${canary}`));
  });
}
