/** Values of Secrets end up where charts put them, and are shown nowhere: masked by where they came from. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { Sealed } from '../../src/base/sealed.ts';
import type { RenderedRelease } from '../../src/render/desired.ts';
import {
  chartFiles,
  chartInRepository,
  configMapOf,
  dataOf,
  type Files,
  messages,
  releaseBed,
  shown,
} from './releaseSetup.ts';

const bed = releaseBed();

const canary = 'Canary7Value';

/** Everything that a caller may show or write down of a render. */
function everythingShown(rendered: RenderedRelease): string {
  return `${JSON.stringify(rendered)}\n${inspect(rendered, { depth: null })}`;
}

function assertHidden(rendered: RenderedRelease, secret = canary): void {
  const text = everythingShown(rendered).toLowerCase();
  assert.ok(!text.includes(secret.toLowerCase()), 'the secret is not shown');
  assert.ok(!text.includes(Buffer.from(secret).toString('base64').toLowerCase()), 'nor its base64');
}

const fromSecret = { ...chartInRepository, valuesFrom: [{ kind: 'Secret', name: 's' }] };
const inSecret = (yaml: string): Readonly<Record<string, Files>> => ({ 'Secret s': { 'values.yaml': yaml } });

interface Row {
  readonly name: string;
  /** Lines of the data of the ConfigMap. */
  readonly template: string;
  readonly secret: string;
  readonly data: Files;
}

const rows: readonly Row[] = [
  {
    name: 'as it is',
    template: 'a: {{ .Values.password }}\nb: plain',
    secret: `password: ${canary}`,
    data: { a: '•••', b: 'plain' },
  },
  {
    name: 'in the middle of a text',
    template: 'url: "postgres://user:{{ .Values.password }}@db:5432/app"',
    secret: `password: ${canary}`,
    data: { url: '•••' },
  },
  {
    name: 'in one line of a file, of which the others stay to be read',
    template: 'file: |\n  [auth]\n  password = {{ .Values.password }}\n  port = 80',
    secret: `password: ${canary}`,
    data: { file: '[auth]\n•••\nport = 80\n' },
  },
  {
    name: 'changed on its way',
    template:
      'a: {{ .Values.password | b64enc }}\nb: {{ .Values.password | sha256sum }}\nc: {{ upper .Values.password }}',
    secret: `password: ${canary}`,
    data: { a: '•••', b: '•••', c: '•••' },
  },
  {
    name: 'as a whole tree',
    template: 'config: {{ .Values.config | toJson | quote }}',
    secret: `config: {host: ${canary}, port: 25}`,
    data: { config: '•••' },
  },
  {
    name: 'as a key',
    template: '{{ .Values.password }}: here\nb: plain',
    secret: `password: ${canary}`,
    data: { b: 'plain', '•••': '•••' },
  },
  {
    name: 'in what a choice depends on',
    template: 'a: {{ if eq .Values.password "other" }}yes{{ else }}no{{ end }}',
    secret: `password: ${canary}`,
    data: { a: 'no' },
  },
];

for (const { name, template, secret, data } of rows) {
  test(`a value of a Secret is masked ${name}`, async () => {
    const rendered = await bed.render({
      files: chartFiles({ 'shown.yaml': configMapOf(template) }),
      spec: fromSecret,
      data: inSecret(secret),
    });
    assertHidden(rendered);
    assert.deepEqual(dataOf(shown(rendered).object), data);
    assert.ok(!JSON.stringify(dataOf(shown(rendered).real.reveal())).includes('•'), 'what would be sent is real');
  });
}

test('keys of a map that a chart hands on are the Secret’s, and those that the chart states are not', async () => {
  const template =
    'known: {{ .Values.db.password }}\n{{ range $key, $value := .Values.extra }}{{ $key }}: {{ $value }}\n{{ end }}';
  const files = chartFiles({ 'shown.yaml': configMapOf(template) }, 'db: { password: "" }\nextra: {}\n');
  const secret = `db: { password: one }\nextra: { ${canary}: two, other: three }`;
  const rendered = await bed.render({ files, spec: fromSecret, data: inSecret(secret) });
  const { object } = shown(rendered);
  assert.ok(!JSON.stringify(object).includes(canary));
  assert.deepEqual(dataOf(object), { known: '•••', '•••': '•••', '••• (2)': '•••' });
});

test('a Secret that comes by a targetPath is masked', async () => {
  const rendered = await bed.render({
    files: chartFiles({ 'shown.yaml': configMapOf('host: {{ .Values.ingress.host }}') }),
    spec: {
      ...chartInRepository,
      values: { ingress: { host: 'example.org' } },
      valuesFrom: [{ kind: 'Secret', name: 's', valuesKey: 'host', targetPath: 'ingress.host' }],
    },
    data: { 'Secret s': { host: `${canary}.example.com` } },
  });
  assertHidden(rendered);
  assert.deepEqual(shown(rendered).masked, [['data', 'host']]);
  assert.equal(dataOf(shown(rendered).real.reveal())['host'], `${canary}.example.com`);
});

test('an object that is named by a Secret, notes and hooks are masked', async () => {
  const rendered = await bed.render({
    files: chartFiles({
      'named.yaml': configMapOf('a: b', '{{ .Values.password | lower }}'),
      'hook.yaml': configMapOf('a: {{ .Values.password }}', 'hook').replace(
        'name: hook',
        'name: hook\n  annotations:\n    helm.sh/hook: pre-install',
      ),
      'NOTES.txt': 'Your password is {{ .Values.password }}.\nEnjoy.',
    }),
    spec: fromSecret,
    data: inSecret(`password: ${canary}`),
  });
  assertHidden(rendered);
  assert.equal(rendered.chartNotes, '•••\nEnjoy.');
  assert.deepEqual(dataOf(shown(rendered, 'hook').object), { a: '•••' });
  assert.ok(
    messages(rendered.notes, 'information').some((message) =>
      /1 object has a name that comes from a Secret/.test(message),
    ),
  );
});

test('a key out of a Secret, with another value at each render, is not told by its place', async () => {
  const rendered = await bed.render({
    files: chartFiles({ 'shown.yaml': configMapOf('{{ .Values.password }}: {{ randAlphaNum 5 | quote }}') }),
    spec: fromSecret,
    data: inSecret(`password: ${canary}`),
  });
  assertHidden(rendered);
  assert.deepEqual(shown(rendered).unstable, [['data', '•••']]);
});

test('a chart that refuses other texts than the real one shows no value at all', async () => {
  const check = `{{ if ne .Values.password "${canary}" }}{{ fail "wrong" }}{{ end }}`;
  const rendered = await bed.render({
    files: chartFiles({
      'shown.yaml': `${check}\n${configMapOf('{{ .Values.password | trunc 9 }}: {{ .Values.password }}\nb: plain')}`,
      'named.yaml': configMapOf('a: b', 'x-{{ .Values.password | trunc 9 | lower }}'),
      'own.yaml': configMapOf('a: b', '{{ .Release.Name }}'),
      'NOTES.txt': 'Hello',
    }),
    spec: fromSecret,
    data: inSecret(`password: ${canary}`),
  });
  assertHidden(rendered, canary.slice(0, 9));
  assert.deepEqual(dataOf(shown(rendered).object), { '•••': '•••', '••• (2)': '•••' });
  assert.deepEqual(rendered.objects.map(({ object }) => object.metadata.name).toSorted(), [
    'podinfo',
    '••• 1',
    '••• 2',
  ]);
  assert.equal(rendered.chartNotes, '•••');
});

test('what Helm refuses is told without the values that it quotes', async () => {
  const files = chartFiles({
    'shown.yaml': '{{ fail (printf "bad %s and %s" .Values.password (b64enc .Values.password)) }}',
  });
  await assert.rejects(
    bed.render({ files, spec: fromSecret, data: inSecret(`password: ${canary}`) }),
    (error: Error) => {
      assert.match(error.message, /bad ••• and •••/);
      assert.equal(error.cause, undefined);
      return true;
    },
  );
});

test('what parents substituted from Secrets is masked in values, post-renderers and labels', async () => {
  const spec = (secret: string) => ({
    ...chartInRepository,
    values: { a: secret, b: 'plain' },
    commonMetadata: { labels: { team: secret.toLowerCase() } },
    postRenderers: [
      {
        kustomize: {
          patches: [
            { target: { kind: 'ConfigMap' }, patch: `[{"op":"add","path":"/data/patched","value":"${secret}"}]` },
          ],
        },
      },
    ],
  });
  const rendered = await bed.render({
    files: chartFiles({ 'shown.yaml': configMapOf('a: {{ .Values.a }}\nb: {{ .Values.b }}') }),
    spec: spec(canary),
    scrambledSpec: spec('Other3Thing'),
  });
  assertHidden(rendered);
  assert.deepEqual(dataOf(shown(rendered).object), { a: '•••', b: 'plain', patched: '•••' });
  assert.equal(shown(rendered).object.metadata.labels?.['team'], '•••');
  assert.deepEqual(
    rendered.values.map(({ path, value }) => [path.join('.'), value]),
    [
      ['a', '•••'],
      ['b', 'plain'],
    ],
  );
  assert.equal((rendered.inForce.spec?.['values'] as Files)['b'], 'plain');
});

test('a ConfigMap that Secrets were substituted into is masked by the scrambled one', async () => {
  const rendered = await bed.render({
    files: chartFiles({ 'shown.yaml': configMapOf('a: {{ .Values.a }}\nb: {{ .Values.b }}') }),
    spec: { ...chartInRepository, valuesFrom: [{ kind: 'ConfigMap', name: 'c' }] },
    data: {
      'ConfigMap c': {
        data: new Sealed({ 'values.yaml': `a: ${canary}\nb: plain` }),
        scrambled: { 'values.yaml': 'a: Dbobsz8Wbmvf\nb: plain' },
      },
    },
  });
  assertHidden(rendered);
  assert.deepEqual(dataOf(shown(rendered).object), { a: '•••', b: 'plain' });
});

test('lists, numbers and booleans of a Secret are masked among the values', async () => {
  const rendered = await bed.render({
    files: chartFiles({ 'shown.yaml': configMapOf('a: b') }),
    spec: fromSecret,
    data: inSecret(`list: [${canary}]\nnumber: 4711\nflag: true\nempty: {}\nnothing: null`),
  });
  assertHidden(rendered);
  assert.deepEqual(
    rendered.values.map(({ path, value }) => [path.join('.'), value]),
    [
      ['empty', {}],
      ['flag', '•••'],
      ['list', '•••'],
      ['nothing', null],
      ['number', '•••'],
    ],
  );
});

test('a Secret that the chart makes is masked although no Secret took part', async () => {
  const secret = `apiVersion: v1\nkind: Secret\nmetadata:\n  name: shown\nstringData:\n  password: ${canary}\n`;
  const rendered = await bed.render({ files: chartFiles({ 'shown.yaml': secret }) });
  assertHidden(rendered);
  assert.deepEqual(shown(rendered).masked, [['stringData', 'password']]);
});

test('what the chart puts into a Secret of its own is masked in its other objects and its notes', async () => {
  const secret = `apiVersion: v1\nkind: Secret\nmetadata:\n  name: own\nstringData:\n  password: ${canary}\n`;
  const rendered = await bed.render({
    files: chartFiles({
      'secret.yaml': secret,
      'shown.yaml': configMapOf(`url: https://user:${canary}@db\nb: plain\nfile: |\n  a: ${canary}\n  c: d`),
      'NOTES.txt': `Password: ${canary}\nEnjoy.`,
    }),
  });
  assertHidden(rendered);
  assert.deepEqual(dataOf(shown(rendered).object), { url: '•••', b: 'plain', file: '•••\nc: d\n' });
  assert.equal(rendered.chartNotes, '•••\nEnjoy.');
});
