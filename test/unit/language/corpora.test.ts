/**
 * Real repositories: nothing crashes, and what is reported is exactly what a person found by reading them. Each finding
 * below was looked at in its file; each of the texts that merely look alike is listed as silent with its reason.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { projectRoot } from '../../../scripts/projectRoot.ts';
import { RepositoryChecker } from '../../../src/language/repositoryChecker.ts';
import { DiskRepository } from '../../../src/manifests/diskRepository.ts';
import { fluxDocuments } from '../../../src/manifests/fluxDocuments.ts';
import { parseManifests } from '../../../src/manifests/parseManifests.ts';
import { valueAt } from '../../../src/manifests/yamlNode.ts';
import { corporaMissing, type Corpora, unpackCorpora } from '../../support/corpora.ts';
import { defaultRules } from '../../support/expectedDiagnostics.ts';

/** What only informs or hints, as `line severity rule` by file. Warnings stand with their verdicts in `warnings.json`. */
const quietFindings: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  'billimek-k8s-gitops': {},
  'flux-talos': {
    'kubernetes/apps/default/onlyflans/app/helmrelease.yaml': ['30 information image-channel'],
    'kubernetes/apps/develop/drone/app/helmrelease.yaml': ['36 information image-channel'],
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
    'kubernetes/apps/media/plex/app/helmrelease.yaml': ['81 information image-channel'],
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
    'kubernetes/apps/observability/gatus/app/helmrelease.yaml': ['32 information image-channel'],
    'kubernetes/apps/observability/grafana/app/helmrelease.yaml': ['29 information image-channel'],
    'kubernetes/apps/productivity/atuin/app/helmrelease.yaml': ['22 information image-channel'],
    'kubernetes/apps/productivity/homebox/app/helmrelease.yaml': ['30 information image-channel'],
    'kubernetes/apps/productivity/joplin-server/app/helmrelease.yaml': ['35 information image-channel'],
    'kubernetes/apps/productivity/karakeep/app/helmrelease.yaml': ['22 information image-channel'],
    'kubernetes/apps/productivity/mealie/app/helmrelease.yaml': ['22 information image-channel'],
    'kubernetes/apps/productivity/n8n/app/helmrelease.yaml': ['35 information image-channel'],
    'kubernetes/apps/productivity/nextcloud/app/helmrelease.yaml': ['22 information image-channel'],
  },
  'home-ops': {},
  homelab: {
    'workloads/llm/llama-deployment.yaml': ['33 information image-channel'],
  },
  'hub-spoke-example': {
    'deploy/infra-controllers/cert-manager.yaml': ['22 information chart-range'],
  },
  'kustomize-helm-example': {
    'infrastructure/controllers/cert-manager.yaml': ['21 information source-semver-range'],
  },
};

interface JudgedFinding {
  readonly repository: string;
  readonly file: string;
  /** 1-based. */
  readonly line: number;
  readonly rule: string;
  readonly severity: string;
  readonly verdict: string;
  readonly because: string;
}

/** Every finding of warning or above in the corpora, looked at in its file. One that is wrong is mended, not listed. */
const judged = JSON.parse(
  readFileSync(join(projectRoot, 'test', 'fixtures', 'corpora', 'warnings.json'), 'utf8'),
) as readonly JudgedFinding[];

function expectedIn(name: string): Record<string, string[]> {
  const expected: Record<string, string[]> = {};
  for (const [file, found] of Object.entries(quietFindings[name] ?? {})) {
    expected[file] = [...found];
  }
  for (const { file, line, severity, rule } of judged.filter(({ repository }) => repository === name)) {
    expected[file] = [...(expected[file] ?? []), `${line} ${severity} ${rule}`];
  }
  const lineOf = (finding: string): number => Number.parseInt(finding, 10);
  return Object.fromEntries(
    Object.entries(expected).map(([file, found]) => [file, found.sort((a, b) => lineOf(a) - lineOf(b))]),
  );
}

test('every warning in the corpora was judged right, with a reason', () => {
  for (const { verdict, because, file } of judged) {
    assert.deepEqual([verdict, because.length > 20], ['right', true], file);
  }
});

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

for (const name of Object.keys(quietFindings)) {
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
    assert.deepEqual(found, expectedIn(name));
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
