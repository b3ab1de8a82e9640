/**
 * Quick fixes that pin to what runs: what is written for which facts and shapes, and that nothing is offered where the facts do
 * not fit the file.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ChartOrigin, RunningImage } from '../../../src/flux/runningVersions.ts';
import type { FactQuestion } from '../../../src/language/pinFixes.ts';
import { type OfferOptions, offersFor } from '../../support/offeredFixes.ts';

type Facts = NonNullable<OfferOptions['facts']>;

interface Row {
  readonly name: string;
  readonly before: string;
  readonly facts: Facts;
  /** Pins that are offered, in their order, with the text after each. */
  readonly pins: Readonly<Record<string, string>>;
}

/** Pins are what is offered only with facts. */
async function pinsFor(text: string, facts: Facts) {
  const without = new Set((await offersFor(text)).map(({ title }) => title));
  return (await offersFor(text, { facts })).filter(({ title }) => !without.has(title));
}

async function checkPins({ before, facts, pins }: Row): Promise<void> {
  const offers = await pinsFor(before, facts);
  assert.deepEqual(Object.fromEntries(offers.map(({ title, after }) => [title, after])), pins);
  assert.deepEqual(
    offers.map(({ title }) => title),
    Object.keys(pins),
  );
  assert.ok(offers[0]?.preferred ?? true, 'the first is the best one');
}

const chart = (version: string): string =>
  `apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata:\n  name: a\nspec:\n  chart:\n    spec:\n      chart: foo\n${version}      sourceRef:\n        kind: HelmRepository\n        name: b\n`;
const withVersion = (version: string): string => `${chart('').trimEnd()}\n      version: ${version}\n`;
const origin: ChartOrigin = { kind: 'HelmRepository', name: 'b', namespace: 'c', isBeside: true };
const installed = (version: string, name = 'foo', source = origin): Facts => ({ chart: { name, version, source } });

const charts: readonly Row[] = [
  {
    name: 'no version',
    before: chart(''),
    facts: installed('6.16.0'),
    pins: {
      'Pin to 6.16.0, installed now': withVersion('6.16.0'),
      'Let patches of 6.16 in: ~6.16.0': withVersion('~6.16.0'),
      'Let releases below 7.0.0 in: ^6.16.0': withVersion('^6.16.0'),
    },
  },
  {
    name: 'a range without end, in its quotes, with its comment',
    before: chart(`      version: '>=1.10.0' # newest\n`),
    facts: installed('1.12.3'),
    pins: {
      'Pin to 1.12.3, installed now': chart(`      version: '1.12.3' # newest\n`),
      'Let patches of 1.12 in: ~1.12.3': chart(`      version: '~1.12.3' # newest\n`),
      'Let releases below 2.0.0 in: ^1.12.3': chart(`      version: '^1.12.3' # newest\n`),
    },
  },
  {
    name: 'a star, before the first major',
    before: chart('      version: "*"\n'),
    facts: installed('0.3.1'),
    pins: {
      'Pin to 0.3.1, installed now': chart('      version: "0.3.1"\n'),
      'Let patches of 0.3 in: ~0.3.1': chart('      version: "~0.3.1"\n'),
    },
  },
  {
    name: 'a range that somebody bounded: no other range',
    before: chart('      version: 1.x\n'),
    facts: installed('1.0.1'),
    pins: { 'Pin to 1.0.1, installed now': chart('      version: 1.0.1\n') },
  },
  {
    name: 'a word that is no version',
    before: chart('      version: latest\n').replaceAll('\n', '\r\n'),
    facts: installed('v2.0.0'),
    pins: {
      'Pin to v2.0.0, installed now': chart('      version: v2.0.0\n').replaceAll('\n', '\r\n'),
      'Let patches of 2.0 in: ~v2.0.0': chart('      version: ~v2.0.0\n').replaceAll('\n', '\r\n'),
      'Let releases below 3.0.0 in: ^v2.0.0': chart('      version: ^v2.0.0\n').replaceAll('\n', '\r\n'),
    },
  },
  { name: 'another chart is installed', before: chart(''), facts: installed('6.16.0', 'bar'), pins: {} },
  {
    name: 'a chart of that name is installed from another source',
    before: chart(''),
    facts: installed('6.16.0', 'foo', { ...origin, name: 'other' }),
    pins: {},
  },
  {
    name: 'the source of that name is in another namespace',
    before: chart(''),
    facts: installed('6.16.0', 'foo', { ...origin, namespace: 'd', isBeside: false }),
    pins: {},
  },
  { name: 'what is installed has no version', before: chart(''), facts: installed('newest'), pins: {} },
  {
    name: 'an anchor that nobody refers to stays',
    before: chart('      version: &v ">=1.0.0"\n'),
    facts: installed('0.1.1'),
    pins: {
      'Pin to 0.1.1, installed now': chart('      version: &v "0.1.1"\n'),
      'Let patches of 0.1 in: ~0.1.1': chart('      version: &v "~0.1.1"\n'),
    },
  },
  {
    name: 'the version also stands behind an alias',
    before: `${chart('      version: &v ">=1.0.0"\n')}  values:\n    v: *v\n`,
    facts: installed('1.0.1'),
    pins: {},
  },
];

const commit = '7ab65dc8e64f1d9b9a5e0c6b4c6f1e2d3c4b5a69';
const digest = `sha256:${'0cc9a844'.repeat(8)}`;
const git = (ref: string): string =>
  `apiVersion: source.toolkit.fluxcd.io/v1\nkind: GitRepository\nmetadata:\n  name: a\nspec:\n  url: https://github.com/other/thing\n${ref}`;
const oci = (ref: string): string =>
  `apiVersion: source.toolkit.fluxcd.io/v1\nkind: OCIRepository\nmetadata:\n  name: a\nspec:\n  url: oci://ghcr.io/other/thing\n${ref}`;

const gitFetched = (text: string): Facts => ({ revision: { text, url: 'https://github.com/other/thing' } });
const ociFetched = (text: string): Facts => ({ revision: { text, url: 'oci://ghcr.io/other/thing' } });

const sources: readonly Row[] = [
  {
    name: 'a branch gets the commit beside it',
    before: git('  ref:\n    branch: main # theirs\n'),
    facts: gitFetched(`main@sha1:${commit}`),
    pins: { 'Pin to commit 7ab65dc, fetched now': git(`  ref:\n    branch: main # theirs\n    commit: ${commit}\n`) },
  },
  {
    name: 'the same in flow style',
    before: git('  ref: { branch: main }\n'),
    facts: gitFetched(`refs/heads/main@sha1:${commit}`),
    pins: { 'Pin to commit 7ab65dc, fetched now': git(`  ref: { branch: main, commit: "${commit}" }\n`) },
  },
  {
    name: 'no reference',
    before: git('  interval: 1h\n'),
    facts: gitFetched(`master@sha1:${commit}`),
    pins: {
      'Pin to commit 7ab65dc, fetched now': git(`  interval: 1h\n  ref:\n    branch: master\n    commit: ${commit}\n`),
    },
  },
  {
    name: 'no reference any more, and the cluster has still fetched another branch',
    before: git('  interval: 1h\n'),
    facts: gitFetched(`main@sha1:${commit}`),
    pins: {},
  },
  {
    name: 'a tag that moves gives way to the commit',
    before: git('  ref:\n    tag: stable\n'),
    facts: gitFetched(`stable@sha1:${commit}`),
    pins: { 'Pin to commit 7ab65dc, fetched now': git(`  ref:\n    commit: ${commit}\n`) },
  },
  {
    name: 'a name that is a branch gives way to the commit',
    before: git('  ref:\n    name: refs/heads/main\n'),
    facts: gitFetched(`refs/heads/main@sha1:${commit}`),
    pins: { 'Pin to commit 7ab65dc, fetched now': git(`  ref:\n    commit: ${commit}\n`) },
  },
  {
    name: 'a range becomes the tag that it found',
    before: git('  ref:\n    semver: ">=1.0.0" # newest\n'),
    facts: gitFetched(`v1.4.2@sha1:${commit}`),
    pins: { 'Pin to v1.4.2, fetched now': git('  ref:\n    tag: "v1.4.2" # newest\n') },
  },
  {
    name: 'a range of an artifact too',
    before: oci('  ref: {semver: 6.x}\n'),
    facts: ociFetched(`6.14.1@${digest}`),
    pins: { 'Pin to 6.14.1, fetched now': oci('  ref: {tag: 6.14.1}\n') },
  },
  {
    name: 'latest of an artifact gets the digest beside it',
    before: oci('  ref:\n    tag: latest\n'),
    facts: ociFetched(`latest@${digest}`),
    pins: { 'Pin to sha256:0cc9a844, fetched now': oci(`  ref:\n    tag: latest\n    digest: ${digest}\n`) },
  },
  {
    name: 'no reference of an artifact',
    before: oci('  interval: 1h\n'),
    facts: ociFetched(`latest@${digest}`),
    pins: { 'Pin to sha256:0cc9a844, fetched now': oci(`  interval: 1h\n  ref:\n    digest: ${digest}\n`) },
  },
  {
    name: 'the file asks for another branch than the one that was fetched',
    before: git('  ref:\n    branch: develop\n'),
    facts: gitFetched(`main@sha1:${commit}`),
    pins: {},
  },
  {
    name: 'nothing but a branch is told',
    before: git('  ref:\n    branch: main\n'),
    facts: gitFetched('main'),
    pins: {},
  },
  {
    name: 'a range found no version',
    before: oci('  ref: {semver: 6.x}\n'),
    facts: ociFetched(`dev@${digest}`),
    pins: {},
  },
  {
    name: 'a range beside a tag that is overruled',
    before: oci('  ref:\n    semver: 6.x\n    tag: latest\n'),
    facts: ociFetched(`6.14.1@${digest}`),
    pins: {},
  },
  {
    name: 'the file asks for another repository than the one that was fetched',
    before: oci('  ref:\n    tag: latest\n'),
    facts: { revision: { text: `latest@${digest}`, url: 'oci://quay.io/other/thing' } },
    pins: {},
  },
  {
    name: 'a range that no longer lets in what was fetched',
    before: git('  ref:\n    semver: ">=2.0.0"\n'),
    facts: gitFetched(`v1.2.3@sha1:${commit}`),
    pins: {},
  },
];

const pod = (image: string, name = 'web'): string =>
  `apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\nspec:\n  containers:\n    - name: ${name}\n      image: ${image}\n`;
const values = (lines: string): string =>
  `apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata:\n  name: a\nspec:\n  values:\n${lines}`;
const runs = (name: string, tag?: string, pulled: string | undefined = digest, container = 'web'): RunningImage => ({
  name,
  container,
  tag,
  digest: pulled,
});
const short = digest.slice(0, 19);
const foo = 'docker.io/library/foo';

const images: readonly Row[] = [
  {
    name: 'a tag that moves keeps its name beside the digest',
    before: pod('foo:latest # yes'),
    facts: { images: [runs(foo, 'latest')] },
    pins: { [`Pin to latest@${short}, running now`]: pod(`foo:latest@${digest} # yes`) },
  },
  {
    name: 'no tag at all',
    before: pod('"docker.io/foo"'),
    facts: { images: [runs(foo)] },
    pins: { [`Pin to ${short}, running now`]: pod(`"docker.io/foo@${digest}"`) },
  },
  {
    name: 'the workload runs a version',
    before: pod('ghcr.io/x/foo:main'),
    facts: { images: [runs('ghcr.io/x/foo', '1.2.3')] },
    pins: {
      [`Pin to 1.2.3@${short}, running now`]: pod(`ghcr.io/x/foo:1.2.3@${digest}`),
      'Pin to 1.2.3, running now': pod('ghcr.io/x/foo:1.2.3'),
    },
  },
  {
    name: 'a node that tells no digest',
    before: pod('foo:latest'),
    facts: { images: [{ ...runs(foo, '1.2.3'), digest: undefined }] },
    pins: { 'Pin to 1.2.3, running now': pod('foo:1.2.3') },
  },
  {
    name: 'the container decides where two have the same image',
    before: pod('foo:latest'),
    facts: { images: [runs(foo, 'latest'), runs(foo, 'old', `sha256:${'1'.repeat(64)}`, 'side')] },
    pins: { [`Pin to latest@${short}, running now`]: pod(`foo:latest@${digest}`) },
  },
  {
    name: 'two pods run different builds: nobody can tell which is meant',
    before: pod('foo:latest'),
    facts: { images: [runs(foo, 'latest'), runs(foo, 'latest', `sha256:${'1'.repeat(64)}`)] },
    pins: {},
  },
  {
    name: 'another image runs',
    before: pod('foo:latest'),
    facts: { images: [runs('ghcr.io/foo', 'latest')] },
    pins: {},
  },
  { name: 'nothing runs', before: pod('foo:latest'), facts: { images: [] }, pins: {} },
  {
    name: 'a map in values: the tag takes both',
    before: values('    image:\n      repository: foo\n      tag: latest\n'),
    facts: { images: [runs(foo, 'latest')] },
    pins: {
      [`Pin to latest@${short}, running now`]: values(
        `    image:\n      repository: foo\n      tag: latest@${digest}\n`,
      ),
    },
  },
  {
    name: 'a map with an empty digest: that is the key',
    before: values('    image: {registry: ghcr.io, repository: x/foo, tag: latest, digest: ""}\n'),
    facts: { images: [runs('ghcr.io/x/foo', 'latest')] },
    pins: {
      [`Pin to latest@${short}, running now`]: values(
        `    image: {registry: ghcr.io, repository: x/foo, tag: latest, digest: "${digest}"}\n`,
      ),
    },
  },
  {
    name: 'a map with an empty sha: the digits alone',
    before: values('    image:\n      repository: foo\n      tag: latest\n      sha: ""\n'),
    facts: { images: [runs(foo, 'latest')] },
    pins: {
      [`Pin to latest@${short}, running now`]: values(
        `    image:\n      repository: foo\n      tag: latest\n      sha: "${digest.slice(7)}"\n`,
      ),
    },
  },
  {
    name: 'the name in three parts',
    before: values('    image:\n      registry: quay.io\n      repository: org\n      image: foo\n      tag: latest\n'),
    facts: { images: [runs('quay.io/org/foo', 'latest')] },
    pins: {
      [`Pin to latest@${short}, running now`]: values(
        `    image:\n      registry: quay.io\n      repository: org\n      image: foo\n      tag: latest@${digest}\n`,
      ),
    },
  },
  {
    name: 'values: another workload of the release runs another tag of the image, and this one does not run',
    before: values(
      '    server:\n      image:\n        repository: foo\n        tag: latest\n    worker:\n      image:\n        repository: foo\n        tag: 1.27.3\n',
    ),
    facts: { images: [runs(foo, '1.27.3', digest, 'worker')] },
    pins: {},
  },
  {
    name: 'a tag that is called after its image',
    before: values('    initImage: ghcr.io/x/foo\n    initTag: latest\n'),
    facts: { images: [runs('ghcr.io/x/foo', 'latest')] },
    pins: {
      [`Pin to latest@${short}, running now`]: values(`    initImage: ghcr.io/x/foo\n    initTag: latest@${digest}\n`),
    },
  },
  {
    name: 'a tag whose image nobody names',
    before: values('    image:\n      tag: latest\n'),
    facts: { images: [runs(foo, 'latest')] },
    pins: {},
  },
  {
    name: 'a name out of variables',
    before: pod('${REGISTRY}/foo:latest'),
    facts: { images: [runs('ghcr.io/foo', 'latest')] },
    pins: {},
  },
];

for (const [kind, rows] of Object.entries({ charts, sources, images })) {
  for (const row of rows) {
    test(`${kind}: ${row.name}`, () => checkPins(row));
  }
}

test('facts are asked for the object around the finding, and only where they could help', async () => {
  const list = `apiVersion: v1\nkind: List\nitems:\n  - ${pod('foo:latest').trimEnd().replaceAll('\n', '\n    ')}\n`;
  const questions: readonly (readonly [string, string | undefined])[] = [
    [pod('foo:latest'), '/Pod//a images'],
    [list, '/Pod//a images'],
    [chart('').replace('  name: a', '  name: a\n  namespace: b'), 'helm.toolkit.fluxcd.io/HelmRelease/b/a chart'],
    [git('  ref: {branch: main}\n'), 'source.toolkit.fluxcd.io/GitRepository//a revision'],
    [oci('  ref: {semver: 6.x}\n'), 'source.toolkit.fluxcd.io/OCIRepository//a revision'],
    [pod('foo:latest').replace('name: a', 'name: ${NAME}'), undefined],
    [values('    image:\n      repository: foo\n      tag: 1.10\n'), undefined],
  ];
  for (const [text, expected] of questions) {
    const asked: FactQuestion[] = [];
    await offersFor(text, {}, asked);
    assert.deepEqual(
      asked.map(
        ({ object: { group, kind, namespace, name }, about }) => `${group}/${kind}/${namespace}/${name} ${about}`,
      ),
      expected === undefined ? [] : [expected],
    );
  }
});

test('pods that nobody has asked for can be asked for', async () => {
  const offers = await offersFor(pod('foo:latest'), { facts: { askable: true } });
  assert.deepEqual(
    offers.slice(0, 2).map(({ title, command }) => [title, command]),
    [
      ['Ask the cluster which image runs now…', 'editor.action.quickFix'],
      ['Suppress here: image-latest', undefined],
    ],
  );
});
