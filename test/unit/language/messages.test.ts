/** What each rule says, word for word: names, versions and the way out are put together from what stands in the file. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Diagnostic } from 'vscode-languageserver-types';
import { checkerOf } from '../../support/expectedDiagnostics.ts';

const indented = (text: string, by: string): string => text.replace(/^(?=.)/gm, by);
const release = (spec: string): string =>
  `apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata:\n  name: app\nspec:\n${indented(spec, '  ')}\n`;
const values = (text: string): string => release(`values:\n${indented(text, '  ')}`);
const chart = (version: string | undefined, kind = 'HelmRepository'): string =>
  release(
    `chart:\n  spec:\n    chart: podinfo\n${version === undefined ? '' : `    version: ${version}\n`}    sourceRef: {kind: ${kind}, name: charts}`,
  );
const source = (kind: string, spec: string): string =>
  `apiVersion: source.toolkit.fluxcd.io/v1\nkind: ${kind}\nmetadata:\n  name: charts\nspec:\n${indented(spec, '  ')}\n`;
const git = (ref: string): string => source('GitRepository', `url: https://github.com/a/b\nref:\n  ${ref}`);
const oci = (ref: string): string => source('OCIRepository', `url: oci://ghcr.io/a/b\nref:\n  ${ref}`);
const pod = (image: string, extra = ''): string =>
  `apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\nspec:\n  containers:\n    - image: ${image}\n${extra}`;

const inflated = (chartEntry: string): string =>
  `apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nhelmCharts:\n  - ${chartEntry}\n`;

/** All messages of the text, one below the other. */
const rows: readonly (readonly [text: string, message: string])[] = [
  [pod('foo'), 'foo has no tag: the cluster pulls latest, and a restart can change what runs'],
  [
    pod('foo', '      imagePullPolicy: IfNotPresent\n'),
    'foo has no tag: the cluster pulls latest, and a restart can change what runs, and with IfNotPresent each node keeps the one it has',
  ],
  [pod('foo:latest'), 'foo:latest is not a version: it moves with every push, so a restart can change what runs'],
  [
    pod('foo:latest # {"$imagepolicy": "flux-system:foo"}'),
    'foo:latest is not a version: image automation has not written a version yet, so a restart can change what runs',
  ],
  [pod('foo:stable'), 'foo:stable names no version: a restart runs whatever was pushed under that name last'],
  [pod('foo:pr-12'), 'foo:pr-12 is the build of a pull request: each push to the request replaces what a restart runs'],
  [pod('"foo:"'), 'foo: is no image that can be pulled: it is not written as name:tag or name@digest'],
  [pod('Foo/Bar:1'), 'Foo/Bar:1 is no image that can be pulled: its name may hold no capital letters'],
  [pod('https://x.y/z'), 'https://x.y/z is no image that can be pulled: an image has no scheme'],
  [pod('a/b:1:2'), 'a/b:1:2 is no image that can be pulled: it has two tags'],
  [pod('foo@sha256:abc'), 'foo@sha256:abc is no image that can be pulled: sha256:abc is no complete digest'],
  [pod('"a b"'), ''],
  [
    values('image:\n  repository: foo/bar\n  tag: latest'),
    'foo/bar:latest is not a version: it moves with every push, so a restart can change what runs',
  ],
  [
    values('image:\n  registry: ghcr.io\n  repository: foo/bar\n  tag: stable'),
    'ghcr.io/foo/bar:stable names no version: a restart runs whatever was pushed under that name last',
  ],
  [
    values('imageTag: latest'),
    'tag latest is not a version: it moves with every push, so a restart can change what runs',
  ],
  [
    values('image:\n  repository: foo/bar\n  tag: 1.10'),
    '1.10 is a number in YAML and arrives as 1.1: put it in quotes',
  ],
  [
    values('image:\n  repository: foo/bar\n  tag: 2025-01-01'),
    '2025-01-01 is a date in YAML and arrives as 2025-01-01T00:00:00Z: put it in quotes',
  ],
  [
    values('image:\n  repository: foo/bar\n  tag: 20250101'),
    '20250101 is a number in YAML, and most charts print it as 2.0250101e+07: put it in quotes',
  ],
  [
    values('image:\n  repository: foo/bar\n  digest: sha256:abc\n  tag: 1.2.3'),
    'foo/bar@sha256:abc is no image that can be pulled: sha256:abc is no complete digest',
  ],
  [chart(undefined), 'podinfo has no version: Flux installs the newest release of charts at the next check'],
  [chart('"*"'), 'podinfo has no version: Flux installs the newest release of charts at the next check'],
  [chart('">=1.0.0"'), '>=1.0.0 has no upper end: the next major is installed without a commit'],
  [
    chart('">=1.0.0-0"'),
    '>=1.0.0-0 has no upper end and lets pre-releases in: whatever comes next is installed without a commit',
  ],
  [chart('1.x'), '1.x lets every minor version in: the next one is installed without a commit'],
  [chart('1.2.x'), '1.2.x lets every patch version in: the next one is installed without a commit'],
  [chart('">=1.0.0 <3.0.0"'), '>=1.0.0 <3.0.0 lets several versions in: the newest is installed without a commit'],
  [chart('1.2.3-2.0.0'), '1.2.3-2.0.0 is one pre-release version; a range has spaces around its hyphen'],
  [chart('"1,2"'), '1,2 lets no version in, so no chart is found'],
  [chart('latest'), 'latest is not a version or range that Helm understands'],
  [chart('1.10'), '1.10 is the number 1.1 in YAML, and only text is taken here: put it in quotes'],
  [chart('010'), '010 is the number 8 in YAML, and only text is taken here: put it in quotes'],
  [chart('true'), 'true is a boolean in YAML, and only text is taken here: put it in quotes'],
  [chart('2025-01-01'), '2025-01-01 is a date in YAML and arrives as 2025-01-01T00:00:00Z, which is no version'],
  [
    chart('1.2.3', 'GitRepository'),
    '1.2.3 is ignored: a chart from a GitRepository has the version that lies there; pin the GitRepository',
  ],
  [chart('1.2.3', 'Bucket'), '1.2.3 is ignored: a chart from a Bucket has the version that lies there; pin the Bucket'],
  [chart('${V:=*}'), 'podinfo has no version: Flux installs the newest release of charts at the next check'],
  [git('branch: main'), 'main is a branch: every push to it is applied without a commit here'],
  [git('branch: v1.8.4'), 'v1.8.4 looks like a tag, but branch only finds branches: every push to it is applied'],
  [git('name: refs/heads/main'), 'main is a branch: every push to it is applied without a commit here'],
  [git('name: refs/pull/7/head'), 'refs/pull/7/head is a branch: every push to it is applied without a commit here'],
  [git('name: refs/tags/stable'), 'the tag stable names no version: whoever moves it changes what is applied'],
  [git('tag: stable'), 'the tag stable names no version: whoever moves it changes what is applied'],
  [git('semver: ">=1"'), '>=1 has no upper end: the next major is applied without a commit'],
  [git('semver: "*"'), '* lets every version in: the next major is applied without a commit'],
  [
    git('semver: ">=1-0"'),
    '>=1-0 has no upper end and lets pre-releases in: whatever comes next is applied without a commit',
  ],
  [git('semver: 1.x'), '1.x lets several versions in: the newest is applied without a commit'],
  [git('semver: nonsense'), 'nonsense is not a version or range that Flux understands: the source is never ready'],
  [git('semver: "1,2"'), '1,2 lets no version in: the source is never ready'],
  [git('semver: 1.10'), '1.10 is the number 1.1 in YAML, and only text is taken here: put it in quotes'],
  [
    git('tag: v1.0.0\n  semver: 1.x'),
    'semver has no effect: tag decides, although Flux’s documentation says otherwise',
  ],
  [git('commit: abc\n  tag: v1'), 'tag has no effect: commit decides'],
  [oci('tag: latest'), 'the tag latest names no version: every push to it is applied without a commit here'],
  [oci('tag: stable'), 'the tag stable names no version: every push to it is applied without a commit here'],
  [oci('tag: pr-12'), 'the tag pr-12 names no version: every push to it is applied without a commit here'],
  [oci('tag: 1.2.3+b'), '1.2.3+b is no tag that a registry accepts: write 1.2.3_b'],
  [
    oci('digest: sha256:7777777777777777777777777777777777777777777777777777777777777777\n  semver: 1.x'),
    'semver has no effect: digest decides',
  ],
  [
    oci('semver: 1.x\n  tag: 1.2.3'),
    '1.x lets several versions in: the newest is applied without a commit\ntag has no effect: semver decides',
  ],
  [
    source('GitRepository', 'url: https://github.com/a/b'),
    'charts has no ref: it follows the branch master, and every push is applied',
  ],
  [
    source('OCIRepository', 'url: oci://ghcr.io/a/b'),
    'charts has no ref: it follows the tag latest, and every push is applied',
  ],
  [
    inflated('{name: podinfo, repo: https://example.com/charts}'),
    'podinfo has no version: Flux installs the newest release of https://example.com/charts at the next check',
  ],
  [
    inflated('{name: podinfo}'),
    'podinfo has no version: Flux installs the newest release of its repository at the next check',
  ],
];

const textOf = ({ message }: Diagnostic): string => (typeof message === 'string' ? message : message.value);

const pathOf = (text: string): string => (text.includes('helmCharts') ? 'kustomization.yaml' : 'apps/file.yaml');

for (const [text, message] of rows) {
  test(message === '' ? `nothing is said of ${text}` : message, () => {
    const found = checkerOf({ [pathOf(text)]: text }).diagnostics(pathOf(text));
    assert.equal(found.map(textOf).join('\n'), message);
  });
}
