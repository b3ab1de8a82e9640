import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  appliersOfFile,
  documentMatch,
  otherRepositoryOf,
  pathReaches,
  type DocumentMatch,
  type MatchInput,
} from '../../../src/flux/documentMatch.ts';
import { encodeInventoryId } from '../../../src/flux/inventory.ts';
import { idOf } from '../../../src/flux/objectKey.ts';
import type { FluxObject } from '../../../src/flux/objects.ts';
import { appliedBy, fluxObject, titleOf, type ObjectParts } from './fluxObject.ts';

const ourUrl = 'ssh://git@github.com/org/fleet';
const remotes = ['git@github.com:org/fleet.git'];

/** A Kustomization with its source, path and what it lists. */
function kustomization(
  title: string,
  source: string,
  path: string,
  lists: readonly string[],
  parts: ObjectParts = {},
): FluxObject {
  const [kind = '', place = ''] = source.split(' ');
  const [namespace = '', name = ''] = place.split('/');
  return fluxObject(title, {
    ...parts,
    spec: { path, sourceRef: { kind, namespace, name }, ...parts.spec },
    status: {
      inventory: { entries: lists.map((text) => ({ id: encodeInventoryId(idOf(fluxObject(text))), v: 'v1' })) },
    },
  });
}

const git = (title: string, url: string): FluxObject => fluxObject(title, { spec: { url } });
const oci = (title: string, origin?: string): FluxObject =>
  fluxObject(title, {
    spec: { url: 'oci://ghcr.io/org/manifests' },
    status: {
      artifact: { ...(origin === undefined ? {} : { metadata: { 'org.opencontainers.image.source': origin } }) },
    },
  });

interface Row {
  readonly is: string;
  readonly file?: string;
  /** `Kind namespace/name`; the namespace may be empty. */
  readonly declared?: string;
  readonly cluster: readonly FluxObject[];
  readonly reaches?: MatchInput['reaches'];
  readonly expect: string;
}

function told(match: DocumentMatch): string {
  switch (match.match) {
    case 'ours':
      return `ours ${titleOf(match.id)}`;
    case 'foreign':
      return `foreign ${titleOf(match.id)}: ${match.reason}, ${titleOf(match.appliedBy)} from ${match.from ?? 'unknown'}`;
    case 'several':
      return `several ${match.ids.map(titleOf).join(', ')}`;
    case 'absent':
      return 'absent';
  }
}

function checkMatch({
  file = 'apps/production/podinfo.yaml',
  declared = 'HelmRelease apps/podinfo',
  cluster,
  reaches,
  expect,
}: Row): void {
  const { group, kind, namespace, name } = idOf(fluxObject(declared));
  const match = documentMatch({
    declared: { group, kind, name, namespace, filePath: file },
    remotes,
    named: (wanted) =>
      cluster.filter((object) => {
        const id = idOf(object);
        return id.group === wanted.group && id.kind === wanted.kind && id.name === wanted.name;
      }),
    get: (id) => cluster.find((object) => encodeInventoryId(idOf(object)) === encodeInventoryId(id)),
    reaches,
  });
  assert.equal(told(match), expect);
}

const podinfo = 'HelmRelease apps/podinfo';
const apps = 'Kustomization flux-system/apps';
const fleet = git('GitRepository flux-system/fleet', ourUrl);
const fleetRef = 'GitRepository flux-system/fleet';
const release = fluxObject(podinfo, { labels: appliedBy(apps) });
const ours = [release, kustomization(apps, fleetRef, './apps/production', [podinfo]), fleet];
const elsewhere = git('GitRepository flux-system/other', 'https://bot:secret@gitlab.example.com/x.git');
const root = 'Kustomization flux-system/flux-system';
const ociRef = 'OCIRepository flux-system/fleet';

const rows: readonly Row[] = [
  { is: 'ours when its applier comes from a remote and reaches the file', cluster: ours, expect: `ours ${podinfo}` },
  {
    is: 'ours in a folder below the path',
    file: 'apps/production/web/podinfo.yaml',
    cluster: ours,
    expect: `ours ${podinfo}`,
  },
  {
    is: 'ours without a namespace when only one has the name',
    declared: 'HelmRelease /podinfo',
    cluster: ours,
    expect: `ours ${podinfo}`,
  },
  {
    is: 'ours with the separators of Windows',
    file: 'apps\\production\\podinfo.yaml',
    cluster: ours,
    expect: `ours ${podinfo}`,
  },
  { is: 'absent when nothing has the name', declared: 'HelmRelease apps/redis', cluster: ours, expect: 'absent' },
  {
    is: 'absent when the name is in another namespace',
    declared: 'HelmRelease web/podinfo',
    cluster: ours,
    expect: 'absent',
  },
  {
    is: 'absent when another kind has the name',
    declared: 'Kustomization apps/podinfo',
    cluster: ours,
    expect: 'absent',
  },
  {
    is: 'foreign for a staging file while the production context is open',
    file: 'apps/staging/podinfo.yaml',
    cluster: ours,
    expect: `foreign ${podinfo}: otherPath, ${apps} from github.com/org/fleet`,
  },
  {
    is: 'foreign for a folder whose name only begins like the path',
    file: 'apps/production-old/podinfo.yaml',
    cluster: ours,
    expect: `foreign ${podinfo}: otherPath, ${apps} from github.com/org/fleet`,
  },
  {
    is: 'foreign though an applier further up reaches the whole repository',
    file: 'apps/staging/podinfo.yaml',
    cluster: [
      release,
      kustomization(apps, fleetRef, './apps/production', [podinfo], { labels: appliedBy(root) }),
      kustomization(root, fleetRef, './', [apps, root], { labels: appliedBy(root) }),
      fleet,
    ],
    expect: `foreign ${podinfo}: otherPath, ${apps} from github.com/org/fleet`,
  },
  {
    is: 'foreign from another repository, without its credentials',
    cluster: [
      release,
      kustomization(apps, 'GitRepository flux-system/other', './apps/production', [podinfo]),
      elsewhere,
    ],
    expect: `foreign ${podinfo}: otherRepository, ${apps} from gitlab.example.com/x`,
  },
  {
    is: 'foreign from a source that is not known',
    cluster: [release, kustomization(apps, fleetRef, './apps/production', [podinfo])],
    expect: `foreign ${podinfo}: otherRepository, ${apps} from unknown`,
  },
  {
    is: 'foreign when nobody applied it',
    cluster: [fluxObject(podinfo)],
    expect: `foreign ${podinfo}: unowned, - from unknown`,
  },
  {
    is: 'foreign when its applier is not in this cluster',
    cluster: [release, fleet],
    expect: `foreign ${podinfo}: otherApplier, ${apps} from unknown`,
  },
  {
    is: 'foreign when its applier does not list it: its labels were copied, or a hub has the same names',
    cluster: [release, kustomization(apps, fleetRef, './apps/production', []), fleet],
    expect: `foreign ${podinfo}: otherApplier, ${apps} from github.com/org/fleet`,
  },
  {
    is: 'foreign when its applier works for another cluster',
    cluster: [
      release,
      kustomization(apps, fleetRef, './apps/production', [podinfo], { spec: { kubeConfig: {} } }),
      fleet,
    ],
    expect: `foreign ${podinfo}: otherApplier, ${apps} from github.com/org/fleet`,
  },
  {
    is: 'foreign when a release made it',
    cluster: [
      fluxObject(podinfo, { labels: appliedBy('HelmRelease apps/umbrella') }),
      fluxObject('HelmRelease apps/umbrella'),
    ],
    expect: `foreign ${podinfo}: otherApplier, HelmRelease apps/umbrella from unknown`,
  },
  {
    is: 'foreign when flux-operator made it',
    cluster: [fluxObject(podinfo, { labels: appliedBy('ResourceSet apps/tenants') })],
    expect: `foreign ${podinfo}: otherApplier, ResourceSet apps/tenants from unknown`,
  },
  {
    is: 'ours for the bootstrap Kustomization, which applies itself',
    declared: root,
    file: 'clusters/home/flux-system/gotk-sync.yaml',
    cluster: [kustomization(root, fleetRef, './clusters/home', [root], { labels: appliedBy(root) }), fleet],
    expect: `ours ${root}`,
  },
  {
    is: 'foreign for the bootstrap Kustomization of another cluster in the same repository',
    declared: root,
    file: 'clusters/office/flux-system/gotk-sync.yaml',
    cluster: [kustomization(root, fleetRef, './clusters/home', [root], { labels: appliedBy(root) }), fleet],
    expect: `foreign ${root}: otherPath, ${root} from github.com/org/fleet`,
  },
  {
    is: 'ours for a Git source whose path is the whole repository',
    cluster: [release, kustomization(apps, fleetRef, './', [podinfo]), fleet],
    expect: `ours ${podinfo}`,
  },
  {
    is: 'ours for an OCI artifact made of the repository, with a path that reaches the file',
    cluster: [
      release,
      kustomization(apps, ociRef, './apps/production', [podinfo]),
      oci(ociRef, 'https://github.com/org/fleet'),
    ],
    expect: `ours ${podinfo}`,
  },
  {
    is: 'foreign for an OCI artifact without a path: its root may be any folder',
    cluster: [release, kustomization(apps, ociRef, './', [podinfo]), oci(ociRef, 'https://github.com/org/fleet')],
    expect: `foreign ${podinfo}: otherPath, ${apps} from github.com/org/fleet`,
  },
  {
    is: 'foreign for an OCI artifact of an unknown origin',
    cluster: [release, kustomization(apps, ociRef, './apps/production', [podinfo]), oci(ociRef)],
    expect: `foreign ${podinfo}: otherRepository, ${apps} from ghcr.io/org/manifests`,
  },
  {
    is: 'foreign for a Bucket, named',
    cluster: [
      release,
      kustomization(apps, 'Bucket flux-system/b', './apps/production', [podinfo]),
      fluxObject('Bucket flux-system/b', { spec: { bucketName: 'manifests' } }),
    ],
    expect: `foreign ${podinfo}: otherRepository, ${apps} from manifests`,
  },
  {
    is: 'ours by the rule that the caller gives, which knows the kustomize files',
    file: 'apps/base/podinfo.yaml',
    cluster: ours,
    reaches: (path, file) => path === './apps/production' && file === 'apps/base/podinfo.yaml',
    expect: `ours ${podinfo}`,
  },
  {
    is: 'foreign by the rule that the caller gives, though the folder fits',
    cluster: ours,
    reaches: () => false,
    expect: `foreign ${podinfo}: otherPath, ${apps} from github.com/org/fleet`,
  },
  {
    is: 'the one of several that is ours, without a namespace',
    declared: 'HelmRelease /podinfo',
    cluster: [...ours, fluxObject('HelmRelease web/podinfo')],
    expect: `ours ${podinfo}`,
  },
  {
    is: 'several when more than one is ours',
    declared: 'HelmRelease /podinfo',
    cluster: [
      fluxObject('HelmRelease web/podinfo', { labels: appliedBy(apps) }),
      release,
      fluxObject('HelmRelease zoo/podinfo'),
      kustomization(apps, fleetRef, './apps/production', [podinfo, 'HelmRelease web/podinfo']),
      fleet,
    ],
    expect: 'several HelmRelease apps/podinfo, HelmRelease web/podinfo',
  },
  {
    is: 'several when none of them is ours',
    declared: 'HelmRelease /podinfo',
    cluster: [fluxObject('HelmRelease web/podinfo'), fluxObject('HelmRelease apps/podinfo')],
    expect: 'several HelmRelease apps/podinfo, HelmRelease web/podinfo',
  },
];

describe('the object of a document is', () => {
  for (const row of rows) {
    it(row.is, () => checkMatch(row));
  }
  it('never ours without a remote', () => {
    const match = documentMatch({
      declared: { ...idOf(fluxObject(podinfo)), filePath: 'apps/production/podinfo.yaml' },
      remotes: [],
      named: () => [release],
      get: (id) => ours.find((object) => encodeInventoryId(idOf(object)) === encodeInventoryId(id)),
    });
    assert.equal(match.match, 'foreign');
  });
});

describe('a path', () => {
  const rows: readonly [path: string, file: string, reaches: boolean][] = [
    ['./apps', 'apps/a.yaml', true],
    ['apps/', 'apps/a/b.yaml', true],
    ['/apps', 'apps/a.yaml', true],
    ['', 'a.yaml', true],
    ['./', 'a/b.yaml', true],
    ['apps/./x/../y', 'apps/y/a.yaml', true],
    ['../apps', 'apps/a.yaml', true],
    ['apps', 'apps', false],
    ['apps', 'apps-two/a.yaml', false],
    ['apps/a.yaml', 'apps/a.yaml', false],
    ['Apps', 'apps/a.yaml', false],
    ['apps/x', 'apps/a.yaml', false],
    ['apps', 'infra/../apps/a.yaml', true],
    ['apps', 'apps/../infra/a.yaml', false],
  ];
  for (const [path, file, reaches] of rows) {
    it(`"${path}" ${reaches ? 'reaches' : 'does not reach'} ${file}`, () =>
      assert.equal(pathReaches(path, file), reaches));
  }
});

describe('the other repository that an object comes from', () => {
  const from = (object: FluxObject, cluster: readonly FluxObject[], urls: readonly string[] = remotes) =>
    otherRepositoryOf(object, urls, (id) =>
      cluster.find((one) => encodeInventoryId(idOf(one)) === encodeInventoryId(id)),
    );
  const fromOther = (source: string, lists: readonly string[] = [podinfo]): readonly FluxObject[] => [
    release,
    kustomization(apps, source, './apps', lists),
    elsewhere,
    fleet,
  ];

  it('is named, without credentials', () => {
    assert.equal(from(release, fromOther('GitRepository flux-system/other')), 'gitlab.example.com/x');
  });

  it('is the one that an artifact was made of', () => {
    const cluster = [...fromOther(ociRef), oci(ociRef, 'https://github.com/org/other')];
    assert.equal(from(release, cluster), 'github.com/org/other');
    assert.equal(from(release, [...fromOther(ociRef), oci(ociRef, ourUrl)]), undefined);
  });

  it('is none where it is ours, or a folder has no remotes to compare', () => {
    assert.equal(from(release, ours), undefined);
    assert.equal(from(release, fromOther('GitRepository flux-system/other'), []), undefined);
  });

  it('is not known where nobody can tell', () => {
    assert.equal(from(fluxObject(podinfo), ours), undefined, 'nobody applied it');
    assert.equal(from(release, [release]), undefined, 'its applier is not there');
    assert.equal(
      from(release, fromOther('GitRepository flux-system/other', [])),
      undefined,
      'its applier does not list it',
    );
    assert.equal(from(release, [...fromOther(ociRef), oci(ociRef)]), undefined, 'an artifact of unknown origin');
    assert.equal(from(release, fromOther('GitRepository flux-system/gone')), undefined, 'a source that is not there');
  });
});

describe('the Kustomizations that build a file', () => {
  const sources = [
    git('GitRepository flux-system/fleet', ourUrl),
    git('GitRepository flux-system/other', 'https://x.example/y'),
  ];
  const fleet = 'GitRepository flux-system/fleet';
  const check = (
    file: string,
    kustomizations: readonly FluxObject[],
    more: Partial<MatchInput> = {},
  ): readonly string[] => {
    const all = [...sources, ...kustomizations, oci('OCIRepository flux-system/pushed', ourUrl)];
    const get: MatchInput['get'] = (id) => all.find((one) => titleOf(idOf(one)) === titleOf(id));
    return appliersOfFile(file, { remotes, get, ...more }, kustomizations).map(titleOf);
  };
  const web = kustomization('Kustomization flux-system/web', fleet, './apps/web', []);

  it('is the one whose path it lies in', () => {
    const others = [
      kustomization('Kustomization flux-system/db', fleet, './apps/db', []),
      kustomization('Kustomization flux-system/foreign', 'GitRepository flux-system/other', './apps/web', []),
      kustomization('Kustomization flux-system/lost', 'GitRepository flux-system/gone', './apps/web', []),
    ];
    assert.deepEqual(check('apps/web/deployment.yaml', [web, ...others]), ['Kustomization flux-system/web']);
    assert.deepEqual(check('apps/api/deployment.yaml', [web, ...others]), []);
  });

  it('are all of those that share a base, as the kustomize files tell', () => {
    const paths = ['./staging', './production'];
    const both = paths.map((path) => kustomization(`Kustomization b/${path.slice(2)}`, fleet, path, []));
    const reaches = (path: string, file: string): boolean => paths.includes(path) && file === 'base/web.yaml';
    assert.deepEqual(check('base/web.yaml', [...both, web], { reaches }), [
      'Kustomization b/production',
      'Kustomization b/staging',
    ]);
  });

  it('is none where the root of an artifact may be any folder, or where the repository has no remote', () => {
    const root = kustomization('Kustomization flux-system/all', 'OCIRepository flux-system/pushed', './', []);
    assert.deepEqual(check('apps/web/deployment.yaml', [root]), []);
    assert.deepEqual(check('apps/web/deployment.yaml', [web], { remotes: [] }), []);
    const whole = kustomization('Kustomization flux-system/all', fleet, './', []);
    assert.deepEqual(check('apps/web/deployment.yaml', [whole]), ['Kustomization flux-system/all']);
  });
});
