/** A folder before Flux has applied it: what of one object leaves the others alone, and what ends the comparison of all. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Failure } from '../../../src/base/failure.ts';
import { compareFolder } from '../../../src/drift/compareFolder.ts';
import { refusedNote } from '../../../src/drift/comparisonNotes.ts';
import type { ObjectDifference } from '../../../src/drift/difference.ts';
import { Findings } from '../../../src/drift/findings.ts';
import type { ChartPuller, FluxName } from '../../../src/render/desired.ts';
import type { RenderOptions } from '../../../src/render/renderer.ts';
import { memoryFiles } from '../../support/memoryFiles.ts';
import {
  desired,
  kustomizationName,
  releaseName,
  renderedKustomization,
  renderedRelease,
} from '../../support/rendered.ts';

const root: FluxName = { ...kustomizationName, name: 'flux-system' };
const shop = desired('HelmRelease', releaseName.name, { apiVersion: 'helm.toolkit.fluxcd.io/v2', spec: {} });
const apps = desired('Kustomization', kustomizationName.name, {
  apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
  metadata: kustomizationName,
  spec: {},
});

interface World {
  /** Fails for what the cluster is asked about this owner. */
  readonly find?: (name: FluxName) => Failure | undefined;
  readonly render?: (name: FluxName, options: RenderOptions) => Promise<Failure | undefined>;
  readonly puller?: ChartPuller;
  /** What the cluster says of the objects of `apps`. */
  readonly refused?: readonly ObjectDifference[];
  /** `spec` of the release. */
  readonly release?: object;
}

/** A folder whose build states a HelmRelease and a Kustomization; gives what was compared, and what was told to have failed. */
async function compare({ find, render, puller, refused = [], release = {} }: World) {
  const told = new Findings('folder');
  const compared: string[] = [];
  const empty = { context: 'homelab', from: 'working tree', objects: [], notes: [] };
  const rendering = async <T>(name: FluxName, options: RenderOptions, rendered: T): Promise<T> => {
    const failure = await render?.(name, options);
    if (failure) {
      throw failure;
    }
    return rendered;
  };
  const outcome = compareFolder({
    renderer: {
      stated: () => Promise.resolve([]),
      kustomization: (name, options) => rendering(name, options, renderedKustomization({ name })),
      release: (name, options) =>
        rendering(name, options, renderedRelease({ name, inForce: { ...shop.object, spec: { ...release } } })),
    },
    renderFolder: () => Promise.resolve({ objects: [shop, apps], notes: [] }),
    state: { label: 'working tree', key: 'now', files: memoryFiles({}), remotes: [] },
    folder: 'clusters/prod',
    cluster: {
      context: 'homelab',
      inputs: {
        context: 'homelab',
        configMap: () => Promise.resolve(undefined),
        secret: () => Promise.resolve(undefined),
        fluxObject: () => Promise.resolve(undefined),
        capabilities: () => Promise.resolve({ kubeVersion: 'v1.36.0', apiVersions: [] }),
        artifact: () => Promise.reject(new Failure('notFound', 'no artifact')),
      },
      find: (name) => {
        const failure = find?.(name);
        return failure ? Promise.reject(failure) : Promise.resolve([]);
      },
      fluxObjects: () => Promise.resolve([]),
      exists: () => Promise.resolve(true),
      compareKustomization: ({ rendered }) => {
        compared.push(rendered.name.name);
        const objects = rendered.name.name === kustomizationName.name ? refused : [];
        return Promise.resolve({ ...empty, target: rendered.name, objects, notes: refusedNote(objects) });
      },
      compareRelease: () => {
        compared.push(releaseName.name);
        return Promise.resolve({ ...empty, target: releaseName });
      },
      compareStatedDocument: () => Promise.resolve({ ...empty, target: root }),
    },
    puller,
    signal: new AbortController().signal,
    told,
    onStep: () => undefined,
  });
  const ended = await outcome.then(
    ({ state }) => state,
    (error: unknown) => (error instanceof Failure ? error.reason : String(error)),
  );
  const failed = told.failures.map(({ title, step }) => `${title} not ${step}`);
  return { report: { ended, compared, failed }, told };
}

test('what waits for a namespace that another owner makes is not told to be refused', async () => {
  const refused: ObjectDifference = {
    id: { group: '', kind: 'ConfigMap', namespace: 'web', name: 'a' },
    apiVersion: 'v1',
    change: 'unknown',
    because: 'namespaceMissing',
    paths: [],
  };
  const made = { targetNamespace: 'web', install: { createNamespace: true } };
  for (const [release, change, notes] of [
    [made, 'create', 0],
    [{}, 'unknown', 1],
  ] as const) {
    const { told } = await compare({ refused: [refused], release });
    assert.deepEqual([told.objects.map((one) => one.change), told.notes.length], [[change], notes]);
  }
});

test('of the folder itself, too, what may not be read leaves the rest to be compared', async () => {
  const forbidden = new Failure('forbidden', 'kustomizations may not be read');
  assert.deepEqual((await compare({ find: ({ name }) => (name === root.name ? forbidden : undefined) })).report, {
    ended: 'compared',
    compared: ['shop', 'apps'],
    failed: ['Kustomization flux-system/flux-system not compared'],
  });
});

const unauthorized = new Failure('unauthorized', 'credentials have expired');

test('credentials of the cluster that have expired end it at once: they concern all alike', async () => {
  assert.deepEqual((await compare({ render: () => Promise.resolve(unauthorized) })).report, {
    ended: 'unauthorized',
    compared: ['flux-system'],
    failed: [],
  });
});

test('a registry that wants a login concerns its chart alone', async () => {
  const puller: ChartPuller = { pull: () => Promise.reject(unauthorized) };
  const render = async ({ kind }: FluxName, options: RenderOptions): Promise<Failure | undefined> => {
    const refused =
      kind === 'HelmRelease' &&
      (await options.puller?.pull({ url: 'oci://charts' }).then(
        () => false,
        () => true,
      ));
    return refused ? new Failure('unauthorized', 'the registry wants a login') : undefined;
  };
  assert.deepEqual((await compare({ render, puller })).report, {
    ended: 'compared',
    compared: ['flux-system', 'apps'],
    failed: ['HelmRelease apps/shop not rendered'],
  });
  const expired = (name: FluxName, options: RenderOptions): Promise<Failure | undefined> =>
    name.kind === 'HelmRelease' ? render(name, options) : Promise.resolve(unauthorized);
  assert.equal((await compare({ render: expired, puller })).report.ended, 'unauthorized', 'which excuses no other');
});
