/** Variables of a Flux Kustomization, as fluxcd/pkg substitutes them: the text, where values come from, what is left alone. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { DataSource, EngineReply } from '../../src/render/engineProtocol.ts';
import { fixturesMissing, specFixture } from '../support/specFixtures.ts';
import { engineBed, problemOf } from './engineBed.ts';

const engine = engineBed();

interface TextCase {
  readonly in: string;
  readonly strict: boolean;
  readonly out?: string;
  readonly err?: string;
}

describe('the text', () => {
  it('comes out as Flux’s own code has been seen to write it', { skip: fixturesMissing }, () => {
    const { cases, vars } = specFixture('envsubst.json') as {
      readonly cases: readonly TextCase[];
      readonly vars: Readonly<Record<string, string>>;
    };
    assert.equal(cases.length, 178);
    for (const { in: text, strict, out = '', err } of cases) {
      const substitute = () => engine.request('substitute', { text, variables: vars, strict }).text;
      if (err === undefined) {
        assert.equal(substitute(), out, text);
      } else {
        assert.ok(problemOf(substitute).includes(err), `${text}: ${problemOf(substitute)}`);
      }
    }
  });

  it('has values without their line ends', () => {
    assert.equal(engine.request('substitute', { text: '${a}', variables: { a: 'b\nc\n' }, strict: true }).text, 'bc');
  });
});

interface Case {
  /** Of one ConfigMap, unless it is a whole document. */
  readonly data: string;
  readonly postBuild?: object;
  readonly variables?: readonly DataSource[];
  readonly strict?: boolean;
  readonly keepUnknown?: boolean;
}

const configMap = (data: string) => `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: shown\ndata:\n${data}`;

function build(given: Case): EngineReply<'kustomization'> {
  const text = given.data.startsWith('  ') ? configMap(given.data) : given.data;
  engine.request('files', { tree: 'repository', clear: true, set: { 'apps/shown.yaml': text } });
  return engine.request('kustomization', {
    tree: 'repository',
    kustomization: {
      apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
      kind: 'Kustomization',
      metadata: { name: 'apps', namespace: 'flux-system' },
      spec: { path: './apps', ...(given.postBuild === undefined ? {} : { postBuild: given.postBuild }) },
    },
    variables: given.variables ?? [],
    strict: given.strict ?? true,
    ...(given.keepUnknown === undefined ? {} : { keepUnknown: given.keepUnknown }),
  });
}

const dataOf = (given: Case, index = 0) => (build(given).objects[index] as unknown as { readonly data: unknown }).data;
const source = (kind: DataSource['kind'], name: string, data?: Record<string, string>): DataSource => ({
  kind,
  name,
  ...(data === undefined ? {} : { data }),
});
const from = (kind: string, name: string, optional?: boolean) => ({
  kind,
  name,
  ...(optional === undefined ? {} : { optional }),
});

describe('the values', () => {
  const cases: readonly (Case & { readonly name: string; readonly expected: unknown })[] = [
    {
      name: 'nothing is substituted without postBuild',
      data: '  a: ${a} $${b}\n',
      expected: { a: '${a} $${b}' },
    },
    {
      name: 'nor where there is no variable at all: $$ stays, defaults are not taken',
      data: '  a: ${a:=d} $${b}\n',
      postBuild: {},
      expected: { a: '${a:=d} $${b}' },
    },
    {
      name: 'unless the strategy says always',
      data: '  a: ${a:=d} $${b}\n',
      postBuild: { substituteStrategy: 'Always' },
      expected: { a: 'd ${b}' },
    },
    {
      name: 'inline values win over all sources, later sources over earlier ones',
      data: '  a: ${a}\n  b: ${b}\n  c: ${c}\n',
      postBuild: { substitute: { a: 'inline' }, substituteFrom: [from('ConfigMap', 'one'), from('Secret', 'two')] },
      variables: [
        source('Secret', 'two', { a: 'two', b: 'two' }),
        source('ConfigMap', 'one', { a: 'one', b: 'one', c: 'one' }),
      ],
      expected: { a: 'inline', b: 'two', c: 'one' },
    },
    {
      name: 'a source that is optional may be missing',
      data: '  a: ${a:=d}\n',
      postBuild: { substitute: { b: 'x' }, substituteFrom: [from('Secret', 'gone', true)] },
      variables: [source('Secret', 'gone')],
      expected: { a: 'd' },
    },
    {
      name: 'without strictness what is not set is empty',
      data: '  a: x${a}\n',
      postBuild: { substitute: { b: 'x' } },
      strict: false,
      expected: { a: 'x' },
    },
    {
      name: 'quotes of the file do not keep a number a text: kustomize has written it anew',
      data: '  a: "${a}"\n  b: "${b}"\n  c: "${c}"\n  d: "${d}"\n',
      postBuild: { substitute: { a: '80', b: 'true', c: '', d: '1e3' } },
      expected: { a: 80, b: true, c: null, d: 1000 },
    },
    {
      name: 'what an envsubst of a shell takes otherwise',
      data: '  a: ${v:+d}\n  b: a$$b\n  c: $v\n',
      postBuild: { substitute: { v: 'x' } },
      expected: { a: 'x', b: 'a$b', c: '$v' },
    },
  ];
  for (const { name, expected, ...given } of cases) {
    it(name, () => assert.deepEqual(dataOf(given), expected));
  }
});

describe('the short way through YAML leads where the long one does', () => {
  // An object with a tab goes all the way through Flux's own code, the others a shorter one.
  const thing = (name: string, data: string, more = '') =>
    `apiVersion: v1\nkind: Thing\nmetadata: { name: ${name} }\n${more}data:\n${data}`;
  const withoutLine = (message: string) => message.replace(/line \d+/, 'line');
  const longWay = 'aTab: "a\\tb"\n';
  const twice = (data: string, given: Omit<Case, 'data'> = {}) => {
    const postBuild = { substitute: { a: 'x', number: '12', lines: 'b\nc\n', yaml: '{ k: [1, 2.50, 0777, yes] }' } };
    const { objects } = build({
      data: `${thing('long', data, longWay)}---\n${thing('short', data)}`,
      postBuild,
      ...given,
    });
    const [long, short] = objects.map((object) => (object as unknown as { readonly data: unknown }).data);
    return { long, short };
  };
  const rows: readonly (readonly [name: string, data: string])[] = [
    ['plain texts', '  k: ${a} b\n  "m n": "${a}: #b"\n  l: ["${a}", "- ${a}", "${a}\\\\d"]\n'],
    ['numbers', '  i: 1\n  f: 1.50\n  e: 1e3\n  z: -0.0\n  n: "${number}"\n  h: 0x1F\n  o: 0o17\n  s: .5\n'],
    [
      'numbers that are written in more than one way',
      '  a: ${a}\n  b: 1e20\n  c: 12345678901234567890\n  d: 1e-9\n  e: 1234567.0\n  f: 9007199254740993\n',
    ],
    [
      'what was no text becomes none',
      '  a: ${a}\n  n: ~\n  t: true\n  e: ""\n  y: "yes"\n  d: 2020-01-01\n  q: "2020-01-01"\n',
    ],
    ['values that are YAML themselves', '  a: ${yaml}\n  b: ${lines}\n'],
    [
      'lines',
      '  a: |\n    ${a}\n      in\n\n    out\n  b: |-\n    ${a}\n  c: |+\n    ${a}\n\n\n  d: "${a}\\n  \\nb "\n',
    ],
    ['lines that begin with a space or a line end', '  a: "  ${a}\\n b"\n  b: "\\n${a}\\nb"\n  c: "${a} \\nb"\n'],
    ['folded lines', '  a: >\n    ${a}\n    b\n\n    c\n  d: >-\n    ${a}\n    e\n'],
    ['tabs and what does not print', '  a: "${a}\\tb"\n  b: "\\e ${a}"\n  c: "${a}\\r\\nb\\u2028\\u0085\\ufeff"\n'],
    ['other scripts', '  a: "é ${a} 日本 😀\\u00a0"\n  é: ${a}\n'],
    ['keys', `  "<<": \${a}\n  "1": \${a}\n  "a\\nb": \${a}\n  "": \${a}\n  ${'k'.repeat(200)}: \${a}\n  "\${a}": k\n`],
    ['anchors', '  a: &anchor { k: "${a}" }\n  b: *anchor\n  c: { <<: *anchor, l: 1 }\n'],
    ['nothing', '  a: {}\n  b: []\n  c: "${a}"\n'],
    ['long lines', `  a: "\${a} ${'word '.repeat(60)}"\n  b: ${'w'.repeat(300)}\${a}\n`],
  ];
  for (const [name, data] of rows) {
    it(name, () => {
      const { long, short } = twice(data);
      assert.deepEqual(short, long);
      assert.ok(!JSON.stringify(short).includes('${a}'), 'something was substituted');
    });
  }

  it('and so are variables that stay', () => {
    const given = {
      keepUnknown: true,
      postBuild: { substitute: { a: 'b\nc' }, substituteFrom: [from('Secret', 'gone')] },
    };
    const { long, short } = twice('  a: ${a} ${other} ${more:=d}\n', given);
    assert.deepEqual(short, { a: 'bc ${other} ${more}' });
    assert.deepEqual(short, long);
  });

  // A failure has the same words, but for the lines of the text.
  const failing: readonly (readonly [name: string, data: string])[] = [
    ['a variable that nothing sets', '  k: ${unset}\n'],
    ['a variable that has no end', '  k: "${a"\n'],
    ['a value that breaks the YAML', '  k: ${broken}\n'],
    ['what YAML cannot carry', '  k: "${a} \\x7f"\n'],
    ['a key that is no text', '  k: ${a}\n  true: b\n'],
  ];
  for (const [name, data] of failing) {
    it(`fails: ${name}`, () => {
      const postBuild = { substitute: { a: 'x', broken: '"' } };
      const problem = problemOf(() => build({ data: thing('name', data, longWay), postBuild }));
      assert.match(problem, /Thing.*\/name'/);
      for (const before of ['', `${thing('fine', '  k: ${a}\n')}---\n`, `${thing('fine', '  k: a\n', longWay)}---\n`]) {
        const short = problemOf(() => build({ data: before + thing('name', data), postBuild }));
        assert.equal(withoutLine(short), withoutLine(problem));
      }
    });
  }
});

describe('an object that says so is left alone', () => {
  const cases: readonly (readonly [name: string, metadata: string, substituted: boolean])[] = [
    ['by a label', 'labels: { kustomize.toolkit.fluxcd.io/substitute: disabled }', false],
    ['by an annotation', 'annotations: { kustomize.toolkit.fluxcd.io/substitute: disabled }', false],
    ['in these letters alone', 'annotations: { kustomize.toolkit.fluxcd.io/substitute: Disabled }', true],
  ];
  for (const [name, metadata, substituted] of cases) {
    it(name, () => {
      const reply = build({
        data: `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: shown\n  ${metadata}\ndata:\n  a: \${a}\n`,
        postBuild: { substitute: { a: 'x' } },
      });
      const { data } = reply.objects[0] as unknown as { readonly data: unknown };
      assert.deepEqual(data, { a: substituted ? 'x' : '${a}' });
      assert.deepEqual(reply.used, substituted ? ['a'] : []);
    });
  }
});

describe('what fails', () => {
  const cases: readonly (Case & { readonly name: string; readonly says: readonly string[] })[] = [
    {
      name: 'a variable that nothing sets',
      data: '  a: ${a}\n',
      postBuild: { substitute: { b: 'x' } },
      says: ["post build failed for 'ConfigMap.v1.[noGrp]/shown'", 'variable not set (strict mode): "a"'],
    },
    {
      name: 'a name that is none, even when nothing refers to it',
      data: '  a: x\n',
      postBuild: { substituteFrom: [from('ConfigMap', 'one')] },
      variables: [source('ConfigMap', 'one', { 'values.yaml': 'x' })],
      says: ["'values.yaml' var name is invalid"],
    },
    {
      name: 'a source that is missing',
      data: '  a: x\n',
      postBuild: { substituteFrom: [from('Secret', 'gone')] },
      variables: [source('Secret', 'gone')],
      says: ["substitute from 'Secret/gone' error", 'not found'],
    },
    {
      name: 'a bad substitution',
      data: '  a: ${a-d}\n',
      postBuild: { substitute: { a: 'x' } },
      says: ['missing closing brace'],
    },
    {
      name: 'a text that begins with a tab, which the way through YAML cannot carry',
      data: `  a: x\n---\n${configMap('  a: "\\tx\\ny"\n').replace('shown', 'second')}`,
      postBuild: { substitute: { b: 'x' } },
      says: ['UnmarshalJSON', 'tab'],
    },
    {
      name: 'a value that is no YAML in its place',
      data: '  a: ${a}\n',
      postBuild: { substitute: { a: '{ x' } },
      says: ['YAMLToJSON', 'line'],
    },
  ];
  for (const { name, says, ...given } of cases) {
    it(name, () => {
      const message = problemOf(() => build(given));
      for (const words of says) {
        assert.ok(message.includes(words), message);
      }
    });
  }
});

describe('which variables the text refers to', () => {
  const used = (given: Case) => {
    const reply = build(given);
    return { used: reply.used, unknown: reply.unknown };
  };

  it('is said with those that nothing sets, defaults or not', () => {
    assert.deepEqual(
      used({
        data: '  a: ${c} ${a} ${b:=${d}}\n  e-${e}: $${f} $g\n',
        postBuild: { substitute: { a: 'x' } },
        strict: false,
      }),
      { used: ['a', 'b', 'c', 'd', 'e'], unknown: ['b', 'c', 'd', 'e'] },
    );
  });

  it('is nothing where nothing is substituted', () => {
    assert.deepEqual(used({ data: '  a: ${a}\n' }), { used: [], unknown: [] });
  });

  it('and what is unknown can stay, whatever is strict or missing', () => {
    const given: Case = {
      data: '  a: ${a} ${b}\n  c: x-${d:=e}\n',
      postBuild: { substitute: { b: 'x' }, substituteFrom: [from('Secret', 'elsewhere')] },
      keepUnknown: true,
    };
    assert.deepEqual(dataOf(given), { a: '${a} x', c: 'x-${d}' });
    assert.deepEqual(used(given), { used: ['a', 'b', 'd'], unknown: ['a', 'd'] });
  });

  it('operators work on the name that stands for what may come from elsewhere', () => {
    const given: Case = {
      data: '  a: x-${name^^}\n  b: x-${#name}\n  c: x-${name/na/ga}\n',
      postBuild: { substituteFrom: [from('Secret', 'elsewhere')] },
      keepUnknown: true,
    };
    assert.deepEqual(dataOf(given), { a: 'x-${NAME}', b: 'x-7', c: 'x-${game}' });
  });
});
