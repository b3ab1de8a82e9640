/**
 * A live value put back into the files of a repository, as the real kustomize and Helm build them: into the one place that gives the
 * field, whatever patches, prefixes and bases lie between; refused where there is none, or more than one.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type FilePlace, manifestPlaces, type TextFile, valuePlaces } from '../../src/drift/fieldPlaces.ts';
import { type Proven, provenPlace } from '../../src/drift/provenPlace.ts';
import { type Refused, wantedField } from '../../src/drift/wantedField.ts';
import type { KubernetesObject } from '../../src/flux/objects.ts';
import { applyEdit } from '../../src/manifests/editField.ts';
import type { FieldPath, RenderedKustomization, RenderedRelease } from '../../src/render/desired.ts';
import { cluster, type Files, gotkSync, kustomization, kustomizationBed, secret } from './kustomizationSetup.ts';

const bed = kustomizationBed();

type Rendered = RenderedKustomization | RenderedRelease;

interface Owner {
  readonly kind: 'Kustomization' | 'HelmRelease';
  readonly namespace: string;
  readonly name: string;
}

const apps: Owner = { kind: 'Kustomization', namespace: 'flux-system', name: 'apps' };
const web: Owner = { kind: 'HelmRelease', namespace: 'apps', name: 'web' };

const live = cluster({
  secrets: { 'flux-system/cluster': { host: 'canary-host.example' } },
  configMaps: { 'apps/more': { 'values.yaml': 'fromCluster: 4\n' } },
});

async function render(owner: Owner, files: Files): Promise<Rendered> {
  const options = { state: bed.state(files), cluster: live };
  const rendered =
    owner.kind === 'HelmRelease'
      ? await bed.renderer.release(owner, options)
      : await bed.renderer.kustomization(owner, options);
  assert.ok(rendered.kind !== 'ambiguous');
  return rendered;
}

/** The object as it is rendered, with another value at that path. */
function changedAt(object: unknown, [step, ...others]: FieldPath, value: unknown): unknown {
  if (step === undefined) {
    return value;
  }
  if (Array.isArray(object)) {
    return object.map((item: unknown, index) => (index === step ? changedAt(item, others, value) : item));
  }
  const record = (object ?? {}) as Readonly<Record<string, unknown>>;
  const { [step]: old, ...rest } = record;
  const next = changedAt(old, others, value);
  return next === undefined ? rest : { ...record, [step]: next };
}

interface Row {
  readonly name: string;
  readonly owner?: Owner;
  readonly files: Files;
  readonly kind?: string;
  readonly path: FieldPath;
  readonly value: unknown;
  /** The file that changes, and the lines of it that differ. */
  readonly changes?: readonly [file: string, before: string, after: string];
  /** Beside the field, as `kind path`. */
  readonly others?: readonly string[];
  readonly refused?: RegExp;
}

async function placeOf({ owner = apps, files, kind = 'Deployment', path, value }: Row): Promise<Proven | Refused> {
  const now = await render(owner, files);
  const object = now.objects.find((each) => each.object.kind === kind)?.real.reveal();
  assert.ok(object, `${kind} is rendered`);
  const lives = changedAt(object, path, value) as KubernetesObject;
  const wanted = wantedField({ live: lives, path }, now);
  if ('refused' in wanted) {
    return wanted;
  }
  const texts: TextFile[] = Object.entries(files).map(([file, text]) => ({ path: file, text }));
  const release = { group: 'helm.toolkit.fluxcd.io', kind: 'HelmRelease', name: owner.name };
  const found = owner.kind === 'HelmRelease' ? valuePlaces(texts, release, wanted) : manifestPlaces(texts, wanted);
  const attempt = async ({ file, text, edit }: FilePlace) =>
    (await render(owner, { ...files, [file]: applyEdit(text, edit) })).objects;
  return provenPlace(wanted, found, now.objects, attempt);
}

function checkPlace(row: Row): void {
  void test(row.name, async () => {
    const result = await placeOf(row);
    if ('refused' in result) {
      assert.match(result.refused, row.refused ?? /^never$/);
      assert.doesNotMatch(result.refused, /canary/);
      return;
    }
    const { place, others } = result;
    const [file, before, after] = row.changes ?? assert.fail(`a place in ${place.file}`);
    assert.equal(place.file, file);
    assert.ok(place.text.includes(before));
    assert.equal(applyEdit(place.text, place.edit), place.text.replace(before, after));
    const told = others.flatMap(({ id, paths }) => paths.map((path) => `${id.kind} ${path.join('.')}`));
    assert.deepEqual(told, row.others ?? []);
  });
}

const deployment = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: shop
  namespace: apps
spec:
  replicas: 2 # one for each zone
  selector: { matchLabels: { app: shop } }
  template:
    metadata: { labels: { app: shop } }
    spec:
      containers:
        - name: shop
          image: shop:1.0
          env:
            - name: HOST
              value: plain
`;

const service =
  'apiVersion: v1\nkind: Service\nmetadata: { name: shop, namespace: apps }\nspec: { ports: [{ port: 80 }] }\n';

function home(kustomizeFile: string, files: Files, spec = ''): Files {
  return {
    'clusters/home/gotk-sync.yaml': gotkSync(),
    'clusters/home/apps.yaml': kustomization('apps', './apps', spec),
    'apps/kustomization.yaml': kustomizeFile,
    ...files,
  };
}

const replicas: FieldPath = ['spec', 'replicas'];
const image: FieldPath = ['spec', 'template', 'spec', 'containers', 0, 'image'];
const plain = home('resources: [shop.yaml, service.yaml]\n', {
  'apps/shop.yaml': deployment,
  'apps/service.yaml': service,
});
const onBase = (kustomizeFile: string, more: Files = {}): Files =>
  home(kustomizeFile, { 'base/kustomization.yaml': 'resources: [shop.yaml]\n', 'base/shop.yaml': deployment, ...more });
const patch =
  'apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: shop, namespace: apps }\nspec:\n  replicas: 3\n';

const inManifests: readonly Row[] = [
  {
    name: 'a plain manifest',
    files: plain,
    path: replicas,
    value: 5,
    changes: ['apps/shop.yaml', 'replicas: 2 #', 'replicas: 5 #'],
  },
  {
    name: 'a manifest that a kustomize file of a folder below takes in',
    files: {
      ...plain,
      'apps/kustomization.yaml': 'resources: [all]\n',
      'apps/all/kustomization.yaml': 'resources: [../shop.yaml]\n',
    },
    path: image,
    value: 'shop:1.1',
    changes: ['apps/shop.yaml', 'image: shop:1.0', 'image: shop:1.1'],
  },
  {
    name: 'a base under a prefix',
    files: onBase('resources: [../base]\nnamePrefix: my-\n'),
    path: replicas,
    value: 5,
    changes: ['base/shop.yaml', 'replicas: 2 #', 'replicas: 5 #'],
  },
  {
    name: 'a patch that overrides the base is the place, and the base is none',
    files: onBase('resources: [../base]\npatches: [{ path: patch.yaml }]\n', { 'apps/patch.yaml': patch }),
    path: replicas,
    value: 5,
    changes: ['apps/patch.yaml', 'replicas: 3', 'replicas: 5'],
  },
  {
    name: 'a field that a patch leaves alone is the base’s',
    files: onBase('resources: [../base]\npatches: [{ path: patch.yaml }]\n', { 'apps/patch.yaml': patch }),
    path: image,
    value: 'shop:1.1',
    changes: ['base/shop.yaml', 'image: shop:1.0', 'image: shop:1.1'],
  },
  {
    name: 'an inline patch is no place in a manifest',
    files: onBase(
      'resources: [../base]\npatches:\n  - target: { kind: Deployment }\n    patch: \'[{ "op": "replace", "path": "/spec/replicas", "value": 4 }]\'\n',
    ),
    path: replicas,
    value: 5,
    refused: /^No single place .*base\/shop\.yaml has another value there/,
  },
  {
    name: 'images of a kustomize file override the manifest',
    files: onBase('resources: [../base]\nimages: [{ name: shop, newTag: "1.0" }]\n'),
    path: image,
    value: 'shop:1.1',
    refused: /^No single place/,
  },
  {
    name: 'a replacement that copies the same value over it',
    files: home(
      'resources: [shop.yaml, source.yaml]\nreplacements:\n  - source: { kind: ConfigMap, fieldPath: data.image }\n    targets: [{ select: { kind: Deployment }, fieldPaths: [spec.template.spec.containers.0.image] }]\n',
      {
        'apps/shop.yaml': deployment,
        'apps/source.yaml':
          'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: s, namespace: apps }\ndata: { image: "shop:1.0" }\n',
      },
    ),
    path: image,
    value: 'shop:1.1',
    refused: /^No single place/,
  },
  {
    name: 'a variable',
    files: home(
      'resources: [shop.yaml]\n',
      { 'apps/shop.yaml': deployment.replace('shop:1.0', 'shop:${tag}') },
      'postBuild: { substitute: { tag: "1.0" } }\n',
    ),
    path: image,
    value: 'shop:1.1',
    refused: /^No single place .*apps\/shop\.yaml has a variable there\./,
  },
  {
    name: 'a variable out of a Secret',
    files: home(
      'resources: [shop.yaml]\n',
      { 'apps/shop.yaml': deployment.replace('plain', '${host}') },
      'postBuild: { substituteFrom: [{ kind: Secret, name: cluster }] }\n',
    ),
    path: ['spec', 'template', 'spec', 'containers', 0, 'env', 0, 'value'],
    value: 'other',
    refused: /^The value comes from a Secret/,
  },
  {
    name: 'a live value that is what a Secret of the render holds',
    files: home('resources: [shop.yaml, key.yaml]\n', {
      'apps/shop.yaml': deployment,
      'apps/key.yaml': secret('key', 'token: canary-token-4711', 'apps'),
    }),
    path: ['spec', 'template', 'spec', 'containers', 0, 'env', 0, 'value'],
    value: 'canary-token-4711',
    refused: /^The value comes from a Secret/,
  },
  {
    name: 'a Secret in the files',
    files: home('resources: [key.yaml]\n', { 'apps/key.yaml': secret('key', 'token: canary-token-4711', 'apps') }),
    kind: 'Secret',
    path: ['stringData', 'token'],
    value: 'other',
    refused: /^Values of Secrets/,
  },
  {
    name: 'a generated ConfigMap has no manifest',
    files: home('configMapGenerator: [{ name: gen, namespace: apps, literals: [a=1] }]\n', {}),
    kind: 'ConfigMap',
    path: ['data', 'a'],
    value: '2',
    refused: /^No single place/,
  },
  {
    name: 'a patch for two objects changes both, and says so',
    files: home(
      'resources: [shop.yaml, second.yaml]\npatches: [{ path: patch.yaml, target: { kind: Deployment } }]\n',
      {
        'apps/shop.yaml': deployment,
        'apps/second.yaml': deployment.replaceAll('name: shop\n', 'name: second\n'),
        'apps/patch.yaml': patch,
      },
    ),
    path: replicas,
    value: 5,
    changes: ['apps/patch.yaml', 'replicas: 3', 'replicas: 5'],
    others: ['Deployment spec.replicas'],
  },
  {
    name: 'a field that only lives',
    files: plain,
    path: ['spec', 'paused'],
    value: true,
    changes: [
      'apps/shop.yaml',
      '            - name: HOST\n              value: plain\n',
      '            - name: HOST\n              value: plain\n  paused: true\n',
    ],
  },
  {
    name: 'a field that does not live',
    files: plain,
    path: replicas,
    value: undefined,
    changes: ['apps/shop.yaml', '  replicas: 2 # one for each zone\n', ''],
  },
];

const release = (values: string, more = ''): string => `apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: { name: web, namespace: apps }
spec:
  interval: 1h
  chart: { spec: { chart: ./charts/web, sourceRef: { kind: GitRepository, name: flux-system, namespace: flux-system } } }
${more}  values:
${values}`;

const chart: Files = {
  'charts/web/Chart.yaml': 'apiVersion: v2\nname: web\nversion: 1.2.3\n',
  'charts/web/values.yaml': 'replicas: 1\nworkers: 2\nfromCluster: 3\nimage: { repository: shop, tag: "1.0" }\n',
  'charts/web/templates/all.yaml': `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  annotations: { checksum: {{ .Values.image.tag | sha256sum }} }
spec:
  replicas: {{ .Values.replicas }}
  progressDeadlineSeconds: {{ .Values.workers }}
  minReadySeconds: {{ .Values.fromCluster }}
  template: { spec: { containers: [{ name: web, image: "{{ .Values.image.repository }}:{{ .Values.image.tag }}" }] } }
`,
};

const ofRelease = (values: string, more?: string): Files =>
  home('resources: [web.yaml]\n', { ...chart, 'apps/web.yaml': release(values, more) });

const inValues: readonly Row[] = [
  {
    name: 'an inline value, with its comment',
    files: ofRelease('    replicas: 3 # enough\n    other: 3\n'),
    path: replicas,
    value: 5,
    changes: ['apps/web.yaml', 'replicas: 3 # enough', 'replicas: 5 # enough'],
  },
  {
    name: 'part of what is rendered, and what else comes of it',
    files: ofRelease('    image:\n      tag: "1.4"\n'),
    path: image,
    value: 'shop:1.5',
    changes: ['apps/web.yaml', 'tag: "1.4"', 'tag: "1.5"'],
    others: ['Deployment metadata.annotations.checksum'],
  },
  {
    name: 'a default of the chart',
    files: ofRelease('    other: 7\n'),
    path: replicas,
    value: 5,
    refused: /^No single place/,
  },
  {
    name: 'a value of a ConfigMap in the cluster',
    files: ofRelease('    other: 7\n', '  valuesFrom: [{ kind: ConfigMap, name: more }]\n'),
    path: ['spec', 'minReadySeconds'],
    value: 9,
    refused: /^No single place/,
  },
  {
    name: 'a value that is anchored for two',
    files: ofRelease('    replicas: &n 3\n    workers: *n\n'),
    path: replicas,
    value: 5,
    refused: /^No single place .*behind an anchor/,
  },
];

for (const row of inManifests) {
  checkPlace(row);
}
for (const row of inValues) {
  checkPlace({ owner: web, ...row, name: `a release: ${row.name}` });
}
