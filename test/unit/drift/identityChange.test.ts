/** Renames, moves and goodbyes: what a change does to whole objects, told before it is made. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  type IdentityInput,
  type IdentityWarning,
  identityWarnings,
  lossOf,
  type NextOwner,
  releaseIdentityChange,
  staysBehind,
} from '../../../src/drift/identityChange.ts';
import { encodeInventoryId, parseInventoryId } from '../../../src/flux/inventory.ts';
import type { ObjectId } from '../../../src/flux/objectKey.ts';
import type { FluxObject } from '../../../src/flux/objects.ts';
import type { FluxName } from '../../../src/render/desired.ts';

const idOf = (text: string): ObjectId => {
  const id = parseInventoryId(text);
  assert.ok(id, text);
  return id;
};
const ks = (name: string): string => `flux-system_${name}_kustomize.toolkit.fluxcd.io_Kustomization`;
const hr = (name: string): string => `apps_${name}_helm.toolkit.fluxcd.io_HelmRelease`;
const claim = 'apps_data__PersistentVolumeClaim';
const settings = 'apps_settings__ConfigMap';
const space = '_apps__Namespace';
const definition = '_shops.example.com_apiextensions.k8s.io_CustomResourceDefinition';
const kustomizationName = (name: string): FluxName => ({ kind: 'Kustomization', namespace: 'flux-system', name });

function kustomization(
  name: string,
  inventory: readonly string[],
  spec: FluxObject['spec'] = { prune: true },
): FluxObject {
  return {
    apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
    kind: 'Kustomization',
    metadata: { name, namespace: 'flux-system' },
    spec,
    status: { inventory: { entries: inventory.map((id) => ({ id, v: 'v1' })) } },
  };
}

function release(name: string, inventory: readonly string[], spec: FluxObject['spec'] = {}): FluxObject {
  return {
    apiVersion: 'helm.toolkit.fluxcd.io/v2',
    kind: 'HelmRelease',
    metadata: { name, namespace: 'apps' },
    spec,
    status: {
      storageNamespace: 'apps',
      history: [
        { name: 'other', namespace: 'apps', version: 1, chartName: 'old' },
        { name, namespace: 'apps', version: 2, chartName: 'shop' },
      ],
      inventory: { entries: inventory.map((id) => ({ id, v: 'v1' })) },
    },
  };
}

function built(name: string, objects: readonly string[], spec: FluxObject['spec'] = { prune: true }): NextOwner {
  return { name: kustomizationName(name), inForce: kustomization(name, [], spec), objects: objects.map(idOf) };
}

/** `prune Kustomization apps: data (via infra)` */
function short(warning: IdentityWarning): string {
  const subject = 'release' in warning ? warning.release : warning.object;
  const place =
    warning.change === 'move'
      ? ` ${warning.from.name} to ${warning.to.name}${warning.deletedFirst ? ', deleted first' : ''}`
      : 'via' in warning && warning.via.length > 0
        ? ` via ${warning.via.map(({ name }) => name).join(' ')}`
        : '';
  const losses = warning.losses.length === 0 ? '' : ` loses ${warning.losses.map(({ id }) => id.name).join(' ')}`;
  return `${warning.change} ${subject.kind} ${subject.name}${place}${losses}`;
}

interface Row extends IdentityInput {
  readonly title: string;
  readonly expected: readonly string[];
}

const rows: readonly Row[] = [
  {
    title: 'nothing leaves',
    live: [kustomization('apps', [claim, settings])],
    next: [built('apps', [claim, settings])],
    expected: [],
  },
  {
    title: 'what has no data leaves without a word, what has some does not',
    live: [kustomization('apps', [settings, claim, space, definition])],
    next: [built('apps', [])],
    expected: [
      'delete PersistentVolumeClaim data loses data',
      'delete Namespace apps loses apps',
      'delete CustomResourceDefinition shops.example.com loses shops.example.com',
    ],
  },
  {
    title: 'a Kustomization that does not prune deletes nothing',
    live: [kustomization('apps', [claim])],
    next: [built('apps', [], {})],
    expected: [],
  },
  {
    title: 'nor does one that is suspended from now on',
    live: [kustomization('apps', [claim])],
    next: [built('apps', [], { prune: true, suspend: true })],
    expected: [],
  },
  {
    title: 'a claim that is kept',
    live: [kustomization('apps', [claim])],
    next: [built('apps', [])],
    keeps: ({ name }) => name === 'data',
    expected: [],
  },
  {
    title: 'a claim moves to another Kustomization',
    live: [kustomization('apps', [claim, settings]), kustomization('data', [])],
    next: [built('apps', [settings]), built('data', [claim])],
    expected: ['move PersistentVolumeClaim data apps to data, deleted first loses data'],
  },
  {
    title: 'it moves out of one that does not prune',
    live: [kustomization('apps', [claim])],
    next: [built('apps', [], {}), built('data', [claim])],
    expected: ['move PersistentVolumeClaim data apps to data'],
  },
  {
    title: 'a Kustomization is renamed: the new one takes what the old one would delete',
    live: [kustomization('root', [ks('apps')]), kustomization('apps', [claim, settings])],
    next: [built('root', [ks('shop')]), built('shop', [claim, settings])],
    expected: ['prune Kustomization apps loses data'],
  },
  {
    title: 'a Kustomization goes with all below it',
    live: [
      kustomization('root', [ks('infra')]),
      kustomization('infra', [ks('apps'), definition]),
      kustomization('apps', [hr('shop'), claim]),
      release('shop', ['apps_files__PersistentVolumeClaim', settings]),
    ],
    next: [built('root', [])],
    expected: [
      'prune Kustomization infra loses shops.example.com',
      'prune Kustomization apps via infra loses data',
      'uninstall HelmRelease shop via infra apps loses files',
    ],
  },
  {
    title: 'below a suspended one everything stays',
    live: [
      kustomization('root', [ks('infra')]),
      kustomization('infra', [ks('apps')]),
      kustomization('apps', [claim], { prune: true, suspend: true }),
    ],
    next: [built('root', [])],
    expected: ['prune Kustomization infra', 'leave Kustomization apps via infra'],
  },
  {
    title: 'deletionPolicy Orphan',
    live: [
      kustomization('root', [ks('apps')]),
      kustomization('apps', [claim], { prune: true, deletionPolicy: 'Orphan' }),
    ],
    next: [built('root', [])],
    expected: ['leave Kustomization apps'],
  },
  {
    title: 'deletionPolicy Delete counts more than prune',
    live: [kustomization('root', [ks('apps')]), kustomization('apps', [claim], { deletionPolicy: 'Delete' })],
    next: [built('root', [])],
    expected: ['prune Kustomization apps loses data'],
  },
  {
    title: 'a parent that does not prune lets go of a Kustomization, which stays as it is',
    live: [kustomization('root', [ks('apps')]), kustomization('apps', [claim])],
    next: [built('root', [], {})],
    expected: ['leave Kustomization apps'],
  },
  {
    title: 'a HelmRelease goes',
    live: [kustomization('apps', [hr('shop')]), release('shop', [claim])],
    next: [built('apps', [])],
    expected: ['uninstall HelmRelease shop loses data'],
  },
  {
    title: 'a suspended HelmRelease goes, and its release stays',
    live: [kustomization('apps', [hr('shop')]), release('shop', [claim], { suspend: true })],
    next: [built('apps', [])],
    expected: ['leave HelmRelease shop'],
  },
  {
    title: 'a HelmRelease moves to another Kustomization: where it is deleted first, so is its claim',
    live: [kustomization('apps', [hr('shop')]), release('shop', [claim])],
    next: [built('apps', []), built('shops', [hr('shop')])],
    expected: ['move HelmRelease shop apps to shops, deleted first loses data'],
  },
  {
    title: 'a suspended HelmRelease moves, and keeps its claim whoever is first',
    live: [kustomization('apps', [hr('shop')]), release('shop', [claim], { suspend: true })],
    next: [built('apps', []), built('shops', [hr('shop')])],
    expected: ['move HelmRelease shop apps to shops, deleted first'],
  },
  {
    title: 'a Kustomization that its parent lets go of takes nothing over from itself',
    live: [kustomization('root', [ks('apps')]), kustomization('apps', [claim])],
    next: [built('root', []), built('apps', [claim])],
    expected: ['prune Kustomization apps loses data'],
  },
  {
    title: 'Kustomizations that apply each other end',
    live: [kustomization('root', [ks('a')]), kustomization('a', [ks('b')]), kustomization('b', [ks('a'), ks('b')])],
    next: [built('root', [])],
    expected: ['prune Kustomization a', 'prune Kustomization b via a'],
  },
  {
    title: 'the bootstrap applies itself',
    live: [kustomization('root', [ks('root'), settings])],
    next: [built('root', [ks('root')])],
    expected: [],
  },
  {
    title: 'objects on another cluster are not told',
    live: [kustomization('apps', [claim], { prune: true, kubeConfig: { secretRef: { name: 'x' } } })],
    next: [built('apps', [])],
    expected: [],
  },
  {
    title: 'a Kustomization that the cluster does not have yet loses nothing',
    live: [],
    next: [built('apps', [claim])],
    expected: [],
  },
  {
    title: 'a release that gets another name',
    live: [kustomization('apps', [hr('shop')]), release('shop', [claim])],
    next: [built('apps', [hr('shop')])],
    releases: [{ inForce: release('shop', [], { releaseName: 'store' }) }],
    expected: ['reinstall HelmRelease shop loses data'],
  },
  {
    title:
      'a release that gets another name, rendered by itself and with the Kustomization that builds it, is told once',
    live: [kustomization('apps', [hr('shop')]), release('shop', [claim])],
    next: [built('apps', [hr('shop')])],
    releases: [
      { inForce: release('shop', [], { releaseName: 'store' }) },
      { inForce: release('shop', [], { releaseName: 'store' }), chartName: 'shop' },
    ],
    expected: ['reinstall HelmRelease shop loses data'],
  },
  {
    title: 'a role whose name has a colon is found by its encoded id',
    live: [kustomization('a', ['_system__x_rbac.authorization.k8s.io_ClusterRole'])],
    next: [built('a', []), built('b', ['_system__x_rbac.authorization.k8s.io_ClusterRole'])],
    expected: ['move ClusterRole system:x a to b, deleted first'],
  },
];

for (const { title, expected, ...input } of rows) {
  test(`identity: ${title}`, () => {
    assert.deepEqual(identityWarnings(input).map(short), expected);
  });
}

test('a HelmRelease under another name that stands for the same release is warned of', () => {
  const next = { ...release('store', [], { releaseName: 'shop' }), status: {} };
  const [warning] = identityWarnings({
    live: [kustomization('apps', [hr('shop')]), release('shop', [claim])],
    next: [built('apps', [hr('store')])],
    releases: [{ inForce: next }],
  });
  assert.match(
    warning?.sentence ?? '',
    /^HelmRelease apps\/shop goes, and its release is uninstalled \(1 object\); this deletes volumes: PersistentVolumeClaim apps\/data\. HelmRelease apps\/store stands for the same release/,
  );
});

test('a renamed Kustomization is told once, with all that the new one takes over', () => {
  const sentences = (objects: readonly string[]): readonly string[] =>
    identityWarnings({
      live: [kustomization('root', [ks('apps')]), kustomization('apps', [claim, settings])],
      next: [built('root', [ks('shop')]), built('shop', objects)],
    }).map(({ sentence }) => sentence);
  assert.deepEqual(sentences([claim, settings]), [
    'Kustomization flux-system/apps goes. Kustomization flux-system/shop takes over 2 objects: what goes before that is deleted and then made again; this deletes volumes: PersistentVolumeClaim apps/data.',
  ]);
  assert.deepEqual(sentences([settings]), [
    'Kustomization flux-system/apps goes, and what is left of it is deleted (1 object); this deletes volumes: PersistentVolumeClaim apps/data. Kustomization flux-system/shop takes over 1 object: what goes before that is deleted and then made again.',
  ]);
});

describe('suspended', () => {
  const suspended = { suspend: true };
  const rows: readonly [title: string, input: IdentityInput, sentences: readonly string[]][] = [
    [
      'a release that is renamed stays, and the new one upgrades it',
      {
        live: [kustomization('apps', [hr('shop')]), release('shop', [claim], suspended)],
        next: [built('apps', [hr('store')])],
        releases: [{ inForce: { ...release('store', [], { ...suspended, releaseName: 'shop' }), status: {} } }],
      },
      [
        'HelmRelease apps/shop: what it applied stays in the cluster, for it is suspended. HelmRelease apps/store stands for the same release, and upgrades what stays.',
      ],
    ],
    [
      'a release that would be another one waits',
      {
        live: [release('shop', [claim], suspended)],
        next: [],
        releases: [{ inForce: release('shop', [], { releaseName: 'store' }) }],
      },
      [
        'HelmRelease apps/shop: its release name changes from shop to store. Nothing happens while it is suspended; when it is resumed, Helm uninstalls the release apps/shop and installs it anew; this deletes volumes: PersistentVolumeClaim apps/data.',
      ],
    ],
    [
      'one that the change resumes does not',
      {
        live: [release('shop', [], suspended)],
        next: [],
        releases: [{ inForce: release('shop', [], { releaseName: 'store', suspend: false }) }],
      },
      [
        'HelmRelease apps/shop: its release name changes from shop to store, so Helm uninstalls the release apps/shop and installs it anew.',
      ],
    ],
    [
      'a Kustomization says that it is suspended, not that it does not prune',
      {
        live: [kustomization('apps', [hr('shop')]), release('shop', [claim])],
        next: [built('apps', [], { prune: true, suspend: true })],
      },
      [
        'HelmRelease apps/shop: what it applied stays in the cluster, for Kustomization flux-system/apps is suspended, and does nothing before it is resumed.',
      ],
    ],
  ];
  for (const [title, input, sentences] of rows) {
    test(title, () =>
      assert.deepEqual(
        identityWarnings(input).map(({ sentence }) => sentence),
        sentences,
      ),
    );
  }
});

const live = release('shop', [claim]);
const targets: readonly {
  readonly title: string;
  readonly spec: FluxObject['spec'];
  readonly chart?: string;
  readonly from?: FluxObject;
  readonly expected: string | undefined;
}[] = [
  { title: 'nothing', spec: {}, expected: undefined },
  { title: 'the release name, stated as it was computed', spec: { releaseName: 'shop' }, expected: undefined },
  { title: 'the release name', spec: { releaseName: 'store' }, expected: 'release name: shop to store' },
  {
    title: 'the target namespace, which is in the name, too',
    spec: { targetNamespace: 'web' },
    expected: 'release namespace: apps to web',
  },
  {
    title: 'the storage namespace first',
    spec: { storageNamespace: 'store', releaseName: 'x' },
    expected: 'storage namespace: apps to store',
  },
  { title: 'a chart of another name', spec: {}, chart: 'store', expected: 'chart name: shop to store' },
  {
    title: 'a chart of another name in a Helm repository',
    spec: { chart: { spec: { chart: 'store', sourceRef: { kind: 'HelmRepository', name: 'charts' } } } },
    expected: 'chart name: shop to store',
  },
  {
    title: 'the path of a chart is not its name',
    spec: { chart: { spec: { chart: './charts/store', sourceRef: { kind: 'GitRepository', name: 'r' } } } },
    expected: undefined,
  },
  { title: 'nothing was installed', spec: { releaseName: 'x' }, from: { ...live, status: {} }, expected: undefined },
  {
    title: 'an old Flux without history',
    spec: { releaseName: 'x' },
    from: { ...live, status: { storageNamespace: 'apps' } },
    expected: undefined,
  },
];

for (const { title, spec, chart, from = live, expected } of targets) {
  test(`another release: ${title}`, () => {
    const change = releaseIdentityChange(from, { ...live, spec: spec ?? {} }, chart);
    assert.equal(change && `${change.target}: ${change.from} to ${change.to}`, expected);
    assert.equal(change?.losses.length, expected === undefined ? undefined : 1);
  });
}

test('the sentence names old and new, and what is lost', () => {
  assert.equal(
    releaseIdentityChange(live, { ...live, spec: { releaseName: 'store' } })?.sentence,
    'HelmRelease apps/shop: its release name changes from shop to store, so Helm uninstalls the release apps/shop and installs it anew; this deletes volumes: PersistentVolumeClaim apps/data.',
  );
});

test('what has data', () => {
  assert.deepEqual(
    [claim, space, definition, settings, '_pv__PersistentVolume', 'a_b_example.com_Namespace'].map((id) =>
      lossOf(idOf(id)),
    ),
    ['volume', 'namespace', 'definition', undefined, 'volume', undefined],
  );
});

test('MirrorPrune is what prune says', () => {
  assert.equal(staysBehind(kustomization('a', [], { prune: true, deletionPolicy: 'MirrorPrune' })), undefined);
  assert.equal(staysBehind(kustomization('a', [], { deletionPolicy: 'MirrorPrune' })), 'it does not prune');
  assert.equal(staysBehind(kustomization('a', [], { deletionPolicy: 'WaitForTermination' })), undefined);
  assert.equal(encodeInventoryId(idOf(claim)), claim);
});
