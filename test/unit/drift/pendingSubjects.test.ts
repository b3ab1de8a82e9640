/** Whose files are looked at: the Kustomization that applied an object, and the source of that one. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pendingSubjects } from '../../../src/drift/pendingSubjects.ts';
import type { FluxObject } from '../../../src/flux/objects.ts';
import { gitRepository, helmRelease, helmRepository, kustomization } from '../../support/builders.ts';
import { fakeClusterState } from '../../support/fakeClusterState.ts';

const appliedBy = { kind: 'Kustomization', name: 'apps' } as const;
const fleet = gitRepository('flux-system');
const apps = kustomization('apps');

function told(...objects: readonly FluxObject[]): readonly string[] {
  return pendingSubjects(fakeClusterState({ objects })).map(
    ({ object, owner, source }) =>
      `${object.kind} ${object.metadata.name}: ${owner?.metadata.name ?? '-'}, ${source?.metadata.name ?? '-'}`,
  );
}

test('a Kustomization has its own source, a release that of the Kustomization that applied it', () => {
  const objects = [
    fleet,
    apps,
    kustomization('web', { appliedBy }),
    helmRelease('loki', { appliedBy }),
    helmRepository('loki'),
  ];
  assert.deepEqual(told(...objects).toSorted(), [
    'HelmRelease loki: apps, flux-system',
    'Kustomization apps: -, flux-system',
    'Kustomization web: apps, flux-system',
  ]);
});

test('what nobody applied, and owners and sources that are not to be seen', () => {
  assert.deepEqual(told(helmRelease('loki'), helmRelease('tempo', { appliedBy })), [
    'HelmRelease loki: -, -',
    'HelmRelease tempo: -, -',
  ]);
  assert.deepEqual(told(apps), ['Kustomization apps: -, -']);
});

test('a release within a release has no Kustomization to ask', () => {
  const nested = helmRelease('inner', { appliedBy: { kind: 'HelmRelease', namespace: 'default', name: 'outer' } });
  assert.deepEqual(told(nested, helmRelease('outer')), ['HelmRelease inner: -, -', 'HelmRelease outer: -, -']);
});
