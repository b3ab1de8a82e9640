/** What an object says about itself that keeps kustomize-controller from applying it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LeftAlone } from '../../../src/render/desired.ts';
import { leftAlone } from '../../../src/render/leftAlone.ts';

const reconcile = 'kustomize.toolkit.fluxcd.io/reconcile';
const ssa = 'kustomize.toolkit.fluxcd.io/ssa';

interface Metadata {
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

const rows: readonly (readonly [string, Metadata, LeftAlone | undefined])[] = [
  ['nothing said', {}, undefined],
  ['an annotation', { annotations: { [reconcile]: 'disabled' } }, 'reconcile disabled'],
  ['a label', { labels: { [reconcile]: 'disabled' } }, 'reconcile disabled'],
  ['in another case', { labels: { [reconcile]: 'Disabled' } }, 'reconcile disabled'],
  ['a key in another case is another key', { labels: { [reconcile.toUpperCase()]: 'disabled' } }, undefined],
  ['not disabled', { annotations: { [reconcile]: 'enabled' } }, undefined],
  ['Ignore', { annotations: { [ssa]: 'ignore' } }, 'ssa Ignore'],
  ['IfNotPresent', { labels: { [ssa]: 'IfNotPresent' } }, 'ssa IfNotPresent'],
  ['Merge applies', { annotations: { [ssa]: 'Merge' } }, undefined],
  [
    'never applied outweighs applied once',
    { labels: { [ssa]: 'IfNotPresent' }, annotations: { [ssa]: 'Ignore' } },
    'ssa Ignore',
  ],
  ['a key of another API', { annotations: { 'source.toolkit.fluxcd.io/reconcile': 'disabled' } }, undefined],
];

for (const [title, metadata, expected] of rows) {
  test(title, () => {
    assert.equal(leftAlone({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', ...metadata } }), expected);
  });
}
