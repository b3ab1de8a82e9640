/** What corrects a drift, by who applied it and how; and what makes Flux apply files. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { projectRoot } from '../../../scripts/projectRoot.ts';
import type { ObjectDifference } from '../../../src/drift/difference.ts';
import { modeNotes, suspendedNotes } from '../../../src/drift/releaseNotes.ts';
import { suspendedNote } from '../../../src/drift/suspendNotes.ts';
import type { FluxObject } from '../../../src/flux/objects.ts';
import type { RenderNote } from '../../../src/render/desired.ts';
import { commitAdvice, type Unpushed } from '../../../src/view/commitAdvice.ts';
import { diffChoices, readDiffAgainst } from '../../../src/view/diffChoice.ts';
import { driftCorrection } from '../../../src/view/driftCorrection.ts';
import { diffAddress, isTabOf } from '../../../src/view/diffAddress.ts';
import { helmRelease, kustomization } from '../../support/builders.ts';
import { changedObject, comparedObject } from '../../support/comparisons.ts';

const web = changedObject('Deployment', 'web', []);
const secret = changedObject('Secret', 'token', []);
const detecting = (mode: string) => helmRelease('a', { spec: { driftDetection: { mode } } });
const free = { readOnly: false, mayPatch: true };

const corrections: readonly (readonly [
  string,
  FluxObject,
  readonly ObjectDifference[],
  typeof free,
  string,
  RegExp,
])[] = [
  ['a Kustomization', kustomization('a'), [web], free, 'reconcile', /applies all objects again/],
  ['a release that corrects drift', detecting('enabled'), [web], free, 'reconcile', /corrects the drift/],
  ['a release that warns', detecting('warn'), [web], free, 'none', /only warns: nothing corrects the drift/],
  ['a release without drift detection', helmRelease('a'), [web], free, 'force', /Drift detection is off/],
  [
    'a Secret, which helm-controller cannot put back',
    detecting('enabled'),
    [web, secret],
    free,
    'reconcile',
    /but for Secrets/,
  ],
  ['a Secret alone', detecting('enabled'), [secret], free, 'none', /one that is deleted it creates anew/],
  [
    'a Secret that is gone',
    detecting('enabled'),
    [comparedObject('Secret', 'token', { change: 'create' })],
    free,
    'reconcile',
    /a reconcile corrects the drift/,
  ],
  ['a Secret of a Kustomization', kustomization('a'), [secret], free, 'reconcile', /./],
  ['suspended', kustomization('a', { spec: { suspend: true } }), [web], free, 'none', /resume it first/],
  ['read-only', kustomization('a'), [web], { ...free, readOnly: true }, 'none', /driftline\.readOnly/],
  ['without the right', helmRelease('a'), [web], { ...free, mayPatch: false }, 'none', /no right/],
  [
    'nothing that it would change',
    kustomization('a'),
    [comparedObject('ConfigMap', 'a'), comparedObject('ConfigMap', 'b', { change: 'skip' })],
    free,
    'none',
    /Nothing drifted/,
  ],
];

for (const [name, owner, objects, may, by, detail] of corrections) {
  test(`what corrects the drift of ${name}`, () => {
    const correction = driftCorrection(owner, { objects }, may);
    assert.equal(correction.by, by);
    assert.match(correction.detail, detail);
  });
}

const suspended = helmRelease('a', { spec: { suspend: true } });
const repeated: readonly (readonly [
  what: string,
  owner: FluxObject,
  may: typeof free,
  notes: readonly RenderNote[],
  isSaid: boolean,
])[] = [
  ['drift is only warned of', detecting('warn'), free, modeNotes(detecting('warn')), true],
  ['drift is not looked for', detecting('disabled'), free, modeNotes(detecting('disabled')), true],
  ['the release is suspended', suspended, free, suspendedNotes(suspended), true],
  [
    'the Kustomization is suspended',
    kustomization('a', { spec: { suspend: true } }),
    free,
    [suspendedNote('Kustomization')],
    true,
  ],
  // Why there is no button is another matter then.
  ['nobody may reconcile it', detecting('warn'), { ...free, mayPatch: false }, modeNotes(detecting('warn')), false],
];

for (const [what, owner, may, notes, isSaid] of repeated) {
  test(`where ${what}, what corrects it ${isSaid ? 'says it for the note' : 'leaves it to the note'}`, () => {
    const { repeats = [] } = driftCorrection(owner, { objects: [web] }, may);
    assert(notes.length > 0);
    assert.deepEqual(
      notes.map(({ message }) => repeats.includes(message)),
      notes.map(() => isSaid),
    );
  });
}

const advices: readonly (readonly [string, Unpushed | undefined, number, string])[] = [
  ['a file', { paths: ['a.yaml'], ahead: 0 }, 0, 'To have Flux apply this: commit a.yaml, then push.'],
  [
    'unsaved and uncommitted',
    { paths: ['a.yaml', 'b.yaml', 'c.yaml', 'd.yaml'], ahead: 2 },
    1,
    'To have Flux apply this: save 1 file, then commit a.yaml, b.yaml, c.yaml and 1 more, then push.',
  ],
  ['only unsaved', { paths: [], ahead: 0 }, 2, 'To have Flux apply this: save 2 files, then commit, then push.'],
  ['only unpushed', { paths: [], ahead: 1 }, 0, 'To have Flux apply this: push 1 commit.'],
  ['no upstream', { paths: [], ahead: undefined }, 0, 'To have Flux apply this: push.'],
  ['unknown', undefined, 0, 'To have Flux apply this: commit, then push.'],
  [
    'nothing',
    { paths: [], ahead: 0 },
    0,
    'All is committed and pushed: Flux applies it when its source has fetched it.',
  ],
];

for (const [name, unpushed, unsaved, expected] of advices) {
  test(`what Flux needs to apply files: ${name}`, () => assert.equal(commitAdvice(unpushed, unsaved), expected));
}

test('without files there is no working tree to choose; a memento that holds anything else holds nothing', () => {
  assert.deepEqual(
    diffChoices('HelmRelease', true).map(({ label }) => label),
    ['Working tree', 'Next', 'Drift'],
  );
  assert.deepEqual(
    diffChoices('Kustomization', false).map(({ against }) => against),
    ['next', 'drift'],
  );
  assert.equal(readDiffAgainst('drift'), 'drift');
  assert.equal(readDiffAgainst('everything'), undefined);
});

test('each run and side has an address of its own, which holds no content and is not cut by a slash', () => {
  const place = { key: 'homelab/apps/Deployment/default/web', run: 2, side: 'live' } as const;
  const { path, query } = diffAddress('Deployment default/web', place);
  assert.equal(path, '/live ↔ desired/Deployment default∕web');
  const owned = diffAddress('Deployment default/web', place, 'Kustomization flux-system/apps');
  assert.equal(owned.path, '/live ↔ desired/Kustomization flux-system∕apps/Deployment default∕web');
  assert.deepEqual(JSON.parse(query), place);
  assert.notEqual(diffAddress('x', { ...place, side: 'desired' }).query, query);
});

test('VS Code knows the language of both sides by the folder of their addresses', () => {
  const { contributes } = JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8')) as {
    contributes: { languages: readonly { filenamePatterns?: readonly string[] }[] };
  };
  const { path } = diffAddress('x', { key: 'x', run: 1, side: 'live' });
  const patterns = contributes.languages.flatMap(({ filenamePatterns = [] }) => filenamePatterns);
  assert.ok(patterns.includes(`**${dirname(path)}/**`), path);
});

for (const [label, expected] of [
  ['HelmRelease a/b: cluster ↔ release v1', true],
  ['HelmRelease a/b: cluster ↔ release v1 (3 files)', true],
  ['HelmRelease a/b: cluster ↔ release v1（3 个文件）', true],
  ['HelmRelease a/b: cluster ↔ release v12 (3 files)', false],
  ['HelmRelease a/b', false],
] as const) {
  test(`a tab is told by its title: ${label}`, () => {
    assert.equal(isTabOf('HelmRelease a/b: cluster ↔ release v1', label), expected);
  });
}
