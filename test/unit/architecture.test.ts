/** The import table and the budgets of ARCHITECTURE.md, as tests. A new row here is a decision to explain in its commit. */
import assert from 'node:assert/strict';
import { posix } from 'node:path';
import { test } from 'node:test';
import { importsOf, sourceFiles } from '../support/sourceFiles.ts';

interface Row {
  /** Folders and files of ours that it may import besides itself. */
  readonly ours: readonly string[];
  /** Packages; a name with `types:` may be imported as types only. */
  readonly packages: readonly string[];
  /** Packages that one named file of the folder may import, and no other. */
  readonly onlyIn?: Readonly<Record<string, string>>;
}

const extensionParts = [
  'base',
  'settings',
  'flux',
  'git',
  'registry',
  'manifests',
  'cluster',
  'protocol',
  'render',
  'drift',
  'migration',
  'view',
];

const table: Readonly<Record<string, Row>> = {
  base: { ours: [], packages: [] },
  settings: { ours: [], packages: [] },
  flux: { ours: ['base'], packages: [] },
  git: { ours: ['base', 'flux'], packages: [] },
  registry: { ours: ['base'], packages: [] },
  manifests: { ours: ['base', 'flux'], packages: ['yaml'] },
  cluster: {
    ours: ['base', 'flux'],
    packages: [],
    onlyIn: { '@kubernetes/client-node': 'src/cluster/kubernetes.ts' },
  },
  protocol: { ours: ['flux', 'settings'], packages: [] },
  render: { ours: ['base', 'flux', 'manifests'], packages: [] },
  drift: { ours: ['base', 'flux', 'git', 'registry', 'manifests', 'render', 'cluster'], packages: [] },
  language: {
    ours: ['base', 'flux', 'manifests', 'settings'],
    packages: ['vscode-languageserver-types', 'vscode-languageserver-textdocument'],
  },
  server: {
    ours: ['language', 'manifests', 'git', 'registry', 'flux', 'base', 'settings', 'protocol'],
    packages: ['vscode-languageserver', 'vscode-languageserver-textdocument'],
  },
  view: { ours: ['base', 'flux', 'manifests', 'cluster', 'render', 'drift', 'migration', 'settings'], packages: [] },
  vscode: {
    ours: extensionParts,
    packages: ['vscode'],
    onlyIn: { 'vscode-languageclient': 'src/vscode/languageClient.ts' },
  },
  cli: { ours: [...extensionParts, 'language'], packages: ['diff'] },
  extension: { ours: [...extensionParts, 'vscode'], packages: ['vscode'] },
};

const files = sourceFiles('src');

/** `src/flux/kinds.ts` → `flux`; `src/settings.ts` → `settings`. */
function partOf(path: string): string {
  return (path.split('/')[1] ?? '').replace(/\.ts$/, '');
}

/** `vscode-languageclient/node` → `vscode-languageclient`. */
function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

function resolve(from: string, specifier: string): string {
  return posix.normalize(posix.join(posix.dirname(from), specifier));
}

test('every import is allowed by the table', () => {
  const wrong: string[] = [];
  for (const file of files) {
    const row = table[partOf(file.path)];
    assert.ok(row, `${file.path}: its folder has no row in the table`);
    for (const specifier of importsOf(file.text)) {
      if (specifier.startsWith('node:')) {
        continue;
      }
      const allowed = specifier.startsWith('.')
        ? [partOf(file.path), ...row.ours].includes(partOf(resolve(file.path, specifier)))
        : row.packages.includes(packageOf(specifier)) || row.onlyIn?.[packageOf(specifier)] === file.path;
      if (!allowed) {
        wrong.push(`${file.path} imports ${specifier}`);
      }
    }
  }
  assert.deepEqual(wrong, []);
});

test('imports of our own files end in .ts and name a file that exists', () => {
  const known = new Set(files.map((file) => file.path));
  const wrong = files.flatMap((file) =>
    importsOf(file.text)
      .filter((specifier) => specifier.startsWith('.') && !known.has(resolve(file.path, specifier)))
      .map((specifier) => `${file.path} imports ${specifier}`),
  );
  assert.deepEqual(wrong, []);
});

test('no import cycles', () => {
  const edges = new Map(
    files.map((file) => [
      file.path,
      importsOf(file.text)
        .filter((specifier) => specifier.startsWith('.'))
        .map((specifier) => resolve(file.path, specifier)),
    ]),
  );
  const done = new Set<string>();
  const cycles: string[] = [];
  const walk = (path: string, trail: readonly string[]): void => {
    if (trail.includes(path)) {
      cycles.push([...trail.slice(trail.indexOf(path)), path].join(' > '));
      return;
    }
    if (!done.has(path)) {
      for (const next of edges.get(path) ?? []) {
        walk(next, [...trail, path]);
      }
      done.add(path);
    }
  };
  for (const file of files) {
    walk(file.path, []);
  }
  assert.deepEqual(cycles, []);
});

test('budgets: no default exports, no top-level let, no any, no file over 400 lines', () => {
  const wrong = files.flatMap((file) => {
    const found: string[] = [];
    if (/^export default\b/m.test(file.text)) found.push('default export');
    if (/^(?:export )?let\b/m.test(file.text)) found.push('top-level let');
    if (/(?::|\bas|<)\s*any\b(?!\w)/.test(file.text.replace(/^\s*(?:\*|\/\/|\/\*).*$/gm, ''))) found.push('any');
    if (/\beslint-disable\b|@ts-(?:ignore|nocheck|expect-error)/.test(file.text)) found.push('a switched-off check');
    if (file.text.split('\n').length - 1 > 400) found.push('over 400 lines');
    return found.map((what) => `${file.path}: ${what}`);
  });
  assert.deepEqual(wrong, []);
});

test('each file opens with a comment that says what it is for', () => {
  const silent = files.filter((file) => !/^(?:\/\*\*|\/\/)/.test(file.text)).map((file) => file.path);
  assert.deepEqual(silent, []);
});

test('names: no catch-all files or folders', () => {
  const vague = /(?:^|\/)(?:utils?|helpers?|common|misc|types|index|shared|lib)(?:\.ts|\/)/;
  assert.deepEqual(
    files.map((file) => file.path).filter((path) => vague.test(path)),
    [],
  );
});

const lines = (list: readonly { readonly text: string }[]): number =>
  list.reduce((sum, file) => sum + file.text.split('\n').length - 1, 0);

test('src/vscode stays under 30 % of the source lines', () => {
  const editor = lines(files.filter((file) => partOf(file.path) === 'vscode'));
  assert.ok(editor < 0.3 * lines(files), `${editor} of ${lines(files)} lines`);
});

test('there are at least as many lines of test as of source outside src/vscode', () => {
  const source = lines(files.filter((file) => partOf(file.path) !== 'vscode'));
  const tests = lines(sourceFiles('test').filter((file) => !file.path.startsWith('test/hosts/')));
  assert.ok(tests >= source, `${tests} lines of test, ${source} of source`);
});

test('tests never skip, single out or sleep', () => {
  const wrong = sourceFiles('test')
    .filter((file) => file.path.endsWith('.test.ts') && !file.path.endsWith('architecture.test.ts'))
    .flatMap((file) =>
      [/\b(?:test|it|describe)\.(?:only|todo)\(/, /\bsleep\(/, /setTimeout\((?:resolve|r|done),/].flatMap((pattern) =>
        pattern.test(file.text) ? [`${file.path}: ${pattern.source}`] : [],
      ),
    );
  assert.deepEqual(wrong, []);
});
