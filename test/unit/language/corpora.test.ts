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

/** `line severity rule` by file. */
const findings: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  'billimek-k8s-gitops': {},
  'flux-talos': {
    'kubernetes/apps/default/onlyflans/app/helmrelease.yaml': ['30 information image-channel'],
    'kubernetes/apps/develop/drone/app/helmrelease.yaml': ['36 information image-channel', '93 warning image-latest'],
    'kubernetes/apps/develop/gitea/app/helmrelease.yaml': ['73 information image-channel'],
    'kubernetes/apps/develop/nexus/app/helmrelease.yaml': ['86 information image-channel'],
    'kubernetes/apps/download/autobrr/app/helmrelease.yaml': ['22 information image-channel'],
    'kubernetes/apps/download/qbittorrent/app/helmrelease.yaml': ['22 information image-channel'],
    'kubernetes/apps/download/sabnzbd/app/helmrelease.yaml': ['22 information image-channel'],
    'kubernetes/apps/flux-system/bluevulpine-blog/app/gitrepository.yaml': ['12 information source-branch'],
    'kubernetes/apps/flux-system/flux-instance/app/helmrelease.yaml': ['23 hint source-semver-range'],
    'kubernetes/apps/home/frigate/app/helmrelease.yaml': ['42 information image-channel'],
    'kubernetes/apps/home/helium-archiver/app/helmrelease.yaml': ['26 information image-channel'],
    'kubernetes/apps/identity/authentik/app/helmrelease.yaml': ['85 information image-channel'],
    'kubernetes/apps/media/immich/app/helmrelease.yaml': ['22 information image-channel'],
    'kubernetes/apps/media/lidarr/app/helmrelease.yaml': [
      '22 information image-channel',
      '29 information image-channel',
      '57 information image-channel',
    ],
    'kubernetes/apps/media/plex/app/helmrelease.yaml': ['50 warning image-latest', '81 information image-channel'],
    'kubernetes/apps/media/prowlarr/app/helmrelease.yaml': ['22 information image-channel'],
    'kubernetes/apps/media/radarr/app/helmrelease.yaml': [
      '22 information image-channel',
      '30 information image-channel',
    ],
    'kubernetes/apps/media/readarr-audiobooks/app/helmrelease.yaml': [
      '22 information image-channel',
      '30 information image-channel',
    ],
    'kubernetes/apps/media/readarr-ebooks/app/helmrelease.yaml': ['22 information image-channel'],
    'kubernetes/apps/media/rreading-glasses/app/helmrelease.yaml': ['22 information image-channel'],
    'kubernetes/apps/media/sonarr/app/helmrelease.yaml': [
      '22 information image-channel',
      '30 information image-channel',
    ],
    'kubernetes/apps/network/unifi-phantom-clients-cleanup/app/cronjob.yaml': ['16 warning image-latest'],
    'kubernetes/apps/observability/gatus/app/helmrelease.yaml': ['32 information image-channel'],
    'kubernetes/apps/observability/grafana/app/helmrelease.yaml': ['29 information image-channel'],
    'kubernetes/apps/productivity/atuin/app/helmrelease.yaml': ['22 information image-channel'],
    'kubernetes/apps/productivity/homebox/app/helmrelease.yaml': [
      '22 warning image-latest',
      '30 information image-channel',
    ],
    'kubernetes/apps/productivity/joplin-server/app/helmrelease.yaml': ['35 information image-channel'],
    'kubernetes/apps/productivity/karakeep/app/helmrelease.yaml': [
      '22 information image-channel',
      '30 warning image-latest',
    ],
    'kubernetes/apps/productivity/mealie/app/helmrelease.yaml': ['22 information image-channel'],
    'kubernetes/apps/productivity/n8n/app/helmrelease.yaml': ['35 information image-channel'],
    'kubernetes/apps/productivity/nextcloud/app/helmrelease.yaml': ['22 information image-channel'],
  },
  'home-ops': {},
  homelab: {
    'infrastructure/gateway/04-test-httproute.yaml': ['66 warning image-latest'],
    'workloads/llm/llama-deployment.yaml': ['33 information image-channel'],
  },
  'hub-spoke-example': {
    'clusters/production/apps/podinfo-values.yaml': ['8 warning chart-open-range'],
    'clusters/staging/apps/podinfo-values.yaml': ['8 warning chart-open-range'],
    'deploy/infra-controllers/cert-manager.yaml': ['22 information chart-range'],
    'deploy/infra-controllers/ingress-nginx.yaml': ['22 warning chart-version-missing'],
  },
  'kustomize-helm-example': {
    'apps/production/podinfo-values.yaml': ['9 warning chart-open-range'],
    'apps/staging/podinfo-values.yaml': ['9 warning chart-open-range'],
    'infrastructure/controllers/cert-manager.yaml': ['21 information source-semver-range'],
    'infrastructure/controllers/envoy-gateway.yaml': ['21 warning source-semver-open'],
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

const severityWords = ['', 'error', 'warning', 'information', 'hint'];

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
      if (diagnostics.length > 0) {
        found[path] = diagnostics.map(
          ({ range, severity, code }) =>
            `${range.start.line + 1} ${severityWords[severity ?? 0] ?? ''} ${String(code)}`,
        );
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
