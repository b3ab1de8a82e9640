/**
 * Every HelmRelease of real repositories: how many can be rendered of files alone, how many with the one chart that is served
 * here, and why the others cannot.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { engineObstacle } from '../../scripts/buildEngine.ts';
import { isFailure } from '../../src/base/failure.ts';
import { noLog } from '../../src/base/log.ts';
import { DiskFiles } from '../../src/manifests/diskFiles.ts';
import type { RepositoryState } from '../../src/render/desired.ts';
import type { Renderer } from '../../src/render/renderer.ts';
import { RepositoryRenderer } from '../../src/render/repositoryRenderer.ts';
import type { WorkerEngine } from '../../src/render/workerEngine.ts';
import { type Corpora, corporaMissing, unpackCorpora } from '../support/corpora.ts';
import { corpusFacts, type CorpusRelease, renderCorpus } from '../support/corpusReleases.ts';
import { type CorpusName, corpusUrls } from '../support/corpusUrls.ts';
import { openRealEngine } from '../support/realEngine.ts';

const bed: { corpora?: Corpora; engine?: WorkerEngine } = {};

describe('HelmReleases of real repositories', { skip: corporaMissing ?? engineObstacle() ?? false }, () => {
  before(async () => {
    bed.corpora = await unpackCorpora();
    bed.engine = await openRealEngine();
  });
  after(async () => {
    bed.engine?.dispose();
    await bed.corpora?.remove();
  });

  for (const corpus of Object.keys(corpusUrls) as CorpusName[]) {
    const { stated, builtTwice = 0, rendered, unapplied = [], not } = corpusFacts[corpus];
    test(`${corpus}: of ${stated} HelmReleases ${rendered} are rendered`, async () => {
      const { renderer, state } = open(corpus);
      const all = await renderCorpus(renderer, state);
      assert.equal(new Set(all.map((each) => `${each.stated.path}:${each.stated.line}`)).size, stated, 'stated');
      assert.equal(all.length, stated + builtTwice, 'with those that are built twice');
      const done = all.flatMap(({ stated: { path }, result }) => ('rendered' in result ? { path, ...result } : []));
      assert.equal(done.length, rendered, 'rendered');
      const nowhere = done.filter((each) => (each.rendered.inForce.metadata.namespace ?? '') === '');
      assert.deepEqual(nowhere.map(({ path }) => path).sort(), unapplied, 'what nothing applies');
      assert.ok(done.every((each) => each.rendered.objects.length > 0 && each.rendered.chart.name === 'app-template'));
      assert.deepEqual(reasons(all), not);

      const none = all.length - rendered - (not['its chart lies on a network'] ?? 0);
      assert.deepEqual(
        { pull: 0, choose: 0, none: 0, rendered: 0, ...count(await ofFilesAlone(renderer, state)) },
        { pull: stated - builtTwice - none, choose: builtTwice, none, rendered: 0 },
        'of files alone none is rendered, and each says what the user may do about it',
      );
    });
  }
});

/** What the user may do about each HelmRelease where nothing is pulled. */
async function ofFilesAlone(renderer: Renderer, state: RepositoryState): Promise<readonly string[]> {
  const remedies: string[] = [];
  for (const { name, path } of await renderer.stated(state)) {
    if (name.kind === 'HelmRelease') {
      const outcome = await renderer.release(name, { state, path }).catch((error: unknown) => error);
      remedies.push(isFailure(outcome) ? (outcome.remedy ?? 'none') : isAmbiguous(outcome) ? 'choose' : 'rendered');
    }
  }
  return remedies;
}

function open(corpus: CorpusName) {
  const root = bed.corpora?.folders.get(corpus);
  assert.ok(root !== undefined && bed.engine !== undefined, 'the corpus is there');
  const state = { label: 'working tree', key: root, files: new DiskFiles(root), remotes: [corpusUrls[corpus]] };
  return { renderer: new RepositoryRenderer({ engine: bed.engine, log: noLog() }), state };
}

function reasons(all: readonly CorpusRelease[]): Readonly<Record<string, number>> {
  return count(all.flatMap(({ result }) => ('not' in result ? result.not : [])));
}

function count(words: readonly string[]): Readonly<Record<string, number>> {
  return Object.fromEntries([...new Set(words)].map((word) => [word, words.filter((each) => each === word).length]));
}

function isAmbiguous(outcome: unknown): boolean {
  return typeof outcome === 'object' && outcome !== null && 'kind' in outcome && outcome.kind === 'ambiguous';
}
