/** A HelmRelease out of a whole repository: patched by its parents, with values, chart and source that the repository has. */
import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { test } from 'node:test';
import { Failure } from '../../src/base/failure.ts';
import type { ChartPuller, RenderedRelease } from '../../src/render/desired.ts';
import type { Ambiguous } from '../../src/render/renderer.ts';
import { tarFiles, tarGz } from '../support/tarArchive.ts';
import {
  cluster,
  configMap,
  type Files,
  gotkSync,
  kustomization,
  kustomizationBed,
  secret,
} from './kustomizationSetup.ts';

const bed = kustomizationBed();

const release = `apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: { name: web, namespace: apps }
spec:
  interval: 1h
  chart: { spec: { chart: ./charts/web, sourceRef: { kind: GitRepository, name: flux-system, namespace: flux-system } } }
  valuesFrom: [{ kind: ConfigMap, name: settings }, { kind: Secret, name: keys, valuesKey: password, targetPath: password }]
  values: { host: "\${host}", plain: p }
`;

const files: Files = {
  'clusters/home/gotk-sync.yaml': gotkSync(),
  'clusters/home/apps.yaml': kustomization(
    'apps',
    './apps',
    `postBuild: { substituteFrom: [{ kind: Secret, name: cluster }] }
patches:
  - target: { kind: HelmRelease }
    patch: '[{ "op": "add", "path": "/spec/releaseName", "value": "patched" }]'
`,
  ),
  'apps/kustomization.yaml': `resources: [release.yaml, keys.yaml]
configMapGenerator: [{ name: settings, namespace: apps, files: [values.yaml], options: { disableNameSuffixHash: true } }]
`,
  'apps/release.yaml': release,
  'apps/keys.yaml': secret('keys', 'password: canary-password-1', 'apps'),
  'apps/values.yaml': 'replicas: 3\nplain: overridden\n',
  'charts/web/Chart.yaml': 'apiVersion: v2\nname: web\nversion: 1.2.3\n',
  'charts/web/values.yaml': 'replicas: 1\n',
  'charts/web/templates/all.yaml': configMap(
    '{{ .Release.Name }}',
    'host: {{ .Values.host | quote }}\nreplicas: {{ .Values.replicas | quote }}\nplain: {{ .Values.plain }}\npassword: {{ .Values.password | b64enc }}',
  ),
};

const live = cluster({ secrets: { 'flux-system/cluster': { host: 'canary-host.example' } } });

async function render(given: Files, path?: string): Promise<RenderedRelease> {
  const rendered = await bed.renderer.release(
    { kind: 'HelmRelease', namespace: 'apps', name: 'web' },
    { state: bed.state(given), cluster: live, ...(path === undefined ? {} : { path }) },
  );
  assert.equal(rendered.kind, 'HelmRelease', JSON.stringify(rendered));
  return rendered;
}

test('in force, with chart and values of the repository, and no secret shown', async () => {
  const rendered = await render(files);
  assert.equal(rendered.release.name, 'patched');
  assert.equal(`${rendered.chart.name} ${rendered.chart.version}`, 'web 1.2.3');
  assert.deepEqual(
    rendered.parents.map(({ name }) => name),
    ['flux-system', 'apps'],
  );
  const [object] = rendered.objects;
  assert.deepEqual((object?.object as { data?: unknown }).data, {
    host: '•••',
    replicas: '3',
    plain: 'p',
    password: '•••',
  });
  assert.deepEqual((object?.real.reveal() as { data?: unknown }).data, {
    host: 'canary-host.example',
    replicas: '3',
    plain: 'p',
    password: Buffer.from('canary-password-1').toString('base64'),
  });
  const said = JSON.stringify(rendered) + inspect(rendered, { depth: 20, showHidden: true });
  for (const canary of ['canary-host', 'canary-password', Buffer.from('canary-password-1').toString('base64')]) {
    assert.ok(!said.includes(canary), `${canary} is told`);
  }
});

test("what is to be said about the chart's source is said once, also where a parent has the same", async () => {
  const charts = `apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: { name: charts, namespace: flux-system }
spec: { url: 'https://github.com/org/fleet', recurseSubmodules: true }
`;
  const ofItsOwn = {
    ...files,
    'clusters/home/charts.yaml': charts,
    'apps/release.yaml': release.replace('name: flux-system, namespace', 'name: charts, namespace'),
  };
  const ofParent = { ...files, 'clusters/home/gotk-sync.yaml': `${gotkSync()}  recurseSubmodules: true\n` };
  for (const [given, name] of [
    [ofItsOwn, 'charts'],
    [ofParent, 'flux-system'],
  ] as const) {
    const { notes } = await render(given);
    assert.deepEqual(
      notes.filter(({ message }) => message.includes('submodules')),
      [
        {
          severity: 'approximate',
          message: `GitRepository ${name} takes in Git submodules, which are not followed.`,
        },
      ],
    );
  }
});

test('values of a ConfigMap that a sibling builds are as it builds them, or that they are not is said', async () => {
  const given = {
    ...files,
    'clusters/home/config.yaml': kustomization('config', './config', 'postBuild: { substitute: { count: "7" } }\n'),
    'apps/kustomization.yaml': 'resources: [release.yaml, keys.yaml]\n',
    'config/settings.yaml': configMap('settings', "values.yaml: 'replicas: ${count}'"),
  };
  const rendered = await render(given);
  assert.equal((rendered.objects[0]?.object as { data?: { replicas?: string } }).data?.replicas, '7');
  const broken = { ...given, 'config/kustomization.yaml': 'resources: [settings.yaml, gone.yaml]\n' };
  const said = (await render(broken)).notes.map(({ message }) => message);
  const message =
    'ConfigMap apps/settings is read as config/settings.yaml states it, not as Kustomization flux-system/config builds it.';
  assert.ok(said.includes(message), said.join('\n'));
});

test('a file of one cluster chooses, and an error in the build of a parent names its place', async () => {
  assert.equal((await render(files, 'clusters/home/apps.yaml')).release.name, 'patched');
  const broken = { ...files, 'apps/kustomization.yaml': 'resources: [release.yaml, gone.yaml]\n' };
  await assert.rejects(render(broken), /Kustomization flux-system\/apps: apps\/kustomization\.yaml:1: .*gone\.yaml/);
});

test('without a cluster the variables of its parent stay, and that is said', async () => {
  const rendered = await bed.renderer.release(
    { kind: 'HelmRelease', namespace: 'apps', name: 'web' },
    { state: bed.state(files) },
  );
  assert.equal(rendered.kind, 'HelmRelease');
  const { objects, notes } = rendered;
  assert.equal((objects[0]?.object as { data?: { host?: string } }).data?.host, '${host}');
  assert.ok(notes.some(({ message }) => message.startsWith('Secret flux-system/cluster is not in the repository')));
});

const token = 'canary-token-9a';

function assertSilent(rendered: RenderedRelease): void {
  const said = JSON.stringify(rendered) + inspect(rendered, { depth: 20, showHidden: true });
  for (const form of [token, token.toUpperCase(), Buffer.from(token).toString('base64')]) {
    assert.ok(!said.includes(form), `${form} is told`);
  }
}

const withToken = cluster({
  secrets: { 'flux-system/cluster': { host: 'h', token, escape: String.raw`"\x63anary"` } },
});

/** Has only its own values scrambled when the build of its parent cannot be made with scrambled secrets. */
const patchedRelease = `${release}  postRenderers:
    - kustomize:
        patches: [{ target: { kind: ConfigMap }, patch: '[{"op":"add","path":"/data/patched","value":"\${token}"}]' }]
  commonMetadata: { labels: { team: "\${token}" } }
`;

test('a Secret in a post-renderer is masked, also where its parent builds with no other values than the real ones', async () => {
  // An escape that is none when scrambled.
  const refused = `---\n${configMap('other', 'k: ${escape}')}`;
  for (const more of ['', refused]) {
    const given = { ...files, 'apps/release.yaml': `${patchedRelease}${more}` };
    const rendered = await bed.renderer.release(
      { kind: 'HelmRelease', namespace: 'apps', name: 'web' },
      { state: bed.state(given), cluster: withToken },
    );
    assert.equal(rendered.kind, 'HelmRelease', JSON.stringify(rendered));
    assertSilent(rendered);
    const [object] = rendered.objects;
    const shown = Object.values((object?.object as { data?: Files }).data ?? {});
    assert.equal(shown.length, 5);
    assert.equal(
      shown.every((value) => value === '•••'),
      more !== '',
    );
    assert.equal((object?.real.reveal() as { data?: { patched?: string } }).data?.patched, token);
  }
});

test('a Secret in a key of values and in a name of valuesFrom is told by no value', async () => {
  const named = release
    .replace('name: settings }', 'name: "${token}", optional: true }, { kind: ConfigMap, name: settings }')
    .replace('plain: p', 'plain: p, "${token}": x')
    .replace('valuesFrom: [', 'valuesFrom: [{ kind: ConfigMap, name: "map-${token}" }, ');
  const map = configMap('map-${token}', 'values.yaml: "fromMap: 1"');
  for (const more of ['', `---\n${configMap('other', 'k: ${escape}')}`]) {
    const given = { ...files, 'apps/release.yaml': `${named}---\n${map}${more}` };
    const rendered = await bed.renderer.release(
      { kind: 'HelmRelease', namespace: 'apps', name: 'web' },
      { state: bed.state(given), cluster: withToken },
    );
    assert.equal(rendered.kind, 'HelmRelease', JSON.stringify(rendered));
    assertSilent(rendered);
    assert.ok(rendered.values.some(({ path }) => path[0] === '•••'));
    assert.ok(rendered.values.some(({ origin }) => origin.from === 'ConfigMap' && origin.name.endsWith('•••')));
  }
});

test('a Secret in the URL of a source is told in neither where the chart is from, a note, nor a failure', async () => {
  const source = `apiVersion: source.toolkit.fluxcd.io/v1
kind: HelmRepository
metadata: { name: charts, namespace: apps }
spec: { interval: 1h, url: "https://user:\${token}@charts.example.com/\${token}/stable?key=\${token}#x" }
`;
  const given = {
    ...files,
    'apps/kustomization.yaml': (files['apps/kustomization.yaml'] ?? '').replace('keys.yaml', 'keys.yaml, source.yaml'),
    'apps/source.yaml': source,
    'apps/release.yaml': release.replace(
      /chart: \{ spec.*/,
      'chart: { spec: { chart: web, sourceRef: { kind: HelmRepository, name: charts } } }',
    ),
  };
  const asked: string[] = [];
  const pull = (puller: ChartPuller): Promise<RenderedRelease | Ambiguous> =>
    bed.renderer.release(
      { kind: 'HelmRelease', namespace: 'apps', name: 'web' },
      { state: bed.state(given), cluster: withToken, puller },
    );
  const bytes = tarGz(tarFiles({ 'web/Chart.yaml': 'apiVersion: v2\nname: web\nversion: 1.2.3\n' }));
  const rendered = await pull({
    pull: ({ url }) => {
      asked.push(url);
      return Promise.resolve({ bytes, digest: 'sha256:web', revision: '1.2.3', version: '1.2.3' });
    },
  });
  assert.equal(rendered.kind, 'HelmRelease', JSON.stringify(rendered));
  assert.ok(asked[0]?.includes(token), 'it is pulled with the real one');
  assertSilent(rendered);
  assert.equal(rendered.chart.from, 'https://charts.example.com/•••/stable, 1.2.3');
  const refused = pull({ pull: ({ url }) => Promise.reject(new Failure('notFound', `${url} has no such chart`)) });
  await assert.rejects(refused, (error: Error) => {
    assert.ok(!inspect(error, { depth: null, showHidden: true }).includes(token));
    return true;
  });
});

test('a Secret in names, components and post-renderers is told by nothing, where its child builds with no other values', async () => {
  const child = kustomization(
    'child',
    './child',
    'components: ["../components/${cluster}"]\npostBuild: { substitute: { pw: "${token}", ns: "${token}" } }',
  );
  const others = Object.fromEntries(Object.entries(files).filter(([path]) => path !== 'apps/release.yaml'));
  const given = {
    ...others,
    'apps/kustomization.yaml': 'resources: [child.yaml]\n',
    'apps/child.yaml': child,
    'components/prod/kustomization.yaml':
      'apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\ncommonAnnotations: { c: d }\n',
    'child/settings.yaml': configMap('settings', 'values.yaml: "replicas: 3"'),
    'child/keys.yaml': secret('keys', 'password: canary-password-1', 'apps'),
    'child/release.yaml': `${release.replace('host: "${host}"', 'host: "${pw}"')}  targetNamespace: "\${ns}"
  releaseName: "rel-\${ns}"
  postRenderers:
    - kustomize:
        patches: [{ target: { kind: ConfigMap }, patch: '[{"op":"add","path":"/data/patched","value":"post-\${pw}"}]' }]
`,
  };
  const secrets = { 'flux-system/cluster': { token, cluster: 'prod' } };
  const rendered = await bed.renderer.release(
    { kind: 'HelmRelease', namespace: 'apps', name: 'web' },
    { state: bed.state(given), cluster: cluster({ secrets }) },
  );
  assert.equal(rendered.kind, 'HelmRelease', JSON.stringify(rendered));
  assertSilent(rendered);
  const [object] = rendered.objects;
  assert.equal((object?.real.reveal() as { data?: { patched?: string } }).data?.patched, `post-${token}`);
  assert.equal(object?.real.reveal().metadata.name, `rel-${token}`);
  assert.equal(object.object.metadata.name, '••• 1');
});

test('a Secret in the name of what is not in the repository is told by no note', async () => {
  const given = {
    ...files,
    'apps/release.yaml': release.replace(
      'valuesFrom: [',
      'valuesFrom: [{ kind: Secret, name: "${token}", optional: true }, ',
    ),
  };
  for (const live of [withToken, undefined]) {
    const stated = secret('cluster', `token: ${token}\nhost: h`);
    const rendered = await bed.renderer.release(
      { kind: 'HelmRelease', namespace: 'apps', name: 'web' },
      { state: bed.state({ ...given, 'clusters/home/secret.yaml': stated }), ...(live ? { cluster: live } : {}) },
    );
    assert.equal(rendered.kind, 'HelmRelease', JSON.stringify(rendered));
    assertSilent(rendered);
    assert.equal(
      rendered.notes.some(({ message }) => /Secret (?:apps\/)?•••/.test(message)),
      live === undefined,
      JSON.stringify(rendered.notes),
    );
  }
});
