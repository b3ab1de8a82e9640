/** A comparison as a list to pick from: order, words, and the sentence where nothing differs. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Comparison, ObjectDifference } from '../../../src/drift/difference.ts';
import { countsText, fieldsText, objectDetail } from '../../../src/view/differenceText.ts';
import { diffTitle, noteTexts, nothingDiffersText, pairTitle, summarize } from '../../../src/view/diffSummary.ts';
import { changedObject, comparedObject, comparisonOf } from '../../support/comparisons.ts';

const same = comparedObject('ConfigMap', 'same');
const field = (...path: (string | number)[]) => ({ path, effect: 'replace' }) as const;

test('the title says what is compared with what', () => {
  const target = { kind: 'HelmRelease', namespace: 'logging', name: 'grafana' } as const;
  assert.equal(diffTitle({ target, from: 'working tree' }), 'HelmRelease logging/grafana: cluster ↔ working tree');
  assert.equal(
    diffTitle({ target, from: 'working tree' }, 'Deployment apps/web'),
    'Deployment apps/web: cluster ↔ working tree',
  );
});

test('what cannot be had again comes first, what has nothing to open comes apart, what is the same not at all', () => {
  const objects = [
    comparedObject('Secret', 'sealed', { change: 'unknown', because: 'encrypted', reason: 'SOPS has encrypted it' }),
    changedObject('Deployment', 'web', [field('spec', 'replicas')]),
    same,
    comparedObject('Ingress', 'own', { change: 'skip', because: 'ssaIgnore', reason: 'it says ssa: Ignore' }),
    comparedObject('ConfigMap', 'new', { change: 'create' }),
    comparedObject('Service', 'web', { change: 'recreate', reason: 'clusterIP cannot be changed' }),
    comparedObject('ConfigMap', 'old', { change: 'delete' }),
  ];
  const { differing, others, counts } = summarize({ objects });
  const lines = (entries: typeof differing) =>
    entries.map(({ icon, label, description, detail }) => [icon.id, label, description, detail].join(' | '));
  assert.deepEqual(lines(differing), [
    'trash | ConfigMap default/old | would be deleted | ',
    'replace-all | Service default/web | would be deleted and created anew | clusterIP cannot be changed',
    'diff-added | ConfigMap default/new | would be created | ',
    'diff-modified | Deployment default/web | would be changed | spec.replicas',
  ]);
  assert.deepEqual(lines(others), [
    'question | Secret default/sealed | could not be compared | SOPS has encrypted it',
    'debug-step-over | Ingress default/own | is left alone | it says ssa: Ignore',
  ]);
  assert.equal(counts, '1 deleted, 1 recreated, 1 created, 1 changed, 1 not compared, 1 left alone');
  assert.equal(countsText([same]), '');
});

test('what the server would refuse comes first, and its diff can be opened', () => {
  const reason = 'The upgrade would fail, for a field cannot be changed';
  const refused = changedObject('Service', 'web', [field('spec', 'clusterIP')], { change: 'unknown', reason });
  const sealed = comparedObject('Secret', 'sealed', { change: 'unknown', because: 'encrypted' });
  const { differing, others, counts } = summarize({
    objects: [sealed, refused, comparedObject('ConfigMap', 'old', { change: 'delete' })],
  });
  assert.deepEqual(
    differing.map(({ icon, label, description, detail }) => [icon.id, label, description, detail]),
    [
      ['error', 'Service default/web', 'would be refused', `${reason} · spec.clusterIP`],
      ['trash', 'ConfigMap default/old', 'would be deleted', ''],
    ],
  );
  assert.deepEqual(
    others.map(({ object }) => object),
    [sealed],
  );
  assert.equal(counts, '1 refused, 1 deleted, 1 not compared');
});

const details: readonly (readonly [string, Partial<ObjectDifference>, string])[] = [
  ['one field', { paths: [field('spec', 'replicas')] }, 'spec.replicas'],
  [
    'many fields',
    { paths: ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => field('data', name)) },
    'data.a, data.b, data.c, data.d and 2 more fields',
  ],
  [
    'what comes along',
    { paths: [field('spec', 'template')], restartsPods: true, takenOverFrom: 'Helm release logging/loki' },
    'spec.template · replaces pods · taken over from Helm release logging/loki',
  ],
  [
    'what kubectl added',
    { paths: [{ path: ['metadata', 'labels', 'x'], effect: 'remove', takenBack: true }] },
    'metadata.labels.x · with fields that kubectl added, which Flux takes back',
  ],
  [
    'without the right to a dry run',
    { paths: [field('spec', 'replicas')], approximate: true },
    'spec.replicas · approximate',
  ],
  ['hostile text', { reason: 'a\nb\u202e $(flame)' }, 'a b $(flame)'],
];

for (const [name, more, expected] of details) {
  test(`details of an object: ${name}`, () => {
    assert.equal(objectDetail(changedObject('Deployment', 'web', [], more)), expected);
  });
}

test('no text of a cluster draws an icon in the list', () => {
  const [entry] = summarize({
    objects: [comparedObject('ConfigMap', '$(flame)', { change: 'delete', reason: '$(flame)' })],
  }).differing;
  assert.deepEqual([entry?.label, entry?.detail], ['ConfigMap default/\\$(flame)', '\\$(flame)']);
});

test('from whom a field is taken back is told: kubectl, or whom the controller is told to override', () => {
  const field = (manager: string) => ({
    path: ['data', 'a'],
    effect: 'remove' as const,
    writer: { manager, operation: 'Update' as const },
    takenBack: true as const,
  });
  const detail = (...managers: readonly string[]): string =>
    objectDetail(changedObject('ConfigMap', 'a', managers.map(field)));
  assert.match(detail('kubectl-edit'), /with fields that kubectl added, which Flux takes back/);
  assert.match(detail('kubectl-edit', 'tuner'), /with fields that others added, which Flux takes back/);
});

const pairTitles: readonly (readonly [ObjectDifference, string])[] = [
  [changedObject('Deployment', 'web', []), 'Deployment default/web'],
  [comparedObject('Deployment', 'web', { change: 'create' }), 'Deployment default/web (would be created)'],
  [
    { ...changedObject('Deployment', 'web', []), takenOverFrom: 'Kustomization flux-system/old' },
    'Deployment default/web (taken over from Kustomization flux-system/old)',
  ],
  [
    comparedObject('Deployment', 'web', { change: 'recreate', takenOverFrom: 'kubectl' }),
    'Deployment default/web (would be deleted and created anew, taken over from kubectl)',
  ],
];

for (const [object, title] of pairTitles) {
  test(`over both sides: ${title}`, () => assert.equal(pairTitle(object), title));
}

test('a single field more is one field', () => {
  const paths = ['a', 'b', 'c', 'd', 'e'].map((name) => field(name));
  assert.equal(fieldsText(paths), 'a, b, c, d and 1 more field');
  assert.equal(fieldsText([]), '');
});

const unknown = comparedObject('Secret', 'x', { change: 'unknown' });
const nothing: readonly (readonly [string, Comparison, string])[] = [
  [
    'all the same',
    comparisonOf([same, comparedObject('ConfigMap', 'b')], { from: 'working tree' }),
    'Kustomization flux-system/apps: homelab and working tree: nothing differs, 2 objects are the same.',
  ],
  [
    'some not compared',
    comparisonOf([same, unknown]),
    'Kustomization flux-system/apps: homelab and artifact main@sha1:5f2c1a9: nothing differs, 1 object is the same; 1 not compared.',
  ],
  [
    'none compared: that is no "nothing differs"',
    comparisonOf([unknown], { from: 'release v3' }),
    'Kustomization flux-system/apps: homelab and release v3: nothing could be compared; 1 not compared.',
  ],
  [
    'no object at all',
    comparisonOf([], { from: 'release v3' }),
    'Kustomization flux-system/apps: homelab and release v3: there is no object to compare.',
  ],
];

for (const [name, comparison, expected] of nothing) {
  test(`nothing differs: ${name}`, () => assert.equal(nothingDiffersText(comparison), expected));
}

test('notes: the doubts first, each once', () => {
  const notes = [
    { severity: 'information', message: 'a' },
    { severity: 'approximate', message: 'b' },
    { severity: 'information', message: 'a' },
  ] as const;
  assert.deepEqual(noteTexts({ notes }), ['b', 'a']);
});
