/**
 * Real repositories: nothing crashes, and what is reported is exactly what a person found by reading them. Each finding
 * below was looked at in its file; each of the texts that merely look alike is listed as silent with its reason.
 */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { RepositoryChecker } from '../../../src/language/repositoryChecker.ts';
import { DiskRepository } from '../../../src/manifests/diskRepository.ts';
import { fluxDocuments } from '../../../src/manifests/fluxDocuments.ts';
import { parseManifests } from '../../../src/manifests/parseManifests.ts';
import { valueAt } from '../../../src/manifests/yamlNode.ts';
import { corporaMissing, type Corpora, unpackCorpora } from '../../support/corpora.ts';
import { defaultRules } from '../../support/expectedDiagnostics.ts';

/** `line rule` by file; all of them warnings. */
const findings: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  'billimek-k8s-gitops': {},
  'flux-talos': {
    'kubernetes/apps/develop/drone/app/helmrelease.yaml': ['93 image-latest'],
    'kubernetes/apps/media/plex/app/helmrelease.yaml': ['50 image-latest'],
    'kubernetes/apps/network/unifi-phantom-clients-cleanup/app/cronjob.yaml': ['16 image-latest'],
    'kubernetes/apps/productivity/homebox/app/helmrelease.yaml': ['22 image-latest'],
    'kubernetes/apps/productivity/karakeep/app/helmrelease.yaml': ['30 image-latest'],
  },
  'home-ops': {},
  homelab: { 'infrastructure/gateway/04-test-httproute.yaml': ['66 image-latest'] },
  'hub-spoke-example': {
    'clusters/production/apps/podinfo-values.yaml': ['8 chart-open-range'],
    'clusters/staging/apps/podinfo-values.yaml': ['8 chart-open-range'],
    'deploy/infra-controllers/ingress-nginx.yaml': ['22 chart-version-missing'],
  },
  'kustomize-helm-example': {
    'apps/production/podinfo-values.yaml': ['9 chart-open-range'],
    'apps/staging/podinfo-values.yaml': ['9 chart-open-range'],
  },
};

/** Texts that a search for `latest` or for charts without version also finds. */
const silent: Readonly<Record<string, readonly (readonly [file: string, reason: string])[]>> = {
  'flux-talos': [
    [
      'kubernetes/apps/identity/authentik/app/outpost-patch-config.yaml',
      'no Kubernetes object: to be pasted into a form',
    ],
    ['kubernetes/apps/home/scrypted/app/helmrelease.yaml', 'latest with a digest'],
    ['kubernetes/apps/flux-system/rackpanel/app/imagerepository.yaml', 'an ImageRepository never has a tag'],
  ],
  'billimek-k8s-gitops': [
    ['kubernetes/kube-system/generic-device-plugin/generic-device-plugin.yaml', 'latest with a digest'],
  ],
  homelab: [
    ['infrastructure/logging/tempo-helmrelease.yaml', 'an empty tag is the chart’s default'],
    ['workloads/log-analyzer/deployment.yaml', 'a commit as tag'],
  ],
  'hub-spoke-example': [['deploy/apps/podinfo.yaml', 'both clusters add the version']],
  'kustomize-helm-example': [['apps/base/podinfo/release.yaml', 'both overlays add the version']],
};

const corpora: Corpora | undefined = corporaMissing === undefined ? await unpackCorpora() : undefined;
after(() => corpora?.remove());

for (const [name, expected] of Object.entries(findings)) {
  test(`findings in ${name}`, { skip: corporaMissing ?? false }, async () => {
    const root = corpora?.folders.get(name);
    assert.ok(root !== undefined, `${name} is among the corpora`);
    const disk = new DiskRepository(root);
    const checker = new RepositoryChecker(defaultRules);
    for (const path of await disk.list()) {
      const text = await disk.read(path);
      if (text !== undefined) {
        checker.update(path, text);
      }
    }
    assert.ok(checker.size > 20);
    const found: Record<string, string[]> = {};
    for (const path of checker.suspects()) {
      const diagnostics = checker.diagnostics(path);
      assert.ok(diagnostics.every(({ severity }) => severity === 2));
      if (diagnostics.length > 0) {
        found[path] = diagnostics.map(({ range, code }) => `${range.start.line + 1} ${String(code)}`);
      }
    }
    assert.deepEqual(found, expected);
    for (const [path, reason] of silent[name] ?? []) {
      assert.ok((await disk.read(path)) !== undefined, `${path} exists`);
      assert.deepEqual(checker.diagnostics(path), [], reason);
    }
  });
}

test('lenses stand over the documents that a parser finds', { skip: corporaMissing ?? false }, async () => {
  let documents = 0;
  for (const root of corpora?.folders.values() ?? []) {
    const disk = new DiskRepository(root);
    for (const path of await disk.list()) {
      const text = (await disk.read(path)) ?? '';
      const { manifests } = parseManifests(text, path);
      const parsed = manifests.filter(
        ({ group, kind, root: object }) =>
          (group === 'helm.toolkit.fluxcd.io' &&
            kind === 'HelmRelease' &&
            (valueAt(object, 'spec', 'chart') ?? valueAt(object, 'spec', 'chartRef')) !== undefined) ||
          (group === 'kustomize.toolkit.fluxcd.io' &&
            kind === 'Kustomization' &&
            valueAt(object, 'spec', 'sourceRef') !== undefined),
      );
      const found = fluxDocuments(text);
      assert.deepEqual(
        found.map(({ kind, namespace, name }) => [kind, namespace ?? '', name]),
        parsed.map(({ kind, namespace, name }) => [kind, namespace, name]),
        path,
      );
      documents += found.length;
    }
  }
  assert.ok(documents > 400);
});
