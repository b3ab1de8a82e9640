/** Which Flux objects a change may concern: rows of a repository, the files that differ, and who is looked at. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ObjectDifference } from '../../../src/drift/difference.ts';
import { readBuildGraph, touchedByFiles, touchedByObjects } from '../../../src/drift/touchedKustomizations.ts';
import type { FluxName, StatedFluxObject } from '../../../src/render/desired.ts';
import { memoryFiles } from '../../support/memoryFiles.ts';

function stated(kind: FluxName['kind'], name: string, path: string, spec: unknown, namespace = 'flux-system') {
  const object = { metadata: { name, namespace }, spec } as unknown as StatedFluxObject['object'];
  return { name: { kind, namespace, name }, path, line: 1, object };
}

const resources = (...names: readonly string[]): string =>
  `apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [${names.join(', ')}]\n`;

const files = memoryFiles({
  'cluster/apps.yaml': '',
  'cluster/infra.yaml': '',
  'apps/kustomization.yaml': resources('web', '../base'),
  'apps/web/kustomization.yaml': resources('web.yaml'),
  'apps/web/web.yaml': '',
  'apps/web/secret.env': '',
  'base/kustomization.yaml': resources('base.yaml'),
  'base/base.yaml': '',
  'infra/dns/dns.yaml': '',
  'components/extra/kustomization.yaml': resources('extra.yaml'),
  'components/extra/extra.yaml': '',
  'packed/inner/x.yaml': '',
  'charts/hello/templates/map.yaml': '',
  'README.md': '',
});

const all = [
  stated('Kustomization', 'root', 'cluster/sync.yaml', { path: './cluster' }),
  stated('Kustomization', 'apps', 'cluster/apps.yaml', { path: './apps', components: ['../components/extra'] }),
  stated('Kustomization', 'infra', 'cluster/infra.yaml', { path: 'infra/' }),
  stated('Kustomization', 'packed', 'packed/sync.yaml', { path: './inner' }),
  stated('HelmRelease', 'hello', 'infra/hello.yaml', {
    chart: { spec: { chart: './charts/hello', sourceRef: { kind: 'GitRepository', name: 'fleet' } } },
  }),
  stated('HelmRelease', 'remote', 'infra/remote.yaml', {
    chart: { spec: { chart: 'charts', sourceRef: { kind: 'HelmRepository', name: 'r' } } },
  }),
];

describe('by files', () => {
  const rows: readonly [title: string, changed: readonly string[], names: readonly string[]][] = [
    ['one that is built', ['apps/web/web.yaml'], ['apps']],
    ['one of a base', ['base/base.yaml'], ['apps']],
    ['one of a component of the object', ['components/extra/extra.yaml'], ['apps']],
    ['one of a folder without kustomize file', ['infra/dns/dns.yaml'], ['infra']],
    ['one beside those that are named, which a generator may read', ['apps/web/secret.env'], ['apps']],
    ['a new one', ['infra/dns/new.yaml'], ['infra']],
    ['the file that states the object, and who builds it', ['cluster/infra.yaml'], ['root', 'infra']],
    ['of an artifact that begins deeper', ['packed/inner/x.yaml'], ['packed']],
    ['of a chart in the repository', ['charts/hello/templates/map.yaml'], ['hello']],
    ['nobody builds it', ['README.md'], []],
    ['nothing changed', [], []],
  ];
  for (const [title, changed, names] of rows) {
    test(title, async () => {
      const found = touchedByFiles(all, await readBuildGraph(files), changed);
      assert.deepEqual(
        found.map(({ name }) => name.name),
        names,
      );
    });
  }
});

describe('by objects', () => {
  const takers = [
    stated('Kustomization', 'apps', 'a', { postBuild: { substituteFrom: [{ kind: 'ConfigMap', name: 'vars' }] } }),
    stated('Kustomization', 'other', 'b', { postBuild: { substituteFrom: [{ kind: 'Secret', name: 'vars' }] } }),
    stated('HelmRelease', 'plex', 'c', { valuesFrom: [{ kind: 'ConfigMap', name: 'plex-${X}' }] }, 'media'),
    stated('HelmRelease', 'free', 'd', {}, ''),
  ];
  const difference = (kind: string, namespace: string, name: string, group = ''): ObjectDifference => ({
    id: { group, kind, namespace, name },
    apiVersion: 'v1',
    change: 'change',
    paths: [],
  });
  const rows: readonly [title: string, difference: ObjectDifference, names: readonly string[]][] = [
    ['variables', difference('ConfigMap', 'flux-system', 'vars'), ['apps']],
    ['variables of a Secret', difference('Secret', 'flux-system', 'vars'), ['other']],
    ['those of another namespace are others', difference('ConfigMap', 'media', 'vars'), ['plex']],
    ['values of a name with a variable in it', difference('ConfigMap', 'media', 'plex-1'), ['plex']],
    ['the object itself', difference('HelmRelease', 'media', 'plex', 'helm.toolkit.fluxcd.io'), ['plex']],
    ['one whose file names no namespace', difference('HelmRelease', 'a', 'free', 'helm.toolkit.fluxcd.io'), ['free']],
    ['a namesake of another group', difference('HelmRelease', 'media', 'plex', 'helm.cattle.io'), []],
    ['what is the same', { ...difference('ConfigMap', 'flux-system', 'vars'), change: 'none' }, []],
  ];
  for (const [title, one, names] of rows) {
    test(title, () => {
      assert.deepEqual(
        touchedByObjects(takers, [one]).map(({ name }) => name.name),
        names,
      );
    });
  }
});
