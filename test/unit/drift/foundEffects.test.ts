/** What a change does as it is put down while it is found: what there is of it when the user ends it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isFailure } from '../../../src/base/failure.ts';
import { Findings } from '../../../src/drift/findings.ts';
import { findEffects } from '../../../src/drift/foundEffects.ts';
import { displayName } from '../../../src/flux/objectKey.ts';
import type { FluxName, RepositoryState } from '../../../src/render/desired.ts';
import type { Renderer } from '../../../src/render/renderer.ts';
import { memoryFiles } from '../../support/memoryFiles.ts';
import { desired, renderedKustomization, renderedRelease } from '../../support/rendered.ts';
import { liveObject } from '../cli/fakeDiff.ts';

const apps: FluxName = { kind: 'Kustomization', namespace: 'flux-system', name: 'apps' };
/** Its document has no namespace: `apps` gives it one, which only who has rendered `apps` knows. */
const podinfo: FluxName = { kind: 'HelmRelease', namespace: '', name: 'podinfo' };
const files = { 'podinfo.yaml': '', 'apps.yaml': '' };

function stateOf(key: string): RepositoryState {
  return { label: key, key, files: memoryFiles(files), remotes: [] };
}

const renderer: Renderer = {
  stated: () =>
    Promise.resolve([
      { name: podinfo, path: 'podinfo.yaml', line: 1, object: {} },
      { name: apps, path: 'apps.yaml', line: 1, object: { spec: { path: 'apps' } } },
    ]),
  kustomization: (name, { state }) => {
    const apiVersion = 'helm.toolkit.fluxcd.io/v2';
    const release = desired('HelmRelease', 'podinfo', { apiVersion, spec: { suspend: state.key === 'after' } });
    return Promise.resolve(renderedKustomization({ name, objects: [release] }));
  },
  release: (name, { state }) => {
    const objects = [desired('ConfigMap', 'settings', { data: { k: state.key } })];
    return Promise.resolve(renderedRelease({ name, objects }));
  },
};

test('a document whose namespace is found while the change is compared is there once when the user ends it', async () => {
  const controller = new AbortController();
  const findings = new Findings('changed');
  const { promise: isRendered, resolve: rendered } = Promise.withResolvers<undefined>();
  const told = (): readonly string[] =>
    findings.objects.map(({ of, id }) => `${typeof of === 'string' ? of : displayName(of)}: ${id.kind}`);
  let early: readonly string[] = [];
  const run = findEffects(
    {
      ...{ renderer, before: stateOf('before'), after: stateOf('after'), changed: Object.keys(files) },
      signal: controller.signal,
      onProgress: ({ name }) => {
        if (name.name === 'apps') {
          early = told();
        }
      },
      asked: {
        context: 'homelab',
        // Its answer comes when `apps` is rendered, which is asked about next.
        find: async ({ kind, name }) => {
          await isRendered;
          return [liveObject({ kind, namespace: 'apps', name })];
        },
        fluxObjects: () => Promise.resolve([]),
        compareKustomization: () => {
          controller.abort();
          return Promise.reject(controller.signal.reason as Error);
        },
      },
      isMeant: ({ name }) => {
        if (name.name === 'apps') {
          queueMicrotask(() => rendered(undefined)); // told by then
        }
        return true;
      },
    },
    '',
    findings,
  );
  await assert.rejects(run, (error) => isFailure(error, 'cancelled') || error === controller.signal.reason);
  assert.deepEqual(early, ['podinfo: ConfigMap']);
  assert.deepEqual(told().toSorted(), ['apps/podinfo: ConfigMap', 'flux-system/apps: HelmRelease']);
});
