/** How far a commit has come, from the objects of a cluster and what a clone knows: each phase, and each way not to arrive. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  type CommitPhase,
  type CommitPlace,
  commitsToAsk,
  type ConsumerProgress,
  followCommit,
  type FollowedWhole,
  type SourceState,
} from '../../../src/flux/followCommit.ts';
import { idOf, objectKey } from '../../../src/flux/objectKey.ts';
import type { FluxObject } from '../../../src/flux/objects.ts';
import {
  type BuiltFlux,
  condition,
  failing,
  gitRepository,
  helmChart,
  helmRelease,
  kustomization,
  ociRepository,
} from '../../support/builders.ts';

/** Commits by a hex digit: `a - b - c` on main, `a - d` beside it; `f` was never fetched. */
const id = (letter: string): string => letter.repeat(40);
const madeOf: Readonly<Record<string, string>> = { b: 'a', c: 'b', d: 'a' };
const at = (letter: string, branch = 'main'): string => `${branch}@sha1:${id(letter)}`;

function isIn(commit: string, revision: string): 'yes' | 'no' | 'unknown' {
  for (let here: string | undefined = revision.charAt(0); here !== undefined; here = madeOf[here]) {
    if (here === 'f') {
      return 'unknown';
    }
    if (id(here) === commit) {
      return 'yes';
    }
  }
  return 'no';
}

interface Clone {
  /** Followed; `b` unless given. */
  readonly commit?: string;
  /** Branches of `origin` unless they have another remote: `fork/main`. */
  readonly pushed?: readonly string[];
}

const url = 'https://github.com/example/flux-system.git';
const remotes = [
  { name: 'origin', urls: ['git@github.com:example/flux-system.git'] },
  { name: 'fork', urls: ['https://github.com/me/flux-system'] },
];

function placeOf({ commit = 'b', pushed = ['main'] }: Clone): CommitPlace {
  const branches = pushed.map((name) =>
    name.startsWith('fork/') ? { remote: 'fork', branch: name.slice(5) } : { remote: 'origin', branch: name },
  );
  return { commit: id(commit), remotes, branches, isIn: (revision) => isIn(id(commit), revision) };
}

const clusterOf = (objects: readonly FluxObject[]) => {
  const byKey = new Map(objects.map((object) => [objectKey('', idOf(object)), object]));
  return { objects, get: (one: Parameters<typeof objectKey>[1]) => byKey.get(objectKey('', one)) };
};

const source = (offers: string, built: BuiltFlux = {}): FluxObject =>
  gitRepository('flux-system', { ...built, status: { artifact: { revision: at(offers) }, ...built.status } });

function applied(name: string, letter: string, built: BuiltFlux = {}): FluxObject {
  return kustomization(name, {
    ...built,
    status: { lastAppliedRevision: at(letter), lastAttemptedRevision: at(letter), ...built.status },
  });
}

interface Row {
  readonly name: string;
  readonly clone?: Clone;
  readonly objects: readonly FluxObject[];
  /** Both unless given. */
  readonly whole?: FollowedWhole;
  readonly phase: CommitPhase;
  readonly sources?: readonly SourceState[];
  /** By name: the state, with what it waits for or says. */
  readonly consumers?: Readonly<Record<string, string>>;
}

const all: FollowedWhole = { sources: true, appliers: true };

function check({ clone = {}, objects, whole = all, phase, sources, consumers }: Row): void {
  const progress = followCommit(placeOf(clone), clusterOf(objects), whole);
  assert.equal(progress.phase, phase);
  if (sources) {
    assert.deepEqual(
      progress.sources.map(({ state }) => state),
      sources,
    );
  }
  if (consumers) {
    const found = progress.sources.flatMap((one) => one.consumers.map((each) => [each.id.name, words(each)]));
    assert.deepEqual(Object.fromEntries(found), consumers);
  }
}

function words(consumer: ConsumerProgress): string {
  switch (consumer.state) {
    case 'failing':
      return `failing: ${consumer.message}`;
    case 'waiting': {
      const { for: what } = consumer;
      return what === undefined ? 'waiting' : `waiting for ${typeof what === 'string' ? what : what.name}`;
    }
    default:
      return consumer.state;
  }
}

const waitsForInfra: BuiltFlux = {
  spec: { dependsOn: [{ name: 'infra' }] },
  conditions: failing('DependencyNotReady', "dependency 'flux-system/infra' is not ready"),
};
const offersOld = [source('a'), applied('apps', 'a')];

const phases: readonly Row[] = [
  { name: 'a commit that nobody has pushed', clone: { pushed: [] }, objects: offersOld, phase: 'notPushed' },
  {
    name: 'a source that offers it has it from somewhere, whatever the clone knows',
    clone: { pushed: [] },
    objects: [source('b'), applied('apps', 'b')],
    phase: 'landed',
  },
  {
    name: 'a cluster that takes nothing from the repository',
    objects: [gitRepository('other'), applied('apps', 'a')],
    phase: 'noSource',
    sources: [],
  },
  { name: 'pushed and not fetched', objects: offersOld, phase: 'waiting', sources: ['waiting'], consumers: {} },
  {
    name: 'a source that has fetched nothing yet',
    objects: [source('a', { status: { artifact: undefined } })],
    phase: 'waiting',
  },
  {
    name: 'a source that cannot fetch',
    objects: [source('a', { conditions: failing('GitOperationFailed', 'authentication required') })],
    phase: 'waiting',
    sources: ['failing'],
  },
  {
    name: 'a suspended source does not come to it',
    objects: [source('a', { spec: { suspend: true } })],
    phase: 'waiting',
    sources: ['suspended'],
  },
  {
    name: 'fetched and applied by some',
    objects: [source('b'), applied('infra', 'b'), applied('apps', 'a')],
    phase: 'applying',
    sources: ['fetched'],
    consumers: { infra: 'applied', apps: 'waiting' },
  },
  {
    name: 'what was made on top of it brings it too',
    objects: [source('c'), applied('infra', 'c'), applied('apps', 'b')],
    phase: 'landed',
  },
  { name: 'fetched, and nothing takes from it', objects: [source('b')], phase: 'landed', consumers: {} },
];

const consumers: readonly Row[] = [
  {
    name: 'one that waits for another one, and names it',
    objects: [source('b'), applied('apps', 'a', waitsForInfra)],
    phase: 'applying',
    consumers: { apps: 'waiting for infra' },
  },
  {
    name: 'one that is at it',
    objects: [source('b'), applied('apps', 'a', { conditions: [condition('Reconciling', 'True', 'Progressing')] })],
    phase: 'applying',
    consumers: { apps: 'progressing' },
  },
  {
    name: 'one that has failed with it',
    objects: [
      source('b'),
      applied('apps', 'a', {
        conditions: failing('HealthCheckFailed', 'timeout'),
        status: { lastAttemptedRevision: at('b') },
      }),
    ],
    phase: 'applying',
    consumers: { apps: 'failing: timeout' },
  },
  {
    name: 'one that failed with what was there before has not come to it',
    objects: [source('b'), applied('apps', 'a', { conditions: failing('BuildFailed', 'no such file') })],
    phase: 'applying',
    consumers: { apps: 'waiting' },
  },
  {
    name: 'suspended ones do not take it, and nobody waits for them',
    objects: [source('b'), applied('infra', 'b'), applied('apps', 'a', { spec: { suspend: true } })],
    phase: 'landed',
    consumers: { infra: 'applied', apps: 'suspended' },
  },
  {
    name: 'one that has it and fails now has it all the same',
    objects: [source('b'), applied('apps', 'b', { conditions: failing('HealthCheckFailed', 'later') })],
    phase: 'landed',
  },
  {
    name: 'one that has applied what the clone does not know',
    objects: [source('b'), applied('apps', 'f')],
    phase: 'applying',
    consumers: { apps: 'unknown' },
  },
  {
    name: 'those of other sources do not count',
    objects: [source('b'), applied('apps', 'a', { spec: { sourceRef: { kind: 'GitRepository', name: 'other' } } })],
    phase: 'landed',
    consumers: {},
  },
];

const elsewhere: readonly Row[] = [
  {
    name: 'pushed to a branch that nobody follows',
    clone: { pushed: ['feature'] },
    objects: offersOld,
    phase: 'elsewhere',
    sources: ['elsewhere'],
  },
  {
    name: 'left behind by a force-push',
    clone: { pushed: ['old'] },
    objects: [source('d'), applied('apps', 'b')],
    phase: 'elsewhere',
  },
  {
    name: 'pushed to a fork alone',
    clone: { pushed: ['fork/main'] },
    objects: offersOld,
    phase: 'elsewhere',
  },
  {
    name: 'a branch that is followed by its whole name',
    clone: { pushed: ['release/1'] },
    objects: [source('a', { spec: { ref: { name: 'refs/heads/release/1', branch: 'main' } } })],
    phase: 'waiting',
  },
  {
    name: 'without a reference it is master',
    clone: { pushed: ['master'] },
    objects: [source('a', { spec: { ref: {} } })],
    phase: 'waiting',
  },
  ...[{ tag: 'v1' }, { commit: id('a') }, { name: 'refs/pull/7/head' }, { name: 'refs/tags/v1' }].map((ref) => ({
    name: `pinned: ${JSON.stringify(ref)}`,
    objects: [source('a', { spec: { ref } })],
    phase: 'elsewhere' as const,
  })),
  {
    name: 'a range of tags may come to it',
    objects: [source('a', { spec: { ref: { semver: '1.x' } } })],
    phase: 'waiting',
  },
  {
    name: 'merged by others, as far as anybody here can tell',
    clone: { pushed: ['feature'] },
    objects: [source('f'), applied('apps', 'f')],
    phase: 'untold',
    sources: ['unknown'],
  },
  {
    name: 'others have pushed on top of it, and the clone has not fetched',
    objects: [source('f'), applied('apps', 'f')],
    phase: 'untold',
  },
];

const second = (offers: string, built: BuiltFlux = {}): FluxObject =>
  gitRepository('production', {
    ...built,
    spec: { url, ref: { branch: 'main' }, ...built.spec },
    status: { artifact: { revision: at(offers) } },
  });
const ofSecond: BuiltFlux = { spec: { sourceRef: { kind: 'GitRepository', name: 'production' } } };

const several: readonly Row[] = [
  {
    name: 'one has fetched it and one has not',
    objects: [source('b'), applied('apps', 'b'), second('a')],
    phase: 'applying',
    sources: ['fetched', 'waiting'],
  },
  {
    name: 'one that is pinned to another tag is not waited for',
    objects: [source('b'), applied('apps', 'b'), second('a', { spec: { ref: { tag: 'v1' } } })],
    phase: 'landed',
    sources: ['fetched', 'elsewhere'],
  },
  {
    name: 'one that is suspended is not waited for',
    objects: [source('b'), applied('apps', 'b'), second('a', { spec: { suspend: true } })],
    phase: 'landed',
    sources: ['fetched', 'suspended'],
  },
  {
    name: 'consumers are told by the source that they take from',
    objects: [source('b'), applied('apps', 'b'), second('b'), applied('shop', 'a', ofSecond)],
    phase: 'applying',
    consumers: { apps: 'applied', shop: 'waiting' },
  },
];

const built = (letter: string | undefined, more: BuiltFlux = {}): FluxObject =>
  ociRepository('fleet', {
    ...more,
    status: {
      artifact: {
        revision: `latest@sha256:${'1'.repeat(64)}`,
        metadata: {
          'org.opencontainers.image.source': url,
          ...(letter === undefined ? {} : { 'org.opencontainers.image.revision': at(letter) }),
        },
      },
    },
  });
const ofArtifact = (origin: string | undefined, revision = `latest@sha256:${'1'.repeat(64)}`): FluxObject =>
  kustomization('apps', {
    spec: { sourceRef: { kind: 'OCIRepository', name: 'fleet' } },
    status: {
      lastAppliedRevision: revision,
      lastAttemptedRevision: revision,
      lastAppliedOriginRevision: origin === undefined ? undefined : at(origin),
    },
  });

const artifacts: readonly Row[] = [
  { name: 'made of an older commit', objects: [built('a'), ofArtifact('a')], phase: 'waiting', sources: ['waiting'] },
  {
    name: 'made of it, and not applied',
    objects: [built('b'), ofArtifact('a')],
    phase: 'applying',
    consumers: { apps: 'waiting' },
  },
  { name: 'made of it, and applied', objects: [built('b'), ofArtifact('b')], phase: 'landed' },
  {
    name: 'applied by a Flux that does not hand the commit on: the artifact is the same',
    objects: [built('b'), ofArtifact(undefined)],
    phase: 'landed',
  },
  {
    name: 'the same, with another artifact',
    objects: [built('b'), ofArtifact(undefined, `latest@sha256:${'2'.repeat(64)}`)],
    phase: 'applying',
  },
  {
    name: 'pinned to one artifact',
    objects: [built('a', { spec: { ref: { digest: `sha256:${'1'.repeat(64)}` } } })],
    phase: 'elsewhere',
  },
  { name: 'one that does not say what it was made of', objects: [built(undefined)], phase: 'waiting' },
  { name: 'one that does not say where it is from', objects: [ociRepository('fleet')], phase: 'noSource' },
];

const chart = (letter: string, version: string): FluxObject =>
  helmChart('shop-web', {
    spec: { sourceRef: { kind: 'GitRepository', name: 'flux-system' } },
    status: { artifact: { revision: version }, observedSourceArtifactRevision: at(letter) },
  });
const release = (version: string, more: BuiltFlux = {}): FluxObject =>
  helmRelease('web', {
    namespace: 'shop',
    version,
    ...more,
    spec: {
      chart: {
        spec: {
          chart: './charts/web',
          sourceRef: { kind: 'GitRepository', name: 'flux-system', namespace: 'flux-system' },
        },
      },
    },
  });

const charts: readonly Row[] = [
  {
    name: 'a chart of an older commit',
    objects: [source('b'), chart('a', '1.0.0'), release('1.0.0')],
    phase: 'applying',
    consumers: { web: 'waiting' },
  },
  {
    name: 'the commit gave no new version of the chart',
    objects: [source('b'), chart('b', '1.0.0'), release('1.0.0')],
    phase: 'landed',
    consumers: { web: 'applied' },
  },
  {
    name: 'a new chart that does not run yet',
    objects: [source('b'), chart('b', '1.1.0'), release('1.0.0')],
    phase: 'applying',
    consumers: { web: 'waiting' },
  },
  {
    name: 'a new chart that is being installed',
    objects: [
      source('b'),
      chart('b', '1.1.0'),
      release('1.0.0', { conditions: [condition('Reconciling', 'True', 'Progressing')] }),
    ],
    phase: 'applying',
    consumers: { web: 'progressing' },
  },
  {
    name: 'a new chart that fails',
    objects: [source('b'), chart('b', '1.1.0'), release('1.0.0', { conditions: failing('UpgradeFailed', 'no') })],
    phase: 'applying',
    consumers: { web: 'failing: no' },
  },
  {
    name: 'a chart of a commit that the clone does not have',
    objects: [source('b'), chart('f', '1.0.0'), release('1.0.0')],
    phase: 'applying',
    consumers: { web: 'unknown' },
  },
];

const unseen: readonly Row[] = [
  {
    name: 'appliers that may not be listed: who else takes it is not known',
    objects: [source('b'), applied('apps', 'b')],
    whole: { sources: true, appliers: false },
    phase: 'level',
  },
  {
    name: 'none of the appliers may be listed',
    objects: [source('b')],
    whole: { sources: true, appliers: false },
    phase: 'level',
  },
  {
    name: 'sources that may not be listed: another may wait for it',
    objects: [source('b'), applied('apps', 'b')],
    whole: { sources: false, appliers: true },
    phase: 'level',
  },
  {
    name: 'what is open among those that are seen is open all the same',
    objects: [source('b'), applied('apps', 'a')],
    whole: { sources: false, appliers: false },
    phase: 'applying',
  },
];

const tables = { phases, consumers, elsewhere, several, artifacts, charts, unseen };
for (const [name, rows] of Object.entries(tables)) {
  describe(name, () => {
    for (const row of rows) {
      test(row.name, () => check(row));
    }
  });
}

describe('what the caller asks Git', () => {
  test('every commit that the sources of the repository offer and that anybody has applied or tried, and no digest', () => {
    const asked = commitsToAsk(
      clusterOf([
        source('b'),
        gitRepository('other', { status: { artifact: { revision: at('9') } } }),
        applied('apps', 'a', { status: { lastAttemptedRevision: at('c') } }),
        applied('foreign', '8', { spec: { sourceRef: { kind: 'GitRepository', name: 'other' } } }),
        built(undefined),
        ofArtifact('d'),
        chart('e', '1.0.0'),
        release('1.0.0'),
      ]),
      remotes,
    );
    assert.deepEqual([...asked].sort(), ['a', 'b', 'c', 'd', 'e'].map(id));
  });

  test('only ids that it was told of are asked about', () => {
    for (const { objects, clone = {} } of Object.values(tables).flat()) {
      const asked = commitsToAsk(clusterOf(objects), remotes);
      const place = placeOf(clone);
      const told = (revision: string) => {
        assert.ok(asked.has(revision), revision);
        return place.isIn(revision);
      };
      followCommit({ ...place, isIn: told }, clusterOf(objects), all);
    }
  });
});
