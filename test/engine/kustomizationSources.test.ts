/** Which sources mean this repository, what their artifacts leave out, and what comes from elsewhere. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FluxObject } from '../../src/flux/objects.ts';
import type { FetchedArchive } from '../../src/render/desired.ts';
import { tarFiles, tarGz } from '../support/tarArchive.ts';
import {
  cluster,
  configMap,
  dataOf,
  type Files,
  gotkSync,
  kustomization,
  kustomizationBed,
  messages,
  shown,
} from './kustomizationSetup.ts';

const bed = kustomizationBed();

function gitRepository(spec: string, name = 'flux-system'): string {
  return `apiVersion: source.toolkit.fluxcd.io/v1\nkind: GitRepository\nmetadata: { name: ${name}, namespace: flux-system }\nspec:\n${spec.replaceAll(/^(?=.)/gm, '  ')}`;
}

const apps: Files = {
  'clusters/apps.yaml': kustomization('apps', './apps'),
  'apps/a.yaml': configMap('a', 'k: v'),
  'apps/b.yaml': configMap('b', 'k: v'),
};

function names(rendered: Parameters<typeof shown>[0]): string[] {
  return shown(rendered).map(({ metadata }) => metadata.name);
}

test('spec.ignore and .sourceignore files leave files out', async () => {
  const source = gitRepository('url: https://github.com/org/fleet\nignore: |\n  /apps/b.yaml\n');
  assert.deepEqual(names(await bed.render('apps', { ...apps, 'clusters/source.yaml': source })), ['a']);
  assert.deepEqual(names(await bed.render('apps', { ...apps, 'apps/.sourceignore': 'a.yaml\n' })), ['b']);
  // The source's own rules come last and win.
  const both = gitRepository('url: https://github.com/org/fleet\nignore: |\n  !/apps/a.yaml\n');
  assert.deepEqual(
    names(await bed.render('apps', { ...apps, 'clusters/source.yaml': both, '.sourceignore': '/apps/*\n' })),
    ['a'],
  );
});

test('what a source does beyond packing a commit makes the result approximate', async () => {
  const source = gitRepository(`url: https://github.com/org/fleet
recurseSubmodules: true
sparseCheckout: [apps]
include: [{ repository: { name: other } }]
`);
  const rendered = await bed.render('apps', {
    ...apps,
    'clusters/source.yaml': source,
    '.gitattributes': '*.bin filter=lfs diff=lfs\n',
    'apps/large.bin': 'x',
  });
  assert.deepEqual(messages(rendered), [
    'information: Nothing in the repository builds clusters/apps.yaml: Kustomization flux-system/apps is taken as the file states it.',
    'approximate: GitRepository flux-system includes other repositories, which are not followed.',
    'approximate: GitRepository flux-system takes in Git submodules, which are not followed.',
    'approximate: GitRepository flux-system checks out some folders only; here all of them are there.',
    'approximate: apps/large.bin is kept in Git LFS: Flux would build its pointer, not its content.',
  ]);
});

test('another repository needs a cluster', async () => {
  const files = { ...apps, 'clusters/source.yaml': gitRepository('url: https://github.com/other/repository\n') };
  const failure = await bed.fails('apps', files);
  assert.equal(failure.reason, 'notFound');
  assert.equal(
    failure.message,
    'Kustomization flux-system/apps: its source GitRepository flux-system/flux-system is not this repository. Connect to a cluster to use its artifact.',
  );
  const gone = await bed.fails('apps', files, { cluster: cluster() });
  assert.match(
    gone.message,
    /GitRepository flux-system\/flux-system is not this repository, and does not exist in homelab\.$/,
  );
  const source: FluxObject = {
    apiVersion: 'source.toolkit.fluxcd.io/v1',
    kind: 'GitRepository',
    metadata: { name: 'flux-system' },
  };
  const pending = await bed.fails('apps', files, { cluster: cluster({ fluxObject: () => Promise.resolve(source) }) });
  assert.match(pending.message, /and has no artifact yet in homelab\.$/);
});

test('who asks for files alone is not given what the cluster has of another repository', async () => {
  const files = { ...apps, 'clusters/source.yaml': gitRepository('url: https://github.com/other/repository\n') };
  const asked: string[] = [];
  const live = cluster({
    fluxObject: (kind) => {
      asked.push(kind);
      return Promise.resolve(undefined);
    },
  });
  const failure = await bed.fails('apps', files, { cluster: live, filesOnly: true });
  assert.equal(failure.reason, 'notFound');
  assert.match(
    failure.message,
    /GitRepository flux-system\/flux-system is not this repository, so no file of the .+ says anything of it\. None of its Git remotes is what the source points to\.$/,
  );
  assert.deepEqual(asked, []);
});

test("another repository is built from the cluster's artifact, which is sent once", async () => {
  const files = { ...apps, 'clusters/source.yaml': gitRepository('url: https://github.com/other/repository\n') };
  const archive: FetchedArchive = {
    bytes: tarGz(tarFiles({ 'apps/c.yaml': configMap('c', 'k: live') })),
    digest: 'sha256:abc',
    revision: 'main@sha1:abc',
  };
  const asked: string[] = [];
  const live = cluster({
    fluxObject: (kind, namespace, name) => {
      asked.push(`${kind} ${namespace}/${name}`);
      return Promise.resolve({
        apiVersion: 'source.toolkit.fluxcd.io/v1',
        kind,
        metadata: { name, namespace },
        status: { artifact: { revision: archive.revision } },
      });
    },
    artifact: (_source, artifact) => {
      asked.push(`artifact ${artifact.revision ?? ''}`);
      return Promise.resolve(archive);
    },
  });
  const rendered = await bed.render('apps', files, { cluster: live });
  assert.deepEqual(dataOf(shown(rendered), 'c'), { k: 'live' });
  assert.ok(
    messages(rendered).includes(
      'information: Built from the artifact main@sha1:abc of GitRepository flux-system/flux-system in homelab.',
    ),
  );
  assert.deepEqual(asked, ['GitRepository flux-system/flux-system', 'artifact main@sha1:abc']);
  const before = bed.operations.filter(({ operation }) => operation === 'unpack').length;
  await bed.render('apps', files, { cluster: live });
  assert.equal(bed.operations.filter(({ operation }) => operation === 'unpack').length, before);
});

test('an artifact whose digest cannot be checked makes the result approximate', async () => {
  const files = { ...apps, 'clusters/source.yaml': gitRepository('url: https://github.com/other/repository\n') };
  const bytes = tarGz(tarFiles({ 'apps/c.yaml': configMap('c', 'k: live') }));
  const artifact = { revision: 'main@sha1:abc', digest: 'blake3:0123' };
  const unchecked = cluster({
    fluxObject: (kind, namespace, name) =>
      Promise.resolve({
        apiVersion: 'source.toolkit.fluxcd.io/v1',
        kind,
        metadata: { name, namespace },
        status: { artifact },
      }),
    artifact: () => Promise.resolve({ bytes, digest: 'sha256:def', revision: artifact.revision, verified: false }),
  });
  for (let time = 0; time < 2; time += 1) {
    const said = messages(await bed.render('apps', files, { cluster: unchecked }));
    const message =
      'approximate: The digest of the artifact of GitRepository flux-system/flux-system is not checked: blake3 is not known here.';
    assert.ok(said.includes(message), said.join('\n'));
  }
});

test('the source of the root is this repository, also where its address is no remote', async () => {
  const files: Files = {
    'clusters/home/gotk-sync.yaml': gotkSync('./clusters/home', 'https://mirror.example/fleet'),
    'clusters/home/apps.yaml': kustomization('apps', './apps'),
    'apps/a.yaml': configMap('a', 'k: v'),
  };
  const rendered = await bed.render('apps', files);
  assert.deepEqual(names(rendered), ['a']);
  assert.deepEqual(messages(rendered), [
    'information: GitRepository flux-system/flux-system points to mirror.example/fleet, which is no remote here: it is taken to be this repository.',
  ]);
  // Without any remote there is nothing to compare with.
  assert.deepEqual(messages(await bed.render('apps', files, { remotes: [] })), []);
});

test('a root path says nothing about a source that no file states, when others are stated', async () => {
  const files: Files = {
    'clusters/source.yaml': gitRepository('url: https://github.com/org/fleet\n', 'fleet'),
    'clusters/apps.yaml': kustomization('apps', './'),
    'clusters/own.yaml': kustomization('own', './apps', '', { source: 'GitRepository fleet' }),
    'apps/a.yaml': configMap('a', 'k: v'),
  };
  assert.equal((await bed.fails('apps', files)).reason, 'notFound');
  assert.deepEqual(names(await bed.render('own', files)), ['a']);
});

test('an OCI artifact that is called like the repository, packed from a folder of it', async () => {
  const files: Files = {
    'deploy/clusters/source.yaml':
      'apiVersion: source.toolkit.fluxcd.io/v1\nkind: OCIRepository\nmetadata: { name: fleet, namespace: flux-system }\nspec: { url: "oci://ghcr.io/org/fleet/manifests" }\n',
    'deploy/clusters/apps.yaml': kustomization('apps', './apps', '', { source: 'OCIRepository fleet' }),
    'deploy/apps/kustomization.yaml': 'resources: [a.yaml, missing.yaml]\n',
    'deploy/apps/a.yaml': configMap('a', 'k: v'),
  };
  // An error speaks of files of the repository all the same.
  assert.match(
    (await bed.fails('apps', files)).message,
    /^Kustomization flux-system\/apps: deploy\/apps\/kustomization.yaml:1: .*missing\.yaml/,
  );
  const fixed = { ...files, 'deploy/apps/kustomization.yaml': 'resources: [a.yaml]\n' };
  assert.deepEqual(names(await bed.render('apps', fixed)), ['a']);
  assert.equal((await bed.fails('apps', fixed, { remotes: ['https://github.com/org/fle'] })).reason, 'notFound');
});

function generator(copy: string, sources = '[{ alias: fleet, kind: GitRepository, name: flux-system }]'): string {
  return `apiVersion: source.extensions.fluxcd.io/v1beta1
kind: ArtifactGenerator
metadata: { name: generator, namespace: flux-system }
spec:
  sources: ${sources}
  artifacts:
    - name: apps
      copy: ${copy}
`;
}

test('an ExternalArtifact that a generator copies together of this repository', async () => {
  const files: Files = {
    'clusters/home/gotk-sync.yaml': gotkSync(),
    'clusters/home/generator.yaml': generator(
      '[{ from: "@fleet/apps/base/**", to: "@artifact/base/" }, { from: "@fleet/apps/home/**", to: "@artifact/top/" }]',
    ),
    'clusters/home/apps.yaml': kustomization('apps', './top', '', { source: 'ExternalArtifact apps' }),
    'apps/base/a.yaml': configMap('a', 'k: v'),
    'apps/base/leaf.yaml': kustomization('leaf', './leaf'),
    'apps/home/kustomization.yaml': 'resources: [../base/a.yaml, ../base/leaf.yaml]\n',
    'leaf/a.yaml': configMap('l', 'k: v'),
  };
  assert.deepEqual(names(await bed.render('apps', files)), ['a', 'leaf']);
  // Who builds a file is found through the copy too.
  assert.deepEqual(
    (await bed.render('leaf', files)).parents.map(({ name }) => name),
    ['flux-system', 'apps'],
  );
});

test('a generator that does more than copy is left to the cluster', async () => {
  for (const [text, why] of [
    [
      generator('[{ from: "@fleet/apps/**", to: "@artifact/", strategy: Merge }]'),
      /does more than copy files of one source/,
    ],
    [
      generator(
        '[{ from: "@fleet/apps/**", to: "@artifact/" }]',
        '[{ alias: fleet, kind: GitRepository, name: elsewhere }]',
      ),
      /copies from GitRepository flux-system\/elsewhere/,
    ],
  ] as const) {
    const failure = await bed.fails('apps', {
      'clusters/home/gotk-sync.yaml': gotkSync(),
      'clusters/home/generator.yaml': text,
      'clusters/home/elsewhere.yaml': gitRepository('url: https://github.com/other/repository\n', 'elsewhere'),
      'clusters/home/apps.yaml': kustomization('apps', './', '', { source: 'ExternalArtifact apps' }),
      'apps/a.yaml': configMap('a', 'k: v'),
    });
    assert.equal(failure.reason, 'notFound');
    assert.match(failure.message, why);
  }
});
