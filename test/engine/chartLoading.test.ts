/** Charts as the engine takes them: archives, folders of a repository with what source-controller makes of them, what they use. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { tarFiles, tarGz } from '../support/tarArchive.ts';
import { chartFiles, configMap, loadChart, namesOf, renderLoaded } from './chartBed.ts';
import { type Files, engineBed, problemOf } from './engineBed.ts';

const engine = engineBed();

describe('a chart', () => {
  it('says what it is', () => {
    const facts = loadChart(engine, {
      'Chart.yaml':
        'apiVersion: v2\nname: podinfo\nversion: 6.5.0\nappVersion: "6.5"\ntype: library\nkubeVersion: ">=1.25.0"\n',
      'values.yaml': 'a: { b: 1 }\n',
      'values.schema.json': '{}',
      'crds/a.yaml': 'apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: { name: a }\n',
      'templates/x.yaml': '{{ randAlphaNum 5 }}',
    });
    const { bytes, ...rest } = facts;
    assert.deepEqual(rest, {
      name: 'podinfo',
      version: '6.5.0',
      appVersion: '6.5',
      type: 'library',
      kubeVersion: '>=1.25.0',
      values: { a: { b: 1 } },
      impure: ['randAlphaNum'],
      hasSchema: true,
      crds: 1,
    });
    assert.ok(bytes > 200, String(bytes));
  });

  it('of the least there may be is an application without values', () => {
    const { type, values, impure, hasSchema, crds, kubeVersion } = loadChart(engine, chartFiles({}));
    assert.deepEqual(
      { type, values, impure, hasSchema, crds, kubeVersion },
      {
        type: 'application',
        values: {},
        impure: [],
        hasSchema: false,
        crds: 0,
        kubeVersion: '',
      },
    );
  });

  const refused: readonly (readonly [name: string, archive: Uint8Array, says: RegExp])[] = [
    ['an empty archive', tarGz([]), /no files in chart archive/],
    ['bytes that are no archive', Buffer.from('x'), /cannot load the chart/],
    ['an archive without Chart.yaml', tarGz(tarFiles({ 'a/values.yaml': '' })), /Chart.yaml file is missing/],
    ['a Chart.yaml that is no YAML', tarGz(tarFiles({ 'a/Chart.yaml': 'a: [' })), /cannot load Chart.yaml.*line 1/s],
    [
      'a version that is none',
      tarGz(tarFiles({ 'a/Chart.yaml': 'apiVersion: v2\nname: a\nversion: x\n' })),
      /chart.metadata.version "x" is invalid/,
    ],
    [
      'a name with a way out',
      tarGz(tarFiles({ 'a/Chart.yaml': 'apiVersion: v2\nname: ../a\nversion: 1.0.0\n' })),
      /chart.metadata.name/,
    ],
    [
      'values that are no YAML',
      tarGz(tarFiles({ 'a/Chart.yaml': 'apiVersion: v2\nname: a\nversion: 1.0.0\n', 'a/values.yaml': 'a: [' })),
      /cannot load values.yaml/,
    ],
    ['paths that lead outside', tarGz([{ name: 'a/../../x', content: '' }]), /parent directory/],
  ];
  for (const [name, archive, says] of refused) {
    it(`is refused: ${name}`, () => {
      assert.match(
        problemOf(() => engine.request('loadChart', { chart: 'bad' }, archive)),
        says,
      );
    });
  }

  it('is gone when it was forgotten', () => {
    loadChart(engine, chartFiles({}));
    engine.request('forget', { charts: ['chart'] });
    assert.match(
      problemOf(() => renderLoaded(engine)),
      /chart "chart" is not loaded/,
    );
  });
});

describe('a chart in a folder of a repository', () => {
  const load = (files: Files, path = './charts/podinfo') => {
    engine.request('files', { tree: 'repository', clear: true, set: files });
    return engine.request('loadChart', { chart: 'chart', tree: 'repository', path });
  };
  const below = (folder: string, files: Files): Files =>
    Object.fromEntries(Object.entries(files).map(([path, text]) => [`${folder}/${path}`, text]));
  const inRepository = (files: Files, metadata = '') => below('charts/podinfo', chartFiles(files, metadata));
  const library = (version = '1.2.3') =>
    below('charts/common', {
      'Chart.yaml': `apiVersion: v2\nname: common\nversion: ${version}\ntype: library\n`,
      'templates/_x.tpl': '{{ define "common.name" }}from-common{{ end }}',
    });
  const dependency = (more: string) => `dependencies:\n  - name: common\n    version: 1.x.x\n    repository: ${more}\n`;
  const usesLibrary = { 'templates/x.yaml': configMap('{{ include "common.name" . }}') };

  it('is loaded without what .helmignore names', () => {
    load(
      inRepository({
        '.helmignore': 'ignored.yaml\nfolder/\n*.txt\n',
        'templates/a.yaml': configMap('a'),
        'templates/ignored.yaml': '{{ fail "read" }}',
        'templates/folder/b.yaml': '{{ fail "read" }}',
        'templates/c.txt': '{{ fail "read" }}',
        'templates/.dot.yaml': '{{ fail "read" }}',
      }),
    );
    assert.deepEqual(namesOf(renderLoaded(engine).objects), ['templates/a.yaml ConfigMap a']);
  });

  it('or from an archive that lies there', () => {
    const archive = tarGz(tarFiles(below('podinfo', chartFiles({ 'templates/a.yaml': configMap('a') }))));
    engine.request('files', {
      tree: 'repository',
      clear: true,
      setBytes: { 'podinfo.tgz': archive.toString('base64') },
    });
    engine.request('loadChart', { chart: 'chart', tree: 'repository', path: 'podinfo.tgz' });
    assert.deepEqual(namesOf(renderLoaded(engine).objects), ['templates/a.yaml ConfigMap a']);
  });

  it('has the dependencies below charts/, packed ones too', () => {
    load({ ...inRepository(usesLibrary, dependency('https://example.com')), ...below('charts/podinfo', library()) });
    assert.deepEqual(namesOf(renderLoaded(engine).objects), ['templates/x.yaml ConfigMap from-common']);
  });

  it('and those that it refers to by path', () => {
    load({ ...inRepository(usesLibrary, dependency('file://../common')), ...library() });
    assert.deepEqual(namesOf(renderLoaded(engine).objects), ['templates/x.yaml ConfigMap from-common']);
  });

  it('under another name, where it says so', () => {
    const aliased = `${dependency('file://../sub')}    alias: other\n`.replace('name: common', 'name: sub');
    const sub = below('charts/sub', {
      'Chart.yaml': 'apiVersion: v2\nname: sub\nversion: 1.0.0\n',
      'templates/s.yaml': configMap('{{ .Chart.Name }}'),
    });
    load({ ...inRepository({}, aliased), ...sub });
    assert.deepEqual(namesOf(renderLoaded(engine).objects), ['charts/other/templates/s.yaml ConfigMap other']);
  });

  const refused: readonly (readonly [name: string, files: Files, says: RegExp])[] = [
    ['a folder that is not there', { x: '' }, /there is no chart at charts\/podinfo/],
    ['a folder that is no chart', { 'charts/podinfo/x.yaml': '' }, /charts\/podinfo: Chart.yaml file is missing/],
    [
      'dependencies that must be fetched, by name',
      inRepository({}, dependency('https://example.com')),
      /missing in charts\/ directory: common/,
    ],
    [
      'a path that is not there',
      inRepository({}, dependency('file://../common')),
      /failed to add local dependency 'common': no chart found at 'charts\/common'/,
    ],
    [
      'another version than it asks for',
      { ...inRepository({}, dependency('file://../common')), ...library('2.0.0') },
      /can't get a valid version for constraint '1.x.x'/,
    ],
  ];
  for (const [name, files, says] of refused) {
    it(`is refused: ${name}`, () => {
      assert.match(
        problemOf(() => load(files)),
        says,
      );
    });
  }
});

describe('functions that give another result each time', () => {
  const cases: readonly (readonly [text: string, expected: readonly string[]])[] = [
    ['{{ randAlphaNum 5 }}{{ now | date "2006" }}', ['date', 'now', 'randAlphaNum']],
    ['{{- $x := genCA "a" 1 -}}', ['genCA']],
    ['{{ if (lookup "v1" "Secret" "a" "b") }}{{ end }}', ['lookup']],
    ['{{ include "x" (dict "a" (uuidv4)) }}', ['uuidv4']],
    ['{{ tpl "{{ randAscii 5 }}" . }}', ['randAscii']],
    ['{{ tpl (printf "{{ %s }}" "now") . }}', ['now']],
    ['{{ "}}" }}{{ shuffle "x" }}', ['shuffle']],
    ['{{/* now */}}{{- /* now */ -}}', []],
    ['now and genCA outside of actions', []],
    ['{{ .Values.now }}{{ $now }}{{ .now.date }}', []],
    ['{{`{"from": "now-1h", "legend": "{{ instance }}"}`}}', []],
    ['{{ "apply it now" }}', []],
    ['{{ nowhere }}{{ rand2 }}', []],
    ['{{ derivePassword 1 "long" "a" "b" "c" }}{{ keys .x | sortAlpha }}', []],
    ['{{ "unclosed }}\n{{ now }}', ['now']],
    ['{{ now', ['now']],
    ['{{ if .Release.IsInstall }}{{ end }}', ['.Release.IsInstall']],
    ['{{ $.Release.IsUpgrade }}{{ $root.Release.Revision }}', ['.Release.IsUpgrade', '.Release.Revision']],
    ['{{ with .Release }}{{ .IsUpgrade }}{{ end }}', ['.Release.IsUpgrade']],
    ['{{ index .Release "IsInstall" }}', ['.Release.IsInstall']],
    ['{{ .Release.Name }}{{ .Values.Revision }}{{ .Revision }}{{ Revision }}', []],
    ['{{/* .Release.IsInstall */}}.Release.Revision', []],
    ['{{ .Release.IsInstalled }}{{ .Release.Revisions }}', []],
  ];
  for (const [text, expected] of cases) {
    it(`in ${text}`, () => {
      assert.deepEqual(loadChart(engine, chartFiles({ 'files/x.txt': text })).impure, expected);
    });
  }

  it('are looked for in values and dependencies too', () => {
    const files = {
      'values.yaml': 'password: "{{ randAlpha 5 }}"\n',
      'charts/sub/Chart.yaml': 'apiVersion: v2\nname: sub\nversion: 1.0.0\n',
      'charts/sub/templates/_x.tpl': '{{ define "x" }}{{ uuidv4 }}{{ end }}',
    };
    assert.deepEqual(loadChart(engine, chartFiles(files)).impure, ['randAlpha', 'uuidv4']);
  });
});
