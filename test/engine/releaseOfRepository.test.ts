/** A HelmRelease out of a whole repository: patched by its parents, with values, chart and source that the repository has. */
import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { test } from 'node:test';
import type { RenderedRelease } from '../../src/render/desired.ts';
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
