/**
 * Every Flux Kustomization of real repositories: what is rendered is what the real `flux build kustomization` makes of it,
 * equal after parsing. How many can be rendered, and why the others cannot, is part of what is asserted.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { engineObstacle } from '../../scripts/buildEngine.ts';
import { noLog } from '../../src/base/log.ts';
import { DiskFiles } from '../../src/manifests/diskFiles.ts';
import type {
  DesiredObject,
  RenderedKustomization,
  RepositoryState,
  StatedFluxObject,
} from '../../src/render/desired.ts';
import { RepositoryRenderer } from '../../src/render/repositoryRenderer.ts';
import type { WorkerEngine } from '../../src/render/workerEngine.ts';
import { buildPrograms, clusterObstacle } from '../cluster/build.ts';
import { type PlainObject, differences, objectTitle } from '../support/comparable.ts';
import { type Corpora, corporaMissing, unpackCorpora } from '../support/corpora.ts';
import { type CorpusName, corpusUrls } from '../support/corpusUrls.ts';
import { openRealEngine } from '../support/realEngine.ts';
import { withoutPaths } from '../support/withoutPaths.ts';
import { type FluxBuildResult, fluxBuild } from './fluxBuild.ts';

interface Expected {
  /** Flux Kustomizations in it. */
  readonly stated: number;
  /** What cannot be rendered without a cluster and a network, by the file that states it, and why. */
  readonly refused?: Readonly<Record<string, RegExp>>;
  /** Of `refused`: what the program builds, for it asks less. */
  readonly built?: readonly string[];
  /** Folder of the repository that an ExternalArtifact of its ArtifactGenerator has the content of, by its name. */
  readonly artifacts?: Readonly<Record<string, string>>;
}

const corporaExpected: Readonly<Record<CorpusName, Expected>> = {
  'billimek-k8s-gitops': { stated: 3 },
  'flux-talos': {
    stated: 137,
    refused: {
      'kubernetes/apps/database/dragonfly/ks.yaml dragonfly': /remote bases are not fetched: https:\/\//,
      'kubernetes/apps/network/external-services/storj/ks.yaml storj': /variable not set \(strict mode\)/,
    },
    // Not strict by itself, as the controller is.
    built: ['kubernetes/apps/network/external-services/storj/ks.yaml storj'],
  },
  'home-ops': {
    stated: 79,
    refused: { 'kubernetes/apps/default/sonarr/ks.yaml sonarr': /refresh-series\.sh/ },
  },
  homelab: { stated: 3 },
  'hub-spoke-example': { stated: 8 },
  'kustomize-helm-example': {
    stated: 6,
    artifacts: { apps: 'apps', infrastructure: 'infrastructure' },
  },
};

const obstacle = corporaMissing ?? engineObstacle() ?? clusterObstacle();

describe('real Kustomizations are built as flux builds them', { skip: obstacle ?? false }, () => {
  const bed: { corpora?: Corpora; engine?: WorkerEngine; program: string } = { program: '' };
  before(async () => {
    bed.corpora = await unpackCorpora();
    bed.engine = await openRealEngine();
    bed.program = join(await buildPrograms(), 'flux');
  });
  after(async () => {
    bed.engine?.dispose();
    await bed.corpora?.remove();
  });

  for (const [corpus, url] of Object.entries(corpusUrls)) {
    const expected = corporaExpected[corpus as CorpusName];
    test(`${corpus}: ${expected.stated} Kustomizations`, async () => {
      const root = bed.corpora?.folders.get(corpus);
      assert(root !== undefined && bed.engine !== undefined, 'the corpus is there');
      const renderer = new RepositoryRenderer({ engine: bed.engine, log: noLog() });
      const state = { label: 'working tree', key: root, files: new DiskFiles(root), remotes: [url] };
      const compare = new Comparison({ ...expected, program: bed.program, root, renderer, state });
      const stated = (await renderer.stated(state)).filter(({ name }) => name.kind === 'Kustomization');
      for (const each of stated) {
        await compare.add(each);
      }
      const { unequal, refused, builtAll } = await compare.end();
      assert.deepEqual(unequal, [], 'differences');
      assert.deepEqual(refused.sort(), Object.keys(expected.refused ?? {}).sort(), 'what cannot be rendered');
      assert.deepEqual(builtAll, expected.built ?? [], 'what flux builds of that');
      assert.equal(stated.length, expected.stated, 'how many there are');
    });
  }
});

interface ComparisonParts extends Expected {
  readonly program: string;
  readonly root: string;
  readonly renderer: RepositoryRenderer;
  readonly state: RepositoryState;
}

/** Renders one after the other; the program's builds go on beside. */
class Comparison {
  readonly #parts: ComparisonParts;
  readonly #running: Promise<void>[] = [];
  readonly #unequal: string[] = [];
  readonly #refused: string[] = [];
  readonly #builtAll: string[] = [];

  constructor(parts: ComparisonParts) {
    this.#parts = parts;
  }

  async add(stated: StatedFluxObject): Promise<void> {
    const { renderer, state, refused = {} } = this.#parts;
    const title = `${stated.path} ${stated.name.name}`;
    let rendered: RenderedKustomization | undefined;
    try {
      const result = await renderer.kustomization(stated.name, { state, path: stated.path });
      assert.equal(result.kind, 'Kustomization', `${title} is one object`);
      rendered = result;
    } catch (error) {
      assert(error instanceof Error);
      assert.match(error.message, refused[title] ?? /^$/, `${title} can be rendered`);
      this.#refused.push(title);
    }
    this.#running.push(rendered ? this.#compare(title, rendered) : this.#buildAlone(title, stated));
    if (this.#running.length % 2 === 0) {
      await Promise.all(this.#running.slice(-2));
    }
  }

  async end() {
    await Promise.all(this.#running);
    return { unequal: this.#unequal, refused: this.#refused, builtAll: this.#builtAll };
  }

  async #compare(title: string, rendered: RenderedKustomization): Promise<void> {
    const result = await this.#build(rendered.inForce, variablesOf(rendered));
    if ('refused' in result) {
      this.#unequal.push(`${title}: flux refuses: ${result.refused}`);
      return;
    }
    const hidden = hiddenPaths(rendered);
    const without = (objects: readonly PlainObject[]) =>
      objects.map((object) => withoutPaths(object, hidden.get(objectTitle(object)) ?? []));
    const ours = rendered.objects.map(({ real }) => real.reveal());
    this.#unequal.push(...differences(without(ours), without(result.objects)).map((line) => `${title}: ${line}`));
  }

  /** As the file states it, for nobody knows how it is in force. */
  async #buildAlone(title: string, { object }: StatedFluxObject): Promise<void> {
    const { postBuild } = (object['spec'] ?? {}) as { readonly postBuild?: { readonly substitute?: object } };
    const variables = { ...postBuild?.substitute } as Readonly<Record<string, string>>;
    if ('objects' in (await this.#build(object as never, variables))) {
      this.#builtAll.push(title);
    }
  }

  #build(
    kustomization: RenderedKustomization['inForce'],
    variables: Readonly<Record<string, string>>,
  ): Promise<FluxBuildResult> {
    const { program, root, artifacts = {} } = this.#parts;
    const folder = artifacts[String(kustomization.spec?.sourceRef?.name)];
    return fluxBuild({ program, root: folder === undefined ? root : join(root, folder), kustomization, variables });
  }
}

/**
 * What the object's variables were in the render, for a program that is given them all: one that may be set by what nobody can
 * read stays in the text as it is.
 */
function variablesOf({ variables, notes }: RenderedKustomization): Readonly<Record<string, string>> {
  const keepsUnknown = notes.some(({ message }) => message.includes('stand as their names'));
  return Object.fromEntries(
    variables
      .filter(({ value, used }) => value !== undefined || (used && keepsUnknown))
      .map(({ name, value }) => [name, value ?? `\${${name}}`]),
  );
}

/** Paths by object that cannot be compared: what is encrypted, and what has a masked variable in it. */
function hiddenPaths({ objects, variables }: RenderedKustomization): ReadonlyMap<string, DesiredObject['masked']> {
  const anyMasked = variables.some(({ value }) => value?.includes('•••') === true);
  return new Map(
    objects
      .filter(({ encrypted }) => anyMasked || encrypted === true)
      .map(({ object, masked }) => [objectTitle(object), [...masked, ['sops'], ['type']]] as const),
  );
}
