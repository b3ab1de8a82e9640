/** The way from Git to an object: who comes before whom, each once, and which link forbids it. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { idOf, objectKey } from '../../../src/flux/objectKey.ts';
import type { FluxObject } from '../../../src/flux/objects.ts';
import { rootChain } from '../../../src/flux/rootChain.ts';
import { appliedBy, fluxObject, titleOf } from './fluxObject.ts';

interface Row {
  readonly is: string;
  readonly target: FluxObject;
  readonly cluster: readonly FluxObject[];
  /** Titles with the role of each; or why not. */
  readonly expect: readonly string[] | string;
}

const from = (name: string, kind = 'GitRepository', namespace = 'flux-system') => ({
  sourceRef: { kind, name, namespace },
});

const git = fluxObject('GitRepository flux-system/flux-system');
const root = fluxObject('Kustomization flux-system/flux-system', {
  labels: appliedBy('Kustomization flux-system/flux-system'),
  spec: from('flux-system'),
});
const apps = fluxObject('Kustomization flux-system/apps', {
  labels: appliedBy('Kustomization flux-system/flux-system'),
  spec: from('flux-system'),
});
const charts = fluxObject('HelmRepository flux-system/charts');
const chart = fluxObject('HelmChart flux-system/logging-loki', { spec: from('charts', 'HelmRepository') });
const loki = fluxObject('HelmRelease logging/loki', {
  labels: appliedBy('Kustomization flux-system/apps'),
  spec: { chart: { spec: { chart: 'loki', ...from('charts', 'HelmRepository') } } },
});
const cluster = [git, root, apps, charts, chart, loki];
const suspended = (object: FluxObject): FluxObject => ({ ...object, spec: { ...object.spec, suspend: true } });
const without = (...gone: readonly FluxObject[]): FluxObject[] => cluster.filter((object) => !gone.includes(object));

const wholeWay = [
  'source GitRepository flux-system/flux-system',
  'parent Kustomization flux-system/flux-system',
  'parent Kustomization flux-system/apps',
  'source HelmRepository flux-system/charts',
  'source HelmChart flux-system/logging-loki',
  'object HelmRelease logging/loki',
];

const rows: readonly Row[] = [
  { is: 'a release below two Kustomizations of one source', target: loki, cluster, expect: wholeWay },
  {
    is: 'a release that takes its chart from an OCIRepository',
    target: { ...loki, spec: { chartRef: { kind: 'OCIRepository', name: 'loki' } } },
    cluster: [...cluster, fluxObject('OCIRepository logging/loki')],
    expect: [...wholeWay.slice(0, 3), 'source OCIRepository logging/loki', 'object HelmRelease logging/loki'],
  },
  {
    is: 'a parent with a source of its own',
    target: loki,
    cluster: [
      ...without(apps),
      { ...apps, spec: from('apps', 'OCIRepository') },
      fluxObject('OCIRepository flux-system/apps'),
    ],
    expect: [...wholeWay.slice(0, 2), 'source OCIRepository flux-system/apps', ...wholeWay.slice(2)],
  },
  {
    is: 'the root, which applies itself',
    target: root,
    cluster,
    expect: [wholeWay[0] ?? '', 'object Kustomization flux-system/flux-system'],
  },
  {
    is: 'the source of its own parent: once, and before all that take from it',
    target: { ...git, metadata: { ...git.metadata, labels: appliedBy('Kustomization flux-system/flux-system') } },
    cluster,
    expect: ['object GitRepository flux-system/flux-system', 'parent Kustomization flux-system/flux-system'],
  },
  {
    is: 'a source that a Kustomization applies',
    target: { ...charts, metadata: { ...charts.metadata, labels: appliedBy('Kustomization flux-system/apps') } },
    cluster,
    expect: [...wholeWay.slice(0, 3), 'object HelmRepository flux-system/charts'],
  },
  {
    is: 'a source that nobody reconciles, for its parents do all there is to do',
    target: fluxObject('HelmRepository flux-system/oci', {
      labels: appliedBy('Kustomization flux-system/apps'),
      spec: { type: 'oci' },
    }),
    cluster,
    expect: wholeWay.slice(0, 3),
  },
  {
    is: 'an object that nobody applies',
    target: { ...loki, metadata: { namespace: 'logging', name: 'loki' } },
    cluster,
    expect: wholeWay.slice(3),
  },
  {
    is: 'a release that another release applies',
    target: fluxObject('HelmRelease logging/inner', {
      labels: appliedBy('HelmRelease logging/loki'),
      spec: { chartRef: { kind: 'GitRepository', name: 'flux-system', namespace: 'flux-system' } },
    }),
    cluster,
    expect: [...wholeWay.slice(0, 5), 'parent HelmRelease logging/loki', 'object HelmRelease logging/inner'],
  },
  {
    is: 'a root that Flux Operator makes: the operator takes nothing from Git',
    target: { ...root, metadata: { ...root.metadata, labels: appliedBy('FluxInstance flux-system/flux') } },
    cluster,
    expect: [wholeWay[0] ?? '', 'object Kustomization flux-system/flux-system'],
  },
  {
    is: 'Kustomizations that apply each other in a circle',
    target: { ...apps, metadata: { ...apps.metadata, labels: appliedBy('Kustomization flux-system/flux-system') } },
    cluster: [
      git,
      { ...root, metadata: { ...root.metadata, labels: appliedBy('Kustomization flux-system/apps') } },
      apps,
    ],
    expect: [...wholeWay.slice(0, 2), 'object Kustomization flux-system/apps'],
  },
  {
    is: 'a parent that is not in this cluster',
    target: loki,
    cluster: without(apps),
    expect: 'notFound: Kustomization flux-system/apps applies HelmRelease logging/loki',
  },
  {
    is: 'a missing source of a parent',
    target: loki,
    cluster: without(git),
    expect: 'notFound: GitRepository flux-system/flux-system feeds Kustomization flux-system/flux-system',
  },
  {
    is: 'a chart whose repository is missing',
    target: loki,
    cluster: without(charts),
    expect: 'notFound: HelmRepository flux-system/charts feeds HelmChart flux-system/logging-loki',
  },
  {
    is: 'a suspended source',
    target: loki,
    cluster: [...without(git), suspended(git)],
    expect: 'suspended: GitRepository flux-system/flux-system',
  },
  {
    is: 'a suspended parent',
    target: loki,
    cluster: [...without(apps), suspended(apps)],
    expect: 'suspended: Kustomization flux-system/apps',
  },
  { is: 'a suspended object', target: suspended(loki), cluster, expect: 'suspended: HelmRelease logging/loki' },
  {
    is: 'an artifact whose maker is no kind of Flux',
    target: { ...apps, spec: from('made', 'ExternalArtifact') },
    cluster: [...cluster, fluxObject('ExternalArtifact flux-system/made')],
    expect: 'unsupported: ExternalArtifact flux-system/made',
  },
];

function checkRow({ target, cluster: objects, expect }: Row): void {
  const byKey = new Map(objects.map((object) => [objectKey('', idOf(object)), object]));
  byKey.set(objectKey('', idOf(target)), target);
  const chain = rootChain(target, (id) => byKey.get(objectKey('', id)));
  if (chain.state === 'chain') {
    assert.deepEqual(
      chain.links.map(({ role, object }) => `${role} ${titleOf(idOf(object))}`),
      expect,
    );
    return;
  }
  const { reason, id, missing } = chain;
  assert.equal(`${reason}: ${titleOf(id)}${missing ? ` ${missing.as} ${titleOf(missing.whom)}` : ''}`, expect);
}

describe('the way from Git to', () => {
  for (const row of rows) {
    it(row.is, () => checkRow(row));
  }
});
