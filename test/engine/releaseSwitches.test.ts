/** Values of Secrets that are no passwords, but switches, numbers and short texts: where a chart puts them they are not shown. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
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
const dots = '•••';
const fromSecret = { ...chartInRepository, valuesFrom: [{ kind: 'Secret', name: 's' }] };

async function render(templates: Files, secret: string): Promise<RenderedRelease> {
  return bed.render({
    files: chartFiles(templates),
    spec: fromSecret,
    data: { 'Secret s': { 'values.yaml': secret } },
  });
}

interface Row {
  readonly name: string;
  readonly template: string;
  readonly secret: string;
  readonly data: Readonly<Record<string, unknown>>;
}

const rows: readonly Row[] = [
  {
    name: 'a switch, as it is and in a text',
    template: 'a: {{ .Values.flag }}\nb: "on={{ .Values.flag }}"\nc: true',
    secret: 'flag: true',
    data: { a: dots, b: dots, c: true },
  },
  {
    name: 'a switch that is off',
    template: 'a: {{ .Values.flag }}\nb: {{ not .Values.flag }}\nc: false',
    secret: 'flag: false',
    data: { a: dots, b: dots, c: false },
  },
  {
    name: 'a switch as text',
    template: 'a: {{ .Values.flag | quote }}\nb: "yes"',
    secret: 'flag: "yes"',
    data: { a: dots, b: 'yes' },
  },
  {
    name: 'numbers of one digit and of two',
    template:
      'a: {{ .Values.port }}\nb: {{ .Values.few }}\nc: {{ add .Values.few 1 }}\nd: 80\ne: 0.0.0.0:{{ .Values.port }}',
    secret: 'port: 80\nfew: 1',
    data: { a: dots, b: dots, c: dots, d: 80, e: dots },
  },
  {
    name: 'a number that counts what is repeated',
    template: 'a: [{{ range until (int .Values.few) }}{{ . }},{{ end }}]\nb: plain',
    secret: 'few: 3',
    data: { a: [dots, dots, dots], b: 'plain' },
  },
  {
    name: 'a large number',
    template: 'a: {{ .Values.large }}\nb: plain',
    secret: 'large: 1e21',
    data: { a: dots, b: 'plain' },
  },
  {
    name: 'texts of one letter and of two',
    template: 'a: {{ .Values.one }}\nb: {{ .Values.two }}\nc: x\nd: "{{ .Values.one }}{{ .Values.two }}"',
    secret: 'one: x\ntwo: ab',
    data: { a: dots, b: dots, c: 'x', d: dots },
  },
];

for (const { name, template, secret, data } of rows) {
  test(`of a Secret is masked: ${name}`, async () => {
    const rendered = await render({ 'shown.yaml': configMapOf(template) }, secret);
    assert.deepEqual(dataOf(shown(rendered).object), data);
    assert.ok(!JSON.stringify(dataOf(shown(rendered).real.reveal())).includes(dots), 'what would be sent is real');
  });
}

test('what is there only because a Secret switches it on is masked as a whole, and that is said', async () => {
  const extra = `{{ if .Values.flag }}\n${configMapOf('a: canary-one', 'extra')}\n{{ end }}`;
  const rendered = await render(
    { 'shown.yaml': configMapOf('{{ if .Values.flag }}a: canary-two\n{{ end }}b: plain'), 'extra.yaml': extra },
    'flag: true',
  );
  assert.ok(!JSON.stringify(rendered).includes('canary'));
  assert.deepEqual(dataOf(shown(rendered).object), { [dots]: dots, b: 'plain' });
  assert.deepEqual(
    messages(rendered.notes, 'information').filter((one) => /masked/.test(one)),
    ['1 object exists only with the real values of Secrets: masked as a whole.'],
  );
});

test('where a chart does not render with the switch turned, every switch is masked and the rest by its origin', async () => {
  const check = '{{ if not .Values.flag }}{{ fail "needs it" }}{{ end }}';
  const rendered = await render(
    {
      'shown.yaml': `${check}\n${configMapOf(
        'a: {{ .Values.flag }}\nb: plain\nc: {{ .Values.word }}\nd: false\ne: |\n  x: on\n  y: z',
      )}`,
      'NOTES.txt': 'It is {{ .Values.flag }}.\nEnjoy.',
    },
    'flag: true\nword: canary-word',
  );
  assert.ok(!JSON.stringify(rendered).includes('canary'));
  assert.deepEqual(dataOf(shown(rendered).object), { a: dots, b: 'plain', c: dots, d: dots, e: `${dots}\ny: z\n` });
  assert.deepEqual(shown(rendered).masked, [
    ['data', 'c'],
    ['data', 'a'],
    ['data', 'd'],
    ['data', 'e'],
  ]);
  assert.equal(rendered.chartNotes, `${dots}\nEnjoy.`);
  assert.deepEqual(
    messages(rendered.notes, 'information').filter((one) => /masked/.test(one)),
    ['It cannot be rendered with other switches (true, false) for its Secrets: every switch is masked.'],
  );
});

test('where a chart renders with the real values alone, everything is masked, switches as well', async () => {
  const check = '{{ if or (not .Values.flag) (ne .Values.word "canary-word") }}{{ fail "needs both" }}{{ end }}';
  const rendered = await render(
    { 'shown.yaml': `${check}\n${configMapOf('a: {{ .Values.flag }}\nb: plain')}` },
    'flag: true\nword: canary-word',
  );
  assert.deepEqual(dataOf(shown(rendered).object), { [dots]: dots, [`${dots} (2)`]: dots });
});
