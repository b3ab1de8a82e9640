/**
 * What a repository, a chart or an artifact can hold to keep the engine busy, to break it, or to get out of it; and how each
 * of it ends.
 */
import type { EngineSession } from '../../src/render/engine.ts';
import type { EngineRequest } from '../../src/render/engineProtocol.ts';
import { gzipOfZeros, tarFiles, tarGz } from '../support/tarArchive.ts';
import type { TarEntry } from '../support/tarArchive.ts';

export interface HostileCase {
  readonly name: string;
  readonly run: (session: EngineSession) => Promise<unknown>;
  /** Matches the words of the failure that it may end in. */
  readonly fails?: RegExp;
  /** Matches the reply that it may end in, as JSON. */
  readonly gives?: RegExp;
}

/** An end from outside: by the time limit or the memory's maximum, whichever is met first on this machine. */
const stopped = /^Hostile: .*(?:needed more than 768 MB of memory|took longer than \d+ s) and was stopped$/;
const stoppedOrTooDeep = new RegExp(`${stopped.source}|^Hostile: .* is nested too deeply and was stopped$`);

type Files = Readonly<Record<string, string>>;

const chartYaml = 'apiVersion: v2\nname: c\nversion: 1.0.0\n';

const releaseOf = (values: EngineRequest<'release'>['values']): EngineRequest<'release'> => ({
  chart: 'c',
  values,
  name: 'r',
  namespace: 'n',
  isUpgrade: false,
  capabilities: {},
  origin: { name: 'r', namespace: 'n' },
});

/** Renders a chart of one template. */
function chart(template: string, more: Files = {}, release: Partial<EngineRequest<'release'>> = {}) {
  return async (session: EngineSession) => {
    const files = { 'Chart.yaml': chartYaml, 'templates/a.yaml': template, ...more };
    const set = Object.fromEntries(Object.entries(files).map(([path, text]) => [`c/${path}`, text]));
    await session.request('files', { tree: 't', clear: true, set });
    await session.request('loadChart', { chart: 'c', tree: 't', path: 'c' });
    return session.request('release', { ...releaseOf({}), ...release });
  };
}

const map = (data: string) => `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata:\n${data}\n`;
const plainMap = map('  k: v');

/** Builds a folder `app` with a Flux Kustomization. */
function build(set: Files, spec: object = {}) {
  return async (session: EngineSession) => {
    await session.request('files', { tree: 't', clear: true, set });
    return session.request('kustomization', {
      tree: 't',
      kustomization: {
        apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
        kind: 'Kustomization',
        metadata: { name: 'x', namespace: 'n' },
        spec: { path: './app', prune: true, interval: '1h', ...spec },
      },
      variables: [],
      strict: false,
    });
  };
}

/** Builds a folder with this kustomization.yaml and a ConfigMap beside it. */
const kustomize = (text: string, more: Files = {}) =>
  build({ 'app/kustomization.yaml': text, 'app/cm.yaml': plainMap, ...more });

const unpack = (archive: Uint8Array) => async (session: EngineSession) => {
  await session.request('unpack', { tree: 't' }, archive);
  return session.request('listTree', { tree: 't', textsOf: ['.yaml'] });
};
const unpackEntries = (...entries: readonly TarEntry[]) =>
  unpack(tarGz([...entries, ...tarFiles({ 'good.yaml': 'good' })]));

const chartArchive = (archive: Uint8Array) => async (session: EngineSession) => {
  await session.request('loadChart', { chart: 'c' }, archive);
  return session.request('release', releaseOf({}));
};

/** Ten times as many values with each level, of which each is written once. */
const aliasBomb = (levels: number) =>
  [
    'a0: &a0 ["lol"]',
    ...Array.from({ length: levels }, (_, i) => `a${i + 1}: &a${i + 1} [${Array(10).fill(`*a${i}`).join(',')}]`),
  ].join('\n');

/** The same with mappings that are merged. */
const mergeBomb = (levels: number) =>
  [
    'a0: &a0 {k: lol}',
    ...Array.from({ length: levels }, (_, i) => {
      const merged = Array.from({ length: 10 }, (_each, j) => `k${j}: {<<: *a${i}}`).join(', ');
      return `a${i + 1}: &a${i + 1} {${merged}}`;
    }),
  ].join('\n');

const indented = (text: string) => text.replace(/^/gm, '  ');

function nested(levels: number): Record<string, unknown> {
  let value: Record<string, unknown> = {};
  for (let i = 0; i < levels; i += 1) {
    value = { a: value };
  }
  return value;
}

/** A chart that holds a chart that holds a chart, each packed. */
function chartInChart(levels: number): Buffer {
  let inner = tarGz(tarFiles({ 'c/Chart.yaml': chartYaml, 'c/templates/a.yaml': plainMap }));
  for (let i = 0; i < levels; i += 1) {
    inner = tarGz(tarFiles({ 'c/Chart.yaml': chartYaml, 'c/charts/c.tgz': inner }));
  }
  return inner;
}

const endless: readonly HostileCase[] = [
  {
    name: 'a template that calls itself',
    run: chart('{{ define "f" }}{{ template "f" . }}{{ end }}{{ template "f" . }}'),
    fails: /exceeded maximum template depth/,
  },
  {
    name: 'an include of itself',
    run: chart('{{ define "f" }}{{ include "f" . }}{{ end }}{{ include "f" . }}'),
    fails: /rendering template has a nested reference name: f/,
  },
  {
    name: 'tpl of itself',
    run: chart('{{ tpl .Values.t . }}', {}, { values: { t: '{{ tpl .Values.t . }}' } }),
    fails: stoppedOrTooDeep,
  },
  {
    name: 'tpl and include of each other',
    run: chart('{{ define "f" }}{{ tpl "{{ include \\"f\\" . }}" . }}{{ end }}{{ include "f" . }}'),
    fails: new RegExp(`nested reference name|${stoppedOrTooDeep.source}`),
  },
  { name: 'a list of 10^9', run: chart('{{ range until 1000000000 }}x{{ end }}'), fails: stopped },
  {
    name: 'a loop of 10^12',
    run: chart('{{ range $i := until 1000000 }}{{ range until 1000000 }}{{ end }}{{ end }}'),
    fails: stopped,
  },
  {
    name: 'output of 1 GB',
    run: chart('{{ $a := repeat 1000000 "x" }}{{ range until 1000 }}{{ $a }}{{ end }}'),
    fails: stopped,
  },
  { name: 'a text of 8 GB', run: chart('{{ repeat 8000000000 "x" }}'), fails: /makeslice: len out of range/ },
  {
    name: 'a text that doubles forty times',
    run: chart('{{ $s := "x" }}{{ range until 40 }}{{ $s = print $s $s }}{{ end }}{{ $s }}'),
    fails: stopped,
  },
  {
    name: 'a mapping that contains itself, as YAML',
    run: chart(`{{ $d := dict }}{{ $_ := set $d "d" $d }}${map('  k: {{ toYaml $d }}')}`),
    gives: /"k":null/,
  },
  {
    name: 'a mapping that contains itself, printed',
    run: chart(`{{ $d := dict }}{{ $_ := set $d "d" $d }}${map('  k: {{ $d }}')}`),
    fails: stoppedOrTooDeep,
  },
  {
    name: 'a mapping that contains itself, copied',
    run: chart(`{{ $d := dict }}{{ $_ := set $d "d" $d }}${map('  k: {{ deepCopy $d | len }}')}`),
    fails: stoppedOrTooDeep,
  },
  {
    name: 'a hundred private keys',
    run: chart(map('  k: {{ range until 100 }}{{ genPrivateKey "rsa" | len }}{{ end }}')),
    fails: stopped,
  },
  {
    name: 'a thousand password hashes',
    run: chart('{{ range until 1000 }}{{ htpasswd "a" "b" | len }}{{ end }}'),
    fails: stopped,
  },
  {
    name: 'an expression that others match for ever',
    run: chart(map('  k: "{{ regexReplaceAll "(a*)*(a|aa)+b" (repeat 100000 "a") "x" | len }}"')),
    gives: /"k":"100000"/,
  },
  {
    name: 'an expression with 10^6 states',
    run: chart(map('  k: {{ regexMatch "((a{100}){100}){100}" "a" }}')),
    gives: /"k":false/,
  },
  {
    name: 'a message of 10 MB',
    run: chart('{{ fail (repeat 10000000 "x") }}'),
    fails: new RegExp(`^An error of \\d+ characters is not shown|${stopped.source}`),
  },
];

const outside: readonly HostileCase[] = [
  { name: 'the environment', run: chart(map('  k: {{ env "PATH" }}')), fails: /function "env" not defined/ },
  { name: 'a name server', run: chart(map('  k: "{{ getHostByName "localhost" }}"')), gives: /"k":""/ },
  { name: 'a cluster', run: chart(map('  k: {{ lookup "v1" "Secret" "a" "b" | toJson }}')), gives: /"k":\{\}/ },
  {
    name: 'a file above the chart',
    run: chart(map('  k: "{{ .Files.Get "../../../etc/passwd" }}{{ .Files.Get "/etc/passwd" }}"')),
    gives: /"k":""/,
  },
  {
    name: 'a file of the chart that is said to be above it',
    run: chart(map('  k: "{{ range $p, $_ := .Files }}{{ $p }}{{ end }}"'), { '../../etc/x': 'y' }),
    gives: /"k":""/,
  },
  {
    name: 'a schema on the network',
    run: chart(map('  k: v'), { 'values.schema.json': '{"$ref":"https://example.com/x.json"}' }),
    fails: /example\.com[^]*schemas are not fetched/,
    gives: /"warnings":\["[^"]+/,
  },
  {
    name: 'a schema in a file',
    run: chart(map('  k: v'), { 'values.schema.json': '{"$ref":"file:///etc/passwd"}' }),
    fails: /etc\/passwd/,
  },
  {
    name: 'a schema that refers to itself',
    run: chart(map('  k: v'), { 'values.schema.json': '{"$ref":"#"}' }),
    fails: /reference cycle/,
  },
  {
    name: 'a base by git and https',
    run: kustomize('resources: ["https://github.com/example/x//app?ref=main"]\n'),
    fails: /github\.com\/example\/x/,
  },
  {
    name: 'a file by https',
    run: kustomize('resources: ["https://example.com/x.yaml"]\n'),
    fails: /example\.com\/x\.yaml/,
  },
  { name: 'a base by ssh', run: kustomize('resources: ["git@github.com:example/x.git"]\n'), fails: /example\/x\.git/ },
  {
    name: 'a resource above the tree',
    run: kustomize('resources: ["../../../../etc/passwd"]\n'),
    fails: /etc\/passwd/,
  },
  { name: 'a resource by its absolute path', run: kustomize('resources: ["/etc/passwd"]\n'), fails: /etc\/passwd/ },
  {
    name: 'a schema of kustomize above the tree',
    run: kustomize('resources: [cm.yaml]\nopenapi:\n  path: ../../../etc/passwd\n'),
    fails: /etc\/passwd/,
  },
  {
    name: 'a ConfigMap of files above the tree',
    run: kustomize('configMapGenerator: [{name: x, files: ["../../../../proc/self/environ"]}]\n'),
    fails: /proc\/self\/environ/,
  },
  {
    name: 'a generator that is a program',
    run: kustomize('generators: ["g.yaml"]\n', { 'app/g.yaml': 'kind: X\n' }),
    fails: /missing metadata\.name/,
  },
  {
    name: 'a function that is a program',
    run: kustomize('generators: ["g.yaml"]\n', {
      'app/g.yaml':
        'apiVersion: x/v1\nkind: X\nmetadata:\n  name: g\n  annotations:\n    config.kubernetes.io/function: |\n      exec:\n        path: ./evil.sh\n',
      'app/evil.sh': '#!/bin/sh\n',
    }),
    fails: /plugin/,
  },
  {
    name: 'a function that is a container',
    run: kustomize('transformers: ["g.yaml"]\nresources: [cm.yaml]\n', {
      'app/g.yaml':
        'apiVersion: x/v1\nkind: X\nmetadata:\n  name: g\n  annotations:\n    config.kubernetes.io/function: |\n      container:\n        image: example/x\n',
    }),
    fails: /plugin/,
  },
  {
    name: 'a chart of kustomize',
    run: kustomize('helmCharts: [{name: x, repo: "https://example.com", version: "1"}]\n'),
    fails: /helm/,
  },
  {
    name: 'a path above the tree',
    run: build({ 'app/a.yaml': plainMap }, { path: '../../../etc' }),
    fails: /path not found: \.\.\/\.\.\/\.\.\/etc/,
  },
  {
    name: 'components above the tree',
    run: build({ 'app/a.yaml': plainMap }, { components: ['../../../../etc'] }),
    fails: /\/etc is outside of the source/,
  },
];

const nestedAndLarge: readonly HostileCase[] = [
  {
    name: 'an alias bomb in the values of a chart',
    run: chart(map('  k: v'), { 'values.yaml': aliasBomb(9) }),
    fails: /alias/,
  },
  {
    name: 'an alias bomb in a template',
    run: chart(map('  k: {{ .Files.Get "b.yaml" | fromYaml | toJson | len }}'), { 'b.yaml': aliasBomb(9) }),
    gives: /"k":\d{1,3}\}/,
  },
  { name: 'an alias bomb in a resource', run: build({ 'app/a.yaml': map(indented(aliasBomb(9))) }), fails: stopped },
  {
    name: 'a bomb of merged mappings in values',
    run: chart(map('  k: v'), { 'values.yaml': mergeBomb(9) }),
    fails: /excessive aliasing/,
  },
  { name: 'a bomb of merged mappings', run: build({ 'app/a.yaml': map(indented(mergeBomb(9))) }), fails: stopped },
  { name: 'an alias of itself', run: build({ 'app/a.yaml': map('  a: &a [*a]') }), fails: stoppedOrTooDeep },
  {
    name: 'a kustomization cycle',
    run: build({
      'app/kustomization.yaml': 'resources: ["../b"]\n',
      'b/kustomization.yaml': 'resources: ["../app"]\n',
    }),
    fails: /cycle/,
  },
  {
    name: 'a component cycle',
    run: build({
      'app/kustomization.yaml': 'components: ["../b"]\n',
      'b/kustomization.yaml': 'apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\ncomponents: ["../b"]\n',
    }),
    fails: /cycle/,
  },
  {
    name: 'lists 100,000 deep in YAML',
    run: build({ 'app/a.yaml': map(`  k: ${'['.repeat(100_000)}`) }),
    fails: /exceeded max depth of 10000/,
  },
  {
    name: 'a list 9,000 deep that is closed',
    run: build({ 'app/a.yaml': map(`  k: ${'['.repeat(9000)}${']'.repeat(9000)}`) }),
    fails: /nested too deeply/,
  },
  { name: 'values 5,000 deep', run: chart(map('  k: v'), {}, { values: nested(5000) }), fails: /nested too deeply/ },
  {
    name: 'folders 100,000 deep',
    run: build({ [`app/${'d/'.repeat(100_000)}a.yaml`]: plainMap }),
    fails: stoppedOrTooDeep,
  },
  {
    name: '60,000 files',
    run: build(Object.fromEntries(Array.from({ length: 60_000 }, (_, i) => [`app/${i}.yaml`, '']))),
    fails: /more than 50000 files/,
  },
  {
    name: '100,000 documents',
    run: build({ 'app/a.yaml': '---\n'.repeat(100_000) + plainMap }),
    gives: /"k":"v"/,
    fails: stopped,
  },
  {
    name: 'a line of 10 MB',
    run: build({ 'app/a.yaml': map(`  k: ${'x'.repeat(10_000_000)}`) }),
    gives: /"k":"x{1000}/,
    fails: stopped,
  },
  {
    name: 'a position of 10^9 in a patch',
    run: build(
      { 'app/a.yaml': map('  k: v') },
      { patches: [{ patch: '[{"op":"add","path":"/data/k/999999999","value":"x"}]', target: { kind: 'ConfigMap' } }] },
    ),
    fails: /missing path/,
  },
  {
    name: 'a position of 10^18 in a list',
    run: build(
      { 'app/a.yaml': `${plainMap}list: [1]\n` },
      {
        patches: [
          { patch: '[{"op":"add","path":"/list/999999999999999999","value":"x"}]', target: { kind: 'ConfigMap' } },
        ],
      },
    ),
    fails: /invalid index/,
  },
  {
    name: 'a substitution that grows a thousand times',
    run: build(
      { 'app/a.yaml': map(`  k: "${'${a}'.repeat(20_000)}"`) },
      { postBuild: { substitute: { a: 'x'.repeat(100_000) } } },
    ),
    fails: stopped,
  },
  {
    name: 'a substitution that names itself',
    run: build({ 'app/a.yaml': map('  k: ${a}') }, { postBuild: { substitute: { a: '${a}${a}' } } }),
    gives: /"k":"\$\{a\}\$\{a\}"/,
  },
  {
    name: 'a substitution that is no YAML',
    run: build({ 'app/a.yaml': map('  k: ${a}') }, { postBuild: { substitute: { a: 'x: {{{{' } } }),
    fails: /mapping values are not allowed/,
  },
  {
    name: 'braces 100,000 deep in a substitution',
    run: build({ 'app/a.yaml': map(`  k: "${'${a:-'.repeat(100_000)}"`) }, { postBuild: { substitute: { b: 'c' } } }),
    fails: stoppedOrTooDeep,
  },
  { name: 'malformed YAML', run: build({ 'app/a.yaml': ':\n  - {' }), fails: /a\.yaml/ },
  {
    name: '20,000 dependencies',
    run: chart(map('  k: v'), {
      'Chart.yaml': `${chartYaml}dependencies:\n${'- {name: d, version: 1, repository: ""}\n'.repeat(20_000)}`,
    }),
    fails: new RegExp(`more than one dependency|${stopped.source}`),
  },
];

const archives: readonly HostileCase[] = [
  {
    name: 'an entry above the archive',
    run: unpackEntries({ name: '../evil.yaml', content: 'x' }),
    fails: /invalid name/,
  },
  {
    name: 'an entry above it, further in',
    run: unpackEntries({ name: 'a/../../evil.yaml', content: 'x' }),
    fails: /invalid name/,
  },
  { name: 'an absolute name', run: unpackEntries({ name: '/etc/evil.yaml', content: 'x' }), fails: /invalid name/ },
  { name: 'a name of Windows', run: unpackEntries({ name: 'a\\..\\evil.yaml', content: 'x' }), fails: /invalid name/ },
  { name: 'the name ..', run: unpackEntries({ name: '..', content: 'x' }), fails: /same path/ },
  {
    name: 'a symbolic link, and a file through it',
    run: unpackEntries({ name: 'l', type: '2', link: '/etc' }, { name: 'l/x.yaml', content: 'inside' }),
    gives: /^\{"files":\[\{"path":"good\.yaml","bytes":4\},\{"path":"l\/x\.yaml","bytes":6\}\]/,
  },
  {
    name: 'a hard link',
    run: unpackEntries({ name: 'h.yaml', type: '1', link: '/etc/passwd' }),
    gives: /^\{"files":\[\{"path":"good\.yaml","bytes":4\}\]/,
  },
  { name: 'a device', run: unpackEntries({ name: 'd', type: '3' }), fails: /unsupported file type/ },
  { name: 'a pipe', run: unpackEntries({ name: 'p', type: '6' }), fails: /unsupported file type/ },
  {
    name: 'a file that is a folder, too',
    run: unpackEntries({ name: 'a', content: 'x' }, { name: 'a/b', content: 'x' }),
    fails: /same path/,
  },
  {
    name: 'a name that is no UTF-8',
    run: unpackEntries({ name: Buffer.from([0x61, 0xff, 0xfe]), content: 'x' }),
    gives: /"files"/,
  },
  {
    name: 'a size that is not there',
    run: unpackEntries({ name: 'a', content: 'x', size: 1_000_000 }),
    fails: /unexpected EOF/,
  },
  {
    name: 'a size of 8 GB',
    run: unpackEntries({ name: 'a', content: 'x', size: 0o77777777777 }),
    fails: /bigger than max archive size/,
  },
  {
    name: '60,000 entries',
    run: unpack(tarGz(Array.from({ length: 60_000 }, (_, i) => ({ name: `f${i}`, content: '' })))),
    fails: new RegExp(`more than 50000 files|${stopped.source}`),
  },
  {
    name: '50,000 folders',
    run: unpack(tarGz(Array.from({ length: 50_000 }, (_, i) => ({ name: `f${i}/`, type: '5' })))),
    gives: /^\{"files":\[\]/,
    fails: stopped,
  },
  { name: '10 GB of zeros', run: unpack(gzipOfZeros(10 * 1024 ** 3)), gives: /^\{"files":\[\]/ },
  {
    name: '10 GB of zeros behind a PAX header',
    run: unpack(Buffer.concat([tarGz([{ name: 'x', type: 'x', size: 0o77777777777 }]), gzipOfZeros(10 * 1024 ** 3)])),
    fails: /header field too long/,
  },
  { name: 'no archive at all', run: unpack(Buffer.from('no archive')), fails: /gzip/ },
  {
    name: 'half an archive',
    run: unpack(tarGz(tarFiles({ a: 'x'.repeat(5000) })).subarray(0, 40)),
    fails: /unexpected EOF/,
  },
  { name: 'an empty archive', run: unpack(Buffer.alloc(0)), fails: /gzip-compressed/ },
  {
    name: 'a chart with a file above it',
    run: chartArchive(tarGz(tarFiles({ 'c/Chart.yaml': chartYaml, 'c/../../x': 'y' }))),
    fails: /illegally references parent directory/,
  },
  { name: 'a chart of 10 GB', run: chartArchive(gzipOfZeros(10 * 1024 ** 3)), fails: /no files in chart archive/ },
  {
    name: 'a chart with one file of 90 MB',
    run: chartArchive(tarGz(tarFiles({ 'c/Chart.yaml': chartYaml, 'c/big': Buffer.alloc(90 << 20) }))),
    fails: /larger than the maximum file size/,
  },
  { name: 'a chart in a chart in a chart, fifty times', run: chartArchive(chartInChart(50)), gives: /"k":"v"/ },
];

/** Base64 by path, for what is no text. */
const bytes = (set: Readonly<Record<string, Buffer>>) => async (session: EngineSession) => {
  const setBytes = Object.fromEntries(Object.entries(set).map(([path, data]) => [path, data.toString('base64')]));
  await session.request('files', { tree: 't', clear: true, setBytes });
  return session.request('kustomization', {
    tree: 't',
    kustomization: {
      apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
      kind: 'Kustomization',
      metadata: { name: 'x', namespace: 'n' },
      spec: { path: 'app' },
    },
    variables: [],
    strict: false,
  });
};

const strange: readonly HostileCase[] = [
  {
    name: 'NUL in a file',
    run: build({ 'app/a.yaml': map('  k: a\0b') }),
    fails: /control characters are not allowed/,
  },
  { name: 'NUL in a name', run: build({ 'app/a\0.yaml': plainMap }), gives: /"k":"v"/ },
  {
    name: 'bytes that are no UTF-8',
    run: bytes({ 'app/a.yaml': Buffer.from([...Buffer.from(map('  k: ')), 0xff, 0xfe]) }),
    fails: /invalid leading UTF-8/,
  },
  { name: 'a name above the tree', run: build({ '../../app/a.yaml': plainMap }), gives: /"k":"v"/ },
  { name: 'a name that is a folder, too', run: build({ 'app/a': 'x', 'app/a/b.yaml': plainMap }), fails: /same path/ },
  { name: 'an empty name', run: build({ '': 'x', 'app/a.yaml': plainMap }), fails: /same path/ },
  {
    name: 'names of the language',
    run: build({ 'app/__proto__': 'x', 'app/a.yaml': map('  __proto__: v\n  constructor: v') }),
    gives: /"__proto__":"v"/,
  },
  {
    name: 'a tree that is not there',
    run: (session) => session.request('listTree', { tree: 'nowhere' }),
    fails: /no tree "nowhere"/,
  },
  {
    name: 'a chart that is not there',
    run: (session) => session.request('release', { ...releaseOf({}), chart: 'nowhere' }),
    fails: /nowhere/,
  },
  {
    name: 'an operation that does not exist',
    run: (session) => session.request('exec' as 'versions', {}),
    fails: /unknown operation "exec"/,
  },
  {
    name: 'a request of another shape',
    run: (session) => session.request('files', { tree: 5 } as unknown as EngineRequest<'files'>),
    fails: /malformed request/,
  },
];

/** By what they try. */
export const hostileCases: Readonly<Record<string, readonly HostileCase[]>> = {
  'a template without end': endless,
  'a look outside': outside,
  'nesting and size': nestedAndLarge,
  'an archive': archives,
  'what is no text, no name, no request': strange,
};
