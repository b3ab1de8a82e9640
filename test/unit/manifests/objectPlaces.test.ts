/** Where files state an object: by the names that kustomize files give on the way, in the builds of who applies it first. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ObjectId } from '../../../src/flux/objectKey.ts';
import type { Naming } from '../../../src/manifests/kustomizeNaming.ts';
import { becomes, type BuildOfFlux, namingsOf, objectPlaces } from '../../../src/manifests/objectPlaces.ts';
import { repository } from '../../support/memoryRepository.ts';

const groups: Readonly<Record<string, string>> = {
  Deployment: 'apps',
  HelmRelease: 'helm.toolkit.fluxcd.io',
  Kustomization: 'kustomize.toolkit.fluxcd.io',
  CustomResourceDefinition: 'apiextensions.k8s.io',
};

/** `Deployment apps/web`, `Namespace apps`. */
function idOf(title: string): ObjectId {
  const [kind = '', path = ''] = title.split(' ');
  const [namespace = '', name = ''] = path.includes('/') ? path.split('/') : ['', path];
  return { group: groups[kind] ?? '', kind, namespace, name };
}

function manifest(title: string): string {
  const { group, kind, namespace, name } = idOf(title);
  const apiVersion = group === '' ? 'v1' : `${group}/v1`;
  const where = namespace === '' ? '' : `\n  namespace: ${namespace}`;
  return `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata:\n  name: ${name}${where}\n`;
}

const kustomize = (body: string): string =>
  `kind: Kustomization\napiVersion: kustomize.config.k8s.io/v1beta1\n${body}\n`;

function build(path: string, naming: Partial<Naming> = {}, components: readonly string[] = []): BuildOfFlux {
  return { path, components, naming: { namespace: undefined, prefix: '', suffix: '', ...naming } };
}

interface Row {
  readonly name: string;
  readonly files: Readonly<Record<string, string>>;
  readonly builds?: readonly BuildOfFlux[];
  readonly wanted: string;
  /** `path`, `path@offset`, with ` patch` or ` generator` behind where it is one. */
  readonly built: readonly string[];
  readonly others?: readonly string[];
}

async function check({ files, builds = [build('apps')], wanted, built, others = [] }: Row): Promise<void> {
  const found = await objectPlaces(repository(files), idOf(wanted), builds);
  const words = ({ path, offset, role }: (typeof found.built)[number]): string =>
    `${path}${offset === 0 ? '' : `@${offset}`}${role === 'document' ? '' : ` ${role}`}`;
  assert.deepEqual({ built: found.built.map(words), others: found.others.map(words) }, { built, others });
}

const web = manifest('Deployment apps/web');
const bare = manifest('Deployment web');
const ofFolder = (...resources: readonly string[]): string => kustomize(`resources: [${resources.join(', ')}]`);

const rows: readonly Row[] = [
  {
    name: 'a file without kustomize',
    files: { 'apps/web.yaml': web },
    wanted: 'Deployment apps/web',
    built: ['apps/web.yaml'],
  },
  {
    name: 'a document behind others of the same file',
    files: { 'apps/all.yaml': `${manifest('Service apps/web')}---\n${web}` },
    wanted: 'Deployment apps/web',
    built: [`apps/all.yaml@${manifest('Service apps/web').length + 4}`],
  },
  {
    name: 'an overlay that names a base: the base, though the path is the overlay’s',
    files: {
      'apps/kustomization.yaml': ofFolder('../base'),
      'base/kustomization.yaml': ofFolder('web.yaml'),
      'base/web.yaml': bare,
      'staging/web.yaml': bare,
    },
    wanted: 'Deployment apps/web',
    built: ['base/web.yaml'],
  },
  {
    name: 'a base and the overlay’s patch of it, the document first',
    files: {
      'apps/kustomization.yaml': `${ofFolder('../base')}patches: [{ path: a-patch.yaml }]\n`,
      'apps/a-patch.yaml': bare,
      'base/web.yaml': bare,
      'base/kustomization.yaml': ofFolder('web.yaml'),
      'staging/web.yaml': bare,
    },
    wanted: 'Deployment apps/web',
    built: ['base/web.yaml', 'apps/a-patch.yaml patch'],
    others: ['staging/web.yaml'],
  },
  {
    name: 'what another environment’s overlay puts into another namespace is another object',
    files: {
      'apps/kustomization.yaml': `${ofFolder('../base')}namespace: apps\n`,
      'base/kustomization.yaml': `${ofFolder('web.yaml')}namespace: base\n`,
      'base/web.yaml': manifest('Deployment base/web'),
    },
    wanted: 'Deployment apps/web',
    built: ['base/web.yaml'],
  },
  {
    name: 'the same object as the base alone would have it is none that this build makes',
    files: {
      'apps/kustomization.yaml': `${ofFolder('../base')}namespace: apps\n`,
      'base/kustomization.yaml': ofFolder('web.yaml'),
      'base/web.yaml': manifest('Deployment base/web'),
    },
    wanted: 'Deployment base/web',
    built: [],
  },
  {
    name: 'targetNamespace outweighs all kustomize files',
    files: {
      'apps/kustomization.yaml': `${ofFolder('web.yaml')}namespace: own\n`,
      'apps/web.yaml': bare,
    },
    builds: [build('./apps', { namespace: 'tenant' })],
    wanted: 'Deployment tenant/web',
    built: ['apps/web.yaml'],
  },
  {
    name: 'prefixes and suffixes of every level',
    files: {
      'apps/kustomization.yaml': `${ofFolder('../base')}namePrefix: prod-\nnameSuffix: -eu\n`,
      'base/kustomization.yaml': `${ofFolder('web.yaml')}namePrefix: my-\nnameSuffix: -v2\n`,
      'base/web.yaml': bare,
    },
    builds: [build('apps', { prefix: 'x-' })],
    wanted: 'Deployment apps/x-prod-my-web-v2-eu',
    built: ['base/web.yaml'],
  },
  {
    name: 'a prefix that is not there',
    files: { 'apps/kustomization.yaml': `${ofFolder('web.yaml')}namePrefix: prod-\n`, 'apps/web.yaml': bare },
    wanted: 'Deployment apps/web',
    built: [],
  },
  {
    name: 'namespaces and definitions keep their names and are in no namespace',
    files: {
      'apps/kustomization.yaml': `${ofFolder('crd.yaml', 'ns.yaml')}namePrefix: prod-\nnamespace: apps\n`,
      'apps/crd.yaml': `# a list of kinds\n${manifest('CustomResourceDefinition things.example.com')}`,
      'apps/ns.yaml': manifest('Namespace shop'),
    },
    wanted: 'CustomResourceDefinition things.example.com',
    built: ['apps/crd.yaml@18'],
  },
  {
    name: 'what a generator makes: its entry, whatever the content’s hash',
    files: {
      'apps/kustomization.yaml': kustomize('namespace: apps\nconfigMapGenerator:\n  - name: web\n    literals: [a=1]'),
    },
    wanted: 'ConfigMap apps/web-7bdh5ttgkg',
    built: [
      `apps/kustomization.yaml@${kustomize('').length + 'namespace: apps\nconfigMapGenerator:\n  - '.length - 1} generator`,
    ],
  },
  {
    name: 'a longer name is another one’s',
    files: { 'apps/kustomization.yaml': kustomize('configMapGenerator: [{ name: web, namespace: apps }]') },
    wanted: 'ConfigMap apps/web-settings',
    built: [],
  },
  {
    name: 'a generator of Secrets makes no ConfigMap',
    files: { 'apps/kustomization.yaml': kustomize('secretGenerator: [{ name: web }]') },
    wanted: 'ConfigMap apps/web',
    built: [],
  },
  {
    name: 'a component of the path',
    files: {
      'apps/kustomization.yaml': `${ofFolder('web.yaml')}namespace: apps\n`,
      'apps/web.yaml': bare,
      'components/cache/kustomization.yaml': kustomize('resources: [cache.yaml]').replace('v1beta1', 'v1alpha1'),
      'components/cache/cache.yaml': manifest('Deployment cache'),
    },
    builds: [build('apps', {}, ['../components/cache'])],
    wanted: 'Deployment apps/cache',
    built: ['components/cache/cache.yaml'],
  },
  {
    name: 'variables in names and namespaces stand for anything',
    files: {
      'apps/web.yaml': manifest('Deployment apps/${cluster}-web'),
      'apps/other.yaml': manifest('Deployment ${ns}/${cluster}-api'),
    },
    wanted: 'Deployment apps/homelab-web',
    built: ['apps/web.yaml'],
  },
  {
    name: 'several builds of the same base: the file once',
    files: {
      'apps/kustomization.yaml': ofFolder('../base'),
      'shop/kustomization.yaml': ofFolder('../base'),
      'base/kustomization.yaml': ofFolder('web.yaml'),
      'base/web.yaml': bare,
    },
    builds: [build('apps'), build('shop')],
    wanted: 'Deployment apps/web',
    built: ['base/web.yaml'],
  },
  {
    name: 'kustomize files that name each other end',
    files: {
      'apps/kustomization.yaml': `${ofFolder('../base')}namePrefix: a-\n`,
      'base/kustomization.yaml': ofFolder('../apps', 'web.yaml'),
      'base/web.yaml': bare,
    },
    wanted: 'Deployment apps/a-web',
    built: ['base/web.yaml'],
  },
  {
    name: 'and a second round is none',
    files: {
      'apps/kustomization.yaml': `${ofFolder('../base')}namePrefix: a-\n`,
      'base/kustomization.yaml': ofFolder('../apps', 'web.yaml'),
      'base/web.yaml': bare,
    },
    wanted: 'Deployment apps/a-a-web',
    built: [],
  },
  {
    name: 'broken files state nothing',
    files: { 'apps/broken.yaml': 'kind: Deployment\n  : {', 'apps/web.yaml': web },
    wanted: 'Deployment apps/web',
    built: ['apps/web.yaml'],
  },
  {
    name: 'without a build only by name',
    files: { 'apps/web.yaml': web, 'other/web.yaml': manifest('Deployment other/web') },
    builds: [],
    wanted: 'Deployment apps/web',
    built: [],
    others: ['apps/web.yaml'],
  },
  {
    name: 'a path that the repository does not have',
    files: { 'apps/web.yaml': web },
    builds: [build('clusters/homelab')],
    wanted: 'Deployment apps/web',
    built: [],
    others: ['apps/web.yaml'],
  },
];

describe('where an object is stated', () => {
  for (const row of rows) {
    test(row.name, () => check(row));
  }

  test('a repository that is made of ways through it does not hang its reader', { timeout: 30_000 }, async () => {
    const files: Record<string, string> = { 'level0/kustomization.yaml': kustomize('resources: [a, b]') };
    for (let level = 0; level < 24; level += 1) {
      for (const side of ['a', 'b']) {
        const next = `../../level${level + 1}`;
        files[`level${level}/${side}/kustomization.yaml`] = kustomize(`resources: [${next}]\nnamePrefix: ${side}`);
      }
      files[`level${level + 1}/kustomization.yaml`] = kustomize('resources: [a, b]');
    }
    const { built } = await objectPlaces(repository(files), idOf('Deployment apps/web'), [build('level0')]);
    assert.deepEqual(built, []);
  });

  test('a search that nobody waits for any more ends', async () => {
    const files = repository({ 'apps/web.yaml': web });
    const found = await objectPlaces(files, idOf('Deployment apps/web'), [], AbortSignal.abort());
    assert.deepEqual(found.others, []);
  });
});

describe('what a document becomes', () => {
  const files = repository({
    'apps/kustomization.yaml': `${ofFolder('../base')}namespace: apps\nnamePrefix: prod-\n`,
    'staging/kustomization.yaml': `${ofFolder('../base')}namespace: staging\n`,
    'base/kustomization.yaml': ofFolder('web.yaml'),
    'base/web.yaml': bare,
  });
  const stated = { ...idOf('Deployment web'), namespace: '' };

  test('as many objects as builds read it, each under its own name', async () => {
    const namings = await namingsOf(files, 'base/web.yaml', [build('apps'), build('staging')]);
    const made = ['apps/prod-web', 'staging/web', 'apps/web', 'staging/prod-web'].filter((name) =>
      namings.some((naming) => becomes(stated, naming, idOf(`Deployment ${name}`))),
    );
    assert.deepEqual(made, ['apps/prod-web', 'staging/web']);
  });

  test('none where no build reads it', async () => {
    assert.deepEqual(await namingsOf(files, 'apps/web.yaml', [build('apps')]), []);
  });
});
