/** A whole change as a list to pick from: counts, what cannot be had again first, owners, and the sentences where nothing differs. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Failure } from '../../../src/base/failure.ts';
import { Findings, type ToldDifference } from '../../../src/drift/findings.ts';
import type { IdentityWarning } from '../../../src/drift/identityChange.ts';
import type { FluxName } from '../../../src/render/desired.ts';
import {
  changeCounts,
  changeTitle,
  dangerNotice,
  nothingChangesText,
  summarizeChange,
} from '../../../src/view/changeSummary.ts';
import { changedObject, comparedObject } from '../../support/comparisons.ts';

const apps: FluxName = { kind: 'Kustomization', namespace: 'flux-system', name: 'apps' };
const infra: FluxName = { kind: 'Kustomization', namespace: 'flux-system', name: 'infra' };
const replicas = { path: ['spec', 'replicas'], effect: 'replace' } as const;
const web = changedObject('Deployment', 'web', [replicas]);
const refused = changedObject('Service', 'web', [replicas], { change: 'unknown', because: 'immutable' });
const claim = comparedObject('PersistentVolumeClaim', 'data', { change: 'delete' });

function release(name: string, more: Partial<ToldDifference> = {}): ToldDifference {
  const id = { group: 'helm.toolkit.fluxcd.io', kind: 'HelmRelease', namespace: 'default', name };
  return { id, apiVersion: 'helm.toolkit.fluxcd.io/v2', change: 'delete', paths: [], ...more };
}

function found(owned: readonly (readonly [FluxName, readonly ToldDifference[]])[]): Findings {
  const findings = new Findings('changed');
  owned.forEach(([owner, objects]) => findings.settle(owner, objects));
  return findings;
}

const countRows: readonly (readonly [string, readonly ToldDifference[]])[] = [
  ['', [comparedObject('ConfigMap', 'same'), comparedObject('ConfigMap', 'left', { change: 'skip' })]],
  ['1 change', [web]],
  ['1 refused, 1 not compared', [refused, comparedObject('Secret', 'sealed', { change: 'unknown' })]],
  [
    '3 change, 1 create, 2 delete, 1 recreate, 1 move, 1 not compared',
    [
      ...[web, web, web],
      comparedObject('Service', 'a', { change: 'recreate' }),
      comparedObject('Service', 'b', { change: 'create' }),
      ...[claim, claim],
      { ...comparedObject('ConfigMap', 'moved', { change: 'change' }), movedFrom: infra },
      comparedObject('Secret', 'sealed', { change: 'unknown' }),
    ],
  ],
];

for (const [counts, objects] of countRows) {
  test(`counts: ${counts === '' ? 'nothing' : counts}`, () => assert.equal(changeCounts(objects), counts));
}

test('what the server would refuse stands with its owner, for its diff can be opened', () => {
  const sealed = comparedObject('Secret', 'sealed', { change: 'unknown' });
  const { groups, others } = summarizeChange(found([[apps, [refused, sealed]]]));
  const entries = groups.flatMap((group) => group.entries);
  assert.deepEqual(
    entries.map(({ label, description }) => [label, description]),
    [['Service default/web', 'would be refused']],
  );
  assert.deepEqual(
    others.map(({ label }) => label),
    ['Secret default/sealed'],
  );
});

describe('what cannot be had again', () => {
  const dangerRows: readonly (readonly [string, ToldDifference, string | undefined])[] = [
    ['a volume', claim, 'WOULD BE DELETED: its volume may go with it'],
    [
      'a namespace',
      comparedObject('Namespace', 'media', { change: 'delete' }),
      'WOULD BE DELETED: everything in it goes with it',
    ],
    [
      'a definition',
      {
        ...comparedObject('CustomResourceDefinition', 'backups.example.com', { change: 'delete' }),
        id: {
          group: 'apiextensions.k8s.io',
          kind: 'CustomResourceDefinition',
          namespace: '',
          name: 'backups.example.com',
        },
      },
      'WOULD BE DELETED: all objects of its kind go with it',
    ],
    [
      'what cannot be changed in place',
      comparedObject('Service', 'web', { change: 'recreate' }),
      'WOULD BE DELETED AND CREATED ANEW',
    ],
    [
      'a volume that cannot be changed in place',
      { ...claim, change: 'recreate' },
      'WOULD BE DELETED AND CREATED ANEW: its volume may go with it',
    ],
    ['a release', release('loki'), 'WOULD BE UNINSTALLED'],
    [
      'a release that is suspended, whose objects stay',
      release('loki', {
        before: {
          apiVersion: 'helm.toolkit.fluxcd.io/v2',
          kind: 'HelmRelease',
          metadata: { name: 'loki' },
          spec: { suspend: true },
        },
      }),
      undefined,
    ],
    ['a ConfigMap, which a commit brings back', comparedObject('ConfigMap', 'old', { change: 'delete' }), undefined],
    ['a volume that is changed', { ...claim, change: 'change' }, undefined],
    ['a volume that stays', { ...claim, change: 'skip' }, undefined],
  ];
  for (const [what, object, words] of dangerRows) {
    test(`${what}: ${words ?? 'is no danger'}`, () => {
      const { dangers } = summarizeChange(found([[apps, [object]]]));
      assert.deepEqual(
        dangers.map(({ description, icon, owner }) => [description, icon.id, icon.color, owner]),
        words === undefined ? [] : [[words, 'error', 'testing.iconFailed', 'Kustomization flux-system/apps']],
      );
    });
  }

  test('comes before all owners and is not listed again, in the order of what is lost', () => {
    const findings = found([
      [apps, [comparedObject('Service', 'web', { change: 'recreate' }), web]],
      [infra, [release('loki'), claim]],
    ]);
    const { dangers, groups, warnings } = summarizeChange(findings);
    assert.deepEqual(
      dangers.map(({ label }) => label),
      ['PersistentVolumeClaim default/data', 'HelmRelease default/loki', 'Service default/web'],
    );
    assert.deepEqual(
      groups.map(({ owner, entries }) => [owner, entries.map(({ label }) => label)]),
      [['Kustomization flux-system/apps', ['Deployment default/web']]],
    );
    assert.deepEqual(warnings, []);
  });

  test('a warning of an object stands with it, others in lines of their own, what stays is a note', () => {
    const findings = found([[apps, [release('loki'), { ...release('plex'), change: 'change' }, web]]]);
    const [losses, via] = [[], []];
    const warnings: IdentityWarning[] = [
      {
        change: 'uninstall',
        object: { kind: 'HelmRelease', namespace: 'default', name: 'loki' },
        ...{ via, losses, objects: 3 },
        sentence: 'HelmRelease default/loki goes, and its release is uninstalled (3 objects).',
      },
      {
        change: 'reinstall',
        release: { kind: 'HelmRelease', namespace: 'default', name: 'plex' },
        ...{ target: 'release name', from: 'plex', to: 'media', losses },
        sentence: 'HelmRelease default/plex: its release name changes from plex to media.',
      },
      {
        change: 'prune',
        object: { kind: 'Kustomization', namespace: 'flux-system', name: 'below' },
        ...{ via: [infra], losses, objects: 7 },
        sentence: 'Kustomization flux-system/below goes, and what it applied is deleted (7 objects).',
      },
      {
        change: 'leave',
        object: { kind: 'Kustomization', namespace: 'flux-system', name: 'kept' },
        ...{ via, losses, objects: 1 },
        sentence: 'Kustomization flux-system/kept: what it applied stays in the cluster.',
      },
    ];
    findings.warn(warnings);
    const summary = summarizeChange(findings);
    assert.deepEqual(
      summary.dangers.map(({ label, description, detail }) => [label, description, detail]),
      [
        [
          'HelmRelease default/loki',
          'WOULD BE UNINSTALLED',
          'HelmRelease default/loki goes, and its release is uninstalled (3 objects).',
        ],
        [
          'HelmRelease default/plex',
          'WOULD BE INSTALLED ANEW',
          'HelmRelease default/plex: its release name changes from plex to media.',
        ],
      ],
    );
    assert.deepEqual(summary.warnings, [
      'Kustomization flux-system/below goes, and what it applied is deleted (7 objects).',
    ]);
    assert.ok(summary.notes.includes('Kustomization flux-system/kept: what it applied stays in the cluster.'));
  });

  test('is said once more in one sentence, with names up to three', () => {
    const many = ['a', 'b', 'c', 'd', 'e'].map((name) =>
      comparedObject('PersistentVolumeClaim', name, { change: 'delete' }),
    );
    assert.equal(
      dangerNotice(summarizeChange(found([[apps, [claim]]]))),
      'Beware: PersistentVolumeClaim default/data WOULD BE DELETED: its volume may go with it.',
    );
    assert.match(dangerNotice(summarizeChange(found([[apps, many]]))) ?? '', /default\/c .*; and 2 more\.$/);
    assert.equal(dangerNotice(summarizeChange(found([[apps, [web]]]))), undefined);
  });
});

test('an object that moves says from where, and one that only files tell of says against what', () => {
  const moved: ToldDifference = {
    ...comparedObject('ConfigMap', 'settings', {
      change: 'change',
      reason: 'moves here from Kustomization flux-system/infra',
    }),
    movedFrom: infra,
  };
  const [group] = summarizeChange(found([[apps, [moved, { ...web, against: 'commit 5f2c1a9' }]]])).groups;
  assert.deepEqual(
    group?.entries.map(({ label, icon, description, detail }) => [label, icon.id, description, detail]),
    [
      [
        'ConfigMap default/settings',
        'arrow-swap',
        'would move here',
        'moves here from Kustomization flux-system/infra',
      ],
      ['Deployment default/web', 'diff-modified', 'would be changed', 'spec.replicas · against commit 5f2c1a9 alone'],
    ],
  );
});

test('what is not known stands apart: objects, owners that failed, what is missing, values, doubts first', () => {
  const findings = found([
    [apps, [comparedObject('Secret', 'sealed', { change: 'unknown', reason: 'SOPS has encrypted it' })]],
  ]);
  findings.fail(infra, new Failure('invalid', 'accumulating resources: no such file'));
  findings.fail(apps, new Failure('unreachable', 'no connection'), undefined, 'compared');
  findings.fail('folder clusters/homelab', new Failure('invalid', 'folder clusters/homelab: no such file'));
  findings.miss({
    kind: 'Secret',
    namespace: 'flux-system',
    name: 'keys',
    neededBy: 'apps names it in spec.decryption',
  });
  findings.note(apps, [
    { severity: 'information', message: 'assumed' },
    { severity: 'approximate', message: 'may differ' },
  ]);
  const values = {
    paths: [{ path: ['port'], effect: 'replace' as const }],
    before: { port: 1 },
    after: { port: 2 },
    differs: true,
  };
  findings.explain({ kind: 'HelmRelease', namespace: 'media', name: 'plex' }, values);
  const summary = summarizeChange(findings);
  assert.deepEqual(
    summary.others.map(({ label, detail, owner }) => [label, detail, owner]),
    [['Secret default/sealed', 'SOPS has encrypted it', 'Kustomization flux-system/apps']],
  );
  assert.deepEqual(summary.failures, [
    'Kustomization flux-system/infra could not be rendered: accumulating resources: no such file',
    'Kustomization flux-system/apps could not be compared: no connection',
    'folder clusters/homelab: no such file',
  ]);
  assert.deepEqual(summary.missing, ['Secret flux-system/keys is missing: apps names it in spec.decryption']);
  assert.deepEqual(summary.notes, ['may differ', 'assumed']);
  assert.deepEqual(
    summary.groups.map(({ owner, values: shown, entries }) => [owner, shown?.detail, entries.length]),
    [['HelmRelease media/plex', 'port', 0]],
  );
  findings.explain({ kind: 'HelmRelease', namespace: 'media', name: 'plex' }, values, { against: 'commit 5f2c1a9' });
  assert.deepEqual(
    summarizeChange(findings).groups.map(({ values: shown }) => shown?.detail),
    ['port · against commit 5f2c1a9 alone'],
  );
});

test('texts of a cluster or a repository draw no icon and stay on one line', () => {
  const findings = found([
    [apps, [comparedObject('ConfigMap', '$(trash)', { change: 'create', reason: 'a\nb $(error)' })]],
  ]);
  findings.fail(infra, new Error('$(check)\nfine'));
  const { groups, failures } = summarizeChange(findings);
  const shown = JSON.stringify([
    groups.map(({ entries }) => entries.map(({ label, detail }) => [label, detail])),
    failures,
  ]);
  assert.doesNotMatch(shown, /[^\\]\$\(|\\n/);
});

test('the title says what is compared, and the counts', () => {
  assert.equal(changeTitle('This change on homelab', '2 change, 1 move'), 'This change on homelab: 2 change, 1 move');
  assert.equal(changeTitle('This change on homelab', ''), 'This change on homelab');
});

const nothingRows: readonly (readonly [readonly string[], string])[] = [
  [[], 'No file differs from commit 5f2c1a9 (origin/main), so nothing would change on homelab.'],
  [
    ['README.md'],
    '1 file differs from commit 5f2c1a9 (origin/main) (README.md), and no Kustomization or HelmRelease renders anything else by that: nothing would change on homelab.',
  ],
  [
    ['a', 'b', 'c', 'd', 'e'],
    '5 files differ from commit 5f2c1a9 (origin/main) (a, b, c and 2 more), and no Kustomization or HelmRelease renders anything else by that: nothing would change on homelab.',
  ],
];

for (const [files, text] of nothingRows) {
  test(`nothing would change, with ${files.length} files that differ`, () => {
    assert.equal(nothingChangesText(files, 'commit 5f2c1a9 (origin/main)', 'homelab'), text);
  });
}
