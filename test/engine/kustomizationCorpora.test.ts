/** Every Flux Kustomization of real repositories: which of them can be built of files alone, and why the others cannot. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { noLog } from '../../src/base/log.ts';
import { DiskFiles } from '../../src/manifests/diskFiles.ts';
import { RepositoryRenderer } from '../../src/render/repositoryRenderer.ts';
import type { WorkerEngine } from '../../src/render/workerEngine.ts';
import { type Corpora, corporaMissing, unpackCorpora } from '../support/corpora.ts';
import { openRealEngine } from '../support/realEngine.ts';

interface Row {
  readonly repository: string;
  readonly stated: number;
  /** Names of those that fail, with the words that say why. */
  readonly failing?: Readonly<Record<string, RegExp>>;
}

const rows: readonly Row[] = [
  { repository: 'billimek-k8s-gitops', stated: 3 },
  {
    repository: 'flux-talos',
    stated: 137,
    failing: {
      dragonfly: /remote bases are not fetched/,
      // Nothing builds it, so no parent gives it the variables that all others get.
      storj: /external-services\/storj\/app\/httproute\.yaml:17: .*variable not set \(strict mode\): "SECRET_DOMAIN"/,
    },
  },
  { repository: 'home-ops', stated: 79, failing: { sonarr: /resources\/refresh-series\.sh: file does not exist/ } },
  { repository: 'homelab', stated: 3 },
  { repository: 'hub-spoke-example', stated: 8 },
  { repository: 'kustomize-helm-example', stated: 6 },
];

const bed: { corpora?: Corpora; engine?: WorkerEngine } = {};

before(async () => {
  if (corporaMissing === undefined) {
    bed.corpora = await unpackCorpora();
    bed.engine = await openRealEngine();
  }
});

after(async () => {
  bed.engine?.dispose();
  await bed.corpora?.remove();
});

for (const { repository, stated, failing = {} } of rows) {
  test(`Kustomizations of ${repository}`, { skip: corporaMissing ?? false }, async () => {
    assert.ok(bed.engine && bed.corpora);
    const renderer = new RepositoryRenderer({ engine: bed.engine, log: noLog() });
    const files = new DiskFiles(bed.corpora.folders.get(repository) ?? '');
    const state = { label: 'working tree', key: repository, files, remotes: [] };
    const all = (await renderer.stated(state)).filter(({ name }) => name.kind === 'Kustomization');
    assert.equal(all.length, stated);
    const failed: Record<string, string> = {};
    for (const { name, path } of all) {
      try {
        const rendered = await renderer.kustomization(name, { state, path });
        assert.equal(rendered.kind, 'Kustomization', JSON.stringify(rendered));
        assert.ok(!JSON.stringify(rendered).includes('ENC['), `${name.name} shows ciphertext`);
      } catch (error) {
        failed[name.name] = (error as Error).message;
      }
    }
    assert.deepEqual(Object.keys(failed).sort(), Object.keys(failing).sort(), JSON.stringify(failed));
    for (const [name, words] of Object.entries(failing)) {
      assert.match(failed[name] ?? '', words);
    }
  });
}
