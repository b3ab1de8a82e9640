/** Values of Secrets appear in nothing that a Kustomization shows, wherever they end up. */
import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { test } from 'node:test';
import type { KubernetesObject } from '../../src/flux/objects.ts';
import type { RenderedKustomization } from '../../src/render/desired.ts';
import { maskLive } from '../../src/render/maskLive.ts';
import { renderFolder } from '../../src/render/renderFolder.ts';
import {
  cluster,
  configMap,
  dataOf,
  type Files,
  kustomization,
  home,
  kustomizationBed,
  messages,
  secret,
  sent,
  shown,
} from './kustomizationSetup.ts';

const bed = kustomizationBed();
const dots = '•••';

/** All that a reader, a log or a file could get of it. */
function everything(rendered: RenderedKustomization): string {
  return JSON.stringify(rendered) + inspect(rendered, { depth: 20, showHidden: true });
}

function checkSilent(rendered: RenderedKustomization, secrets: readonly string[]): void {
  const said = everything(rendered);
  for (const text of secrets) {
    for (const form of [text, text.toUpperCase(), Buffer.from(text).toString('base64')]) {
      assert.ok(!said.includes(form), `${form} is told`);
    }
  }
}

const domain = 'canary-7f3a.example';
const secrets = { 'flux-system/keys': { domain, port: '6443', word: 'canary-word-91' } };

function withApps(files: Files, spec = ''): Files {
  return {
    ...home(`postBuild: { substituteFrom: [{ kind: Secret, name: keys }] }\n${spec}`),
    ...files,
  };
}

test('in hosts, data, names, keys, numbers and encodings', async () => {
  const files = withApps({
    'apps/ingress.yaml': `apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: { name: web, namespace: apps }
spec:
  rules:
    - host: web.\${domain}
      http:
        paths: [{ path: /, pathType: Prefix, backend: { service: { name: web, port: { number: "\${port}" } } } }]
    - host: plain.example
`,
    'apps/data.yaml': configMap(
      'settings',
      'host: ${domain}\nplain: x\n"${word}": key\nfile: |\n  a: plain\n  b: ${domain^^}\n  c: plain',
    ),
    'apps/named.yaml': configMap('${word}', 'k: v'),
    'apps/secret.yaml': secret('made', 'user: plain\npass: ${word}', 'apps'),
  });
  const rendered = await bed.render('apps', files, { cluster: cluster({ secrets }) });
  checkSilent(rendered, Object.values(secrets['flux-system/keys']));
  const objects = shown(rendered);
  const ingress = objects.find(({ kind }) => kind === 'Ingress');
  assert.deepEqual(ingress?.spec?.['rules'], [
    {
      host: dots,
      http: {
        paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name: 'web', port: { number: dots } } } }],
      },
    },
    { host: 'plain.example' },
  ]);
  assert.deepEqual(dataOf(objects, 'settings'), {
    host: dots,
    plain: 'x',
    [dots]: dots,
    file: `a: plain\n${dots}\nc: plain\n`,
  });
  assert.deepEqual(dataOf(objects, dots), { k: 'v' });
  assert.deepEqual((objects.find(({ kind }) => kind === 'Secret') as { stringData?: unknown }).stringData, {
    user: dots,
    pass: dots,
  });
  assert.deepEqual(messages(rendered), ['information: 1 object has a name that comes from a Secret: masked.']);
  // What would be sent is the real thing.
  assert.deepEqual(dataOf(sent(rendered), 'settings'), {
    host: domain,
    plain: 'x',
    'canary-word-91': 'key',
    file: `a: plain\nb: ${domain.toUpperCase()}\nc: plain\n`,
  });
  assert.deepEqual(rendered.objects.find(({ object }) => object.kind === 'Ingress')?.masked, [
    ['spec', 'rules', 0, 'host'],
    ['spec', 'rules', 0, 'http', 'paths', 0, 'backend', 'service', 'port', 'number'],
  ]);
  assert.deepEqual(
    rendered.variables.map(({ name, value }) => [name, value]),
    [
      ['domain', dots],
      ['port', dots],
      ['word', dots],
    ],
  );
});

test('switches, numbers and short texts of a Secret, and nothing that is the same by chance', async () => {
  const short = { on: 'true', off: 'no', one: '1', port: '80', pin: '0042', few: '1e3', ab: 'ab', x: 'x', half: '0.5' };
  const files = withApps({
    'apps/a.yaml': configMap(
      'a',
      [
        'on: "${on}"\noff: ${off}\none: "${one}"\nport: "${port}"\npin: "${pin}"\nfew: "${few}"\nab: ${ab}\nx: ${x}\nhalf: "${half}"',
        'plain: "true no 1 80 0042 1e3 ab x 0.5"\ntext: "${one}:${port}"',
      ].join('\n'),
    ),
    'apps/b.yaml': `apiVersion: apps/v1
kind: Deployment
metadata: { name: d, namespace: apps }
spec:
  replicas: \${one}
  paused: \${on}
  minReadySeconds: 1
  template: { spec: { hostNetwork: true } }
`,
  });
  const rendered = await bed.render('apps', files, { cluster: cluster({ secrets: { 'flux-system/keys': short } }) });
  const masked = Object.fromEntries([...Object.keys(short), 'text'].map((key) => [key, dots]));
  assert.deepEqual(dataOf(shown(rendered), 'a'), { ...masked, plain: 'true no 1 80 0042 1e3 ab x 0.5' });
  assert.deepEqual(shown(rendered).find(({ kind }) => kind === 'Deployment')?.spec, {
    replicas: dots,
    paused: dots,
    minReadySeconds: 1,
    template: { spec: { hostNetwork: true } },
  });
  assert.deepEqual(sent(rendered).find(({ kind }) => kind === 'Deployment')?.spec?.['replicas'], 1);
  assert.deepEqual(messages(rendered), []);
});

test('through a parent: in the object in force, in inline variables, in a ConfigMap of variables', async () => {
  const files: Files = {
    ...home('postBuild: { substituteFrom: [{ kind: Secret, name: keys }] }\n'),
    'apps/leaf.yaml': kustomization(
      'leaf',
      './leaf',
      'postBuild: { substitute: { inline: "${word}", plain: p }, substituteFrom: [{ kind: ConfigMap, name: settings }] }\n',
    ),
    'apps/settings.yaml': configMap('settings', 'host: ${domain}\nother: o', 'flux-system'),
    'leaf/a.yaml': configMap('a', 'inline: ${inline}\nhost: ${host}\nother: ${other}\nplain: ${plain}'),
  };
  const rendered = await bed.render('leaf', files, { cluster: cluster({ secrets }) });
  checkSilent(rendered, Object.values(secrets['flux-system/keys']));
  assert.deepEqual(dataOf(shown(rendered), 'a'), { inline: dots, host: dots, other: 'o', plain: 'p' });
  assert.deepEqual(dataOf(sent(rendered), 'a'), { inline: 'canary-word-91', host: domain, other: 'o', plain: 'p' });
  assert.deepEqual(rendered.inForce.spec?.['postBuild'], {
    substitute: { inline: dots, plain: 'p' },
    substituteFrom: [{ kind: 'ConfigMap', name: 'settings' }],
  });
  assert.deepEqual(
    rendered.variables.map(({ name, value }) => [name, value]),
    [
      ['host', dots],
      ['inline', dots],
      ['other', 'o'],
      ['plain', 'p'],
    ],
  );
});

test('of a Secret that stands in the repository as it is', async () => {
  const files = withApps({
    'clusters/home/keys.yaml': secret('keys', 'domain: canary-in-git.example'),
    'apps/a.yaml': configMap('a', 'k: ${domain}'),
  });
  const rendered = await bed.render('apps', files);
  checkSilent(rendered, ['canary-in-git.example']);
  assert.deepEqual(dataOf(sent(rendered), 'a'), { k: 'canary-in-git.example' });
});

test('where a build works with the real values alone, everything is masked but names that a file states', async () => {
  // An escape that is none when scrambled.
  const escaped = { 'flux-system/keys': { domain: String.raw`"\x63anary-escaped"` } };
  const named = configMap('b-${domain:0:5}', 'k: x');
  const files = withApps({ 'apps/a.yaml': `${configMap('a', 'k: ${domain}\nplain: x')}---\n${named}` });
  const rendered = await bed.render('apps', files, { cluster: cluster({ secrets: escaped }) });
  checkSilent(rendered, ['canary-escaped', 'anary-escaped']);
  assert.deepEqual(dataOf(sent(rendered), 'a'), { k: 'canary-escaped', plain: 'x' });
  assert.deepEqual(dataOf(shown(rendered), 'a'), { [dots]: dots, [`${dots} (2)`]: dots });
  assert.deepEqual(dataOf(shown(rendered), `${dots} 1`), { [dots]: dots });
  assert.deepEqual([rendered.name.namespace, rendered.name.name], ['flux-system', 'apps']);
  assert.match(messages(rendered)[0] ?? '', /^information: It cannot be rendered with other values for its Secrets/);
});

test('an error does not quote a secret', async () => {
  const files = withApps({ 'apps/a.yaml': configMap('a', 'k: ${domain}') });
  for (const bad of ['canary: : "x', '[canary-broken', '*canary-alias']) {
    const outcome = await bed
      .render('apps', files, { cluster: cluster({ secrets: { 'flux-system/keys': { domain: bad } } }) })
      .then(everything, (error: unknown) => `${(error as Error).message}${inspect(error, { depth: 10 })}`);
    assert.ok(!/canary/.test(outcome), outcome);
  }
});

test('SOPS: keys stay, values are masked as the flux CLI does, and nothing encrypted is shown', async () => {
  const cipher = 'ENC[AES256_GCM,data:c2VjcmV0,iv:aXY=,tag:dGFn,type:str]';
  const sops = `sops:\n  age: [{ recipient: age1x, enc: x }]\n  mac: ${cipher}\n  lastmodified: "2024-01-01T00:00:00Z"\n`;
  const files: Files = {
    ...home('decryption: { provider: sops }\n'),
    'apps/secret.yaml': `${secret('s', `user: ${cipher}\npass: ${cipher}`, 'apps')}${sops}`,
    'apps/map.yaml': `${configMap('m', `a: ${cipher}\nb: plain`)}${sops}`,
    'apps/docker.yaml': `apiVersion: v1
kind: Secret
metadata: { name: d, namespace: apps }
type: kubernetes.io/dockerconfigjson
data: { .dockerconfigjson: "${cipher}" }
${sops}`,
  };
  const rendered = await bed.render('apps', files);
  assert.ok(!everything(rendered).includes('ENC['));
  const objects = rendered.objects.map(({ object, real, masked, encrypted }) => ({
    name: object.metadata.name,
    shown: object as unknown as Record<string, unknown>,
    sent: real.reveal() as unknown as Record<string, unknown>,
    masked,
    encrypted,
  }));
  const [docker, map, plain] = objects.sort((a, b) => (a.name < b.name ? -1 : 1));
  assert.deepEqual(plain?.shown['stringData'], { user: '**SOPS**', pass: '**SOPS**' });
  assert.deepEqual(plain.masked, [
    ['stringData', 'pass'],
    ['stringData', 'user'],
  ]);
  assert.equal(plain.encrypted, true);
  assert.equal('sops' in plain.shown || 'sops' in plain.sent, false);
  assert.deepEqual(map?.shown['data'], { a: '**SOPS**', b: 'plain' });
  const sentDocker = (docker?.sent['data'] as Record<string, string>)['.dockerconfigjson'] ?? '';
  assert.equal(Buffer.from(sentDocker, 'base64').toString(), '{"mask":"**SOPS**"}');
  assert.deepEqual(messages(rendered), []);
});

test('SOPS: what Flux would refuse is said, and what a generator makes of an encrypted file', async () => {
  const cipher = 'ENC[AES256_GCM,data:c2VjcmV0,iv:aXY=,tag:dGFn,type:str]';
  const rendered = await bed.render('apps', {
    ...home(),
    'apps/kustomization.yaml':
      'resources: [s.yaml]\nsecretGenerator: [{ name: made, namespace: apps, files: [a.env] }]\n',
    'apps/a.env': `KEY=${cipher}\nsops_mac=${cipher}\n`,
    'apps/s.yaml': `${secret('s', `user: ${cipher}`, 'apps')}sops: { mac: x }\n`,
  });
  assert.ok(!everything(rendered).includes('ENC['));
  const said = messages(rendered);
  assert.match(said[0] ?? '', /^approximate: Secret apps\/s is encrypted and the Kustomization has no spec.decryption/);
  assert.match(said[1] ?? '', /^approximate: Secret apps\/made-\w+ is generated of an encrypted file/);
  assert.deepEqual(
    rendered.objects.map(({ encrypted }) => encrypted),
    [true, true],
  );
});

test('SOPS: a literal beside an encrypted file is shown by no build, of a Kustomization or of a folder', async () => {
  const literal = 'canary-literal-5c';
  const files: Files = {
    ...home('decryption: { provider: sops }\n'),
    'apps/kustomization.yaml': `secretGenerator: [{ name: made, namespace: apps, files: [a.env], literals: [b=${literal}] }]\n`,
    'apps/a.env': 'KEY=ENC[x]\nsops_mac=ENC[x]\n',
  };
  const rendered = await bed.render('apps', files);
  checkSilent(rendered, [literal]);
  const [made] = shown(rendered);
  assert.deepEqual((made as { data?: unknown }).data, { 'a.env': '**SOPS**', b: dots });
  assert.deepEqual(rendered.objects[0]?.masked, [
    ['data', 'a.env'],
    ['data', 'b'],
  ]);
  const { objects: folder } = await renderFolder(bed.engine, { state: bed.state(files), folder: 'apps' });
  assert.ok(!JSON.stringify(folder).includes(Buffer.from(literal).toString('base64')));
  assert.deepEqual((folder[0]?.object as { data?: unknown } | undefined)?.data, { 'a.env': '**SOPS**', b: dots });
  assert.equal(folder[0]?.masked.length, 2);
});

test('a Secret of 40 kB is repeated neither where it is refused nor in a note', async () => {
  const long = `${'canary-long-3e '.repeat(2_700)}: [`;
  const files = (data: string): Files =>
    withApps({ 'apps/data.yaml': configMap('settings', data), 'apps/other.yaml': configMap('settings', 'a: b') });
  const inputs = { cluster: cluster({ secrets: { 'flux-system/keys': { domain: long, host: 'h' } } }) };
  const failure = await bed.fails('apps', files('host: ${domain}'), inputs);
  assert.ok(!inspect(failure, { depth: null, showHidden: true }).includes('canary'), failure.message.slice(0, 200));
  assert.ok(failure.message.length < 1_000);
  const rendered = await bed.render('apps', withApps({ 'apps/data.yaml': configMap('a', 'k: ${host}') }), inputs);
  checkSilent(rendered, [long]);
});

test('what a render knows of Secrets masks a live object that no longer is like the rendered one', async () => {
  const files = withApps({
    'apps/a.yaml': configMap('a', 'host: ${domain}\nplain: x'),
    'apps/made.yaml': secret('made', 'pin: canary-pin-44', 'apps'),
  });
  const rendered = await bed.render('apps', files, { cluster: cluster({ secrets }) });
  const desired = rendered.objects.find(({ object }) => object.metadata.name === 'a');
  assert.ok(desired);
  const { apiVersion, kind, metadata } = desired.real.reveal();
  const held = { host: 'canary-rotated', plain: 'y', word: 'is canary-word-91', pin: 'canary-pin-44', port: '6443' };
  const live = { apiVersion, kind, metadata, data: held } as KubernetesObject;
  const next = { apiVersion, kind, metadata, data: { host: domain, plain: 'x' } } as KubernetesObject;
  const sides = maskLive({ desired, live, next, secrets: rendered.secrets });
  assert.deepEqual(dataOf([sides.before ?? live], 'a'), { host: dots, plain: 'y', word: dots, pin: dots, port: dots });
  assert.deepEqual(dataOf([sides.after ?? next], 'a'), { host: `${dots} (changed)`, plain: 'x' });
  const deleted = maskLive({ live, secrets: rendered.secrets }).before;
  assert.deepEqual(dataOf([deleted ?? live], 'a'), {
    host: 'canary-rotated',
    plain: 'y',
    word: dots,
    pin: dots,
    port: dots,
  });
});

test('secrets are kept for one render: the next one asks the cluster again', async () => {
  const files = bed.state(withApps({ 'apps/a.yaml': configMap('a', 'k: ${domain}') }));
  const render = async (value: string): Promise<unknown> => {
    const rendered = await bed.renderer.kustomization(
      { kind: 'Kustomization', namespace: '', name: 'apps' },
      { state: files, cluster: cluster({ secrets: { 'flux-system/keys': { domain: value } } }) },
    );
    assert.equal(rendered.kind, 'Kustomization');
    return dataOf(sent(rendered), 'a');
  };
  assert.deepEqual(await render('first'), { k: 'first' });
  assert.deepEqual(await render('second'), { k: 'second' });
});

test('what a replacement takes out of a Secret of the same build is masked where it ends up', async () => {
  const files = {
    ...home(),
    'apps/kustomization.yaml': `resources: [objects.yaml]
replacements:
  - source: { kind: Secret, name: db, fieldPath: stringData.password }
    targets:
      - select: { kind: ConfigMap }
        fieldPaths: [data.url]
`,
    'apps/objects.yaml': `${secret('db', 'password: canary-word-92', 'apps')}---\n${configMap('web', 'url: x\nother: plain')}`,
  };
  const rendered = await bed.render('apps', files);
  checkSilent(rendered, ['canary-word-92']);
  assert.deepEqual(dataOf(shown(rendered), 'web'), { url: dots, other: 'plain' });
  assert.deepEqual(dataOf(sent(rendered), 'web'), { url: 'canary-word-92', other: 'plain' });
  const folder = await renderFolder(bed.engine, { state: bed.state(files), folder: 'apps' });
  assert.ok(!JSON.stringify(folder).includes('canary-word-92'), 'nor is it told of the folder alone');
});

test('a Secret with a variable in its file does not mask all of a build that copies parts of objects', async () => {
  const rendered = await bed.render('apps', {
    ...home('postBuild:\n  substitute:\n    PASSWORD: canary-word-92\n    PORT: "80"'),
    'apps/kustomization.yaml': `resources: [objects.yaml]
replacements:
  - source: { kind: ConfigMap, name: web, fieldPath: data.other }
    targets:
      - select: { kind: ConfigMap, name: copy }
        fieldPaths: [data.url]
`,
    'apps/objects.yaml': [
      secret('db', 'password: "${PASSWORD}"', 'apps'),
      configMap('web', 'other: plain\nport: "${PORT}"'),
      configMap('copy', 'url: x'),
    ].join('---\n'),
  });
  assert.deepEqual(dataOf(shown(rendered), 'web'), { other: 'plain', port: 80 });
  assert.deepEqual(dataOf(shown(rendered), 'copy'), { url: 'plain' });
  assert.ok(!JSON.stringify(shown(rendered).find(({ kind }) => kind === 'Secret')).includes('canary'));
});
