/** `driftline check` as a pipeline meets it: what is printed where, in which form, with which exit code. */
import assert from 'node:assert/strict';
import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, describe, test } from 'node:test';
import { isFailure } from '../../../src/base/failure.ts';
import { noLog } from '../../../src/base/log.ts';
import { type Finding } from '../../../src/cli/checkFolder.ts';
import { type Level } from '../../../src/cli/checkOptions.ts';
import { readArguments } from '../../../src/cli/readArguments.ts';
import { reportError } from '../../../src/cli/reportError.ts';
import { runCli } from '../../../src/cli/runCli.ts';
import { Terminal } from '../../../src/cli/terminal.ts';
import { rules } from '../../../src/language/rules.ts';
import { DiskRepository } from '../../../src/manifests/diskRepository.ts';
import { FolderChecks } from '../../../src/server/folderChecks.ts';
import { readServerSettings } from '../../../src/server/serverSettings.ts';
import { readSurroundings } from '../../../src/server/readSurroundings.ts';
import { ManualClock } from '../../support/manualClock.ts';

const folders: string[] = [];
after(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true }))));

async function folderOf(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'driftline-check-'));
  folders.push(folder);
  for (const [path, text] of Object.entries(files)) {
    await mkdir(join(folder, dirname(path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  return folder;
}

interface Run {
  readonly code: number;
  readonly output: string;
  readonly messages: string;
}

async function run(
  files: Readonly<Record<string, string>>,
  words: readonly string[] = [],
  signal?: AbortSignal,
): Promise<Run> {
  const written = { output: '', messages: '' };
  const terminal = new Terminal({
    output: { write: (text) => (written.output += text) },
    messages: { write: (text) => (written.messages += text) },
    env: {},
  });
  const folder = await folderOf(files);
  const notHere = (): never => assert.fail('nothing else is opened');
  const world = {
    terminal,
    folder,
    version: () => Promise.resolve('1.2.3'),
    open: notHere,
    openDiff: notHere,
    signal: signal ?? new AbortController().signal,
  };
  try {
    return { code: await runCli(['check', ...words], world), ...written };
  } catch (error) {
    return { code: reportError(error, terminal), ...written };
  }
}

const pod = (image: string): string =>
  `apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  containers:\n    - image: ${image}\n`;
const files = {
  'b.yaml': pod('foo:latest'),
  'a/b c.yaml': `${pod('foo:rolling')}---\n${pod('foo/Bar:1.0')}`,
  'fine.yaml': pod('foo:1.2.3'),
};

describe('findings are printed', () => {
  test('as text, a line each, with their number beside the output', async () => {
    const { code, output, messages } = await run(files);
    assert.equal(code, 1);
    assert.deepEqual(
      output.split('\n').map((line) => line.split(': ').slice(0, 2).join(': ')),
      [
        'a/b c.yaml:6:14: information image-channel',
        'a/b c.yaml:13:14: error image-invalid',
        'b.yaml:6:14: warning image-latest',
        '',
      ],
    );
    assert.equal(messages, '1 error, 1 warning, 1 information in 3 files\n');
  });

  test('as one JSON array, with places from 1 and an exclusive end', async () => {
    const { output, messages } = await run({ 'a.yaml': pod('foo:latest # 🙂') }, ['--format', 'json']);
    assert.deepEqual(JSON.parse(output), [
      {
        file: 'a.yaml',
        line: 6,
        column: 14,
        endLine: 6,
        endColumn: 24,
        severity: 'warning',
        rule: 'image-latest',
        message: 'foo:latest is not a version: it moves with every push, so a restart can change what runs',
      },
    ]);
    assert.equal(messages, '');
  });

  test('in units of UTF-16, as the editor counts', async () => {
    const { output } = await run(
      { 'a.yaml': 'apiVersion: v1\nkind: Pod\nspec: {a: "🙂", containers: [{image: foo:latest}]}\n' },
      ['--format=json'],
    );
    const [finding] = JSON.parse(output) as Finding[];
    assert.equal(finding?.column, 'spec: {a: "🙂", containers: [{image: '.length + 1);
  });

  test('an empty array where there is nothing', async () => {
    assert.deepEqual(await run({ 'a.yaml': pod('foo:1.2.3') }, ['--format', 'json']), {
      code: 0,
      output: '[]\n',
      messages: '',
    });
  });
});

describe('what is found is what the editor shows', () => {
  const repository = {
    '.git/HEAD': 'ref: refs/heads/main\n',
    '.git/config': '[remote "origin"]\n\turl = https://github.com/example/fleet.git\n',
    '.driftline.yaml': 'rules: {image-channel: error}\nignore: [apps/old/**]\n',
    'apps/b.yaml': `${pod('foo:latest # 🙂')}---\n${pod('foo/Bar:1.0')}`,
    'apps/a/c.yaml': pod('foo:rolling'),
    'apps/old/d.yaml': pod('foo:latest'),
    'apps/sources.yaml': `${branchOf('example/charts')}---\n${branchOf('somebody/charts')}`,
    'else/e.yaml': pod('foo:latest'),
  };
  const rows: readonly (readonly [what: string, opened: string, words: readonly string[]])[] = [
    ['of a repository', '', []],
    ['of a folder, whose repository is opened', '', ['apps']],
    ['of a folder that is opened', 'apps', ['apps']],
  ];
  for (const [what, opened, words] of rows) {
    test(`${what}, in every field`, async () => {
      const shown = await shownByEditor(repository, opened);
      const below = opened === '' && words.length > 0 ? 'apps/' : '';
      const editor = shown.flatMap((finding) =>
        finding.file.startsWith(below) ? [{ ...finding, file: finding.file.slice(below.length) }] : [],
      );
      const found = JSON.parse((await run(repository, [...words, '--format', 'json'])).output) as Finding[];
      assert.deepEqual(found.toSorted(byPlace), editor.toSorted(byPlace));
      assert.equal(found.length, words.length === 0 ? 6 : 5);
      assert.deepEqual(
        [...new Set(found.map(({ severity, rule }) => `${severity} ${rule}`))].toSorted(),
        [
          'error image-channel',
          'error image-invalid',
          'hint source-branch',
          'information source-branch',
          'warning image-latest',
        ],
        'the remote and the configuration both count',
      );
    });
  }

  function branchOf(owner: string): string {
    return (
      'apiVersion: source.toolkit.fluxcd.io/v1\nkind: GitRepository\nmetadata: {name: a}\n' +
      `spec: {url: 'https://github.com/${owner}', ref: {branch: main}}\n`
    );
  }

  function byPlace(a: Finding, b: Finding): number {
    return a.file < b.file ? -1 : a.file > b.file ? 1 : a.line - b.line;
  }

  /** What is published where `opened` is a folder of the workspace, with its files on disk. */
  async function shownByEditor(texts: Readonly<Record<string, string>>, opened: string): Promise<Finding[]> {
    const root = join(await folderOf(texts), opened);
    const levels: readonly (Level | undefined)[] = [undefined, 'error', 'warning', 'information', 'hint'];
    const shown: Finding[] = [];
    const checks = new FolderChecks({
      repository: new DiskRepository(root),
      settings: readServerSettings(undefined),
      surroundings: () => readSurroundings(root),
      clock: new ManualClock(),
      log: noLog(),
      publish: (file, diagnostics) =>
        diagnostics.forEach(({ range: { start, end }, severity, code, message }) => {
          const level = levels[severity ?? 0];
          assert.ok(level !== undefined && typeof message === 'string');
          shown.push({
            file,
            line: start.line + 1,
            column: start.character + 1,
            endLine: end.line + 1,
            endColumn: end.character + 1,
            severity: level,
            rule: String(code),
            message,
          });
        }),
    });
    checks.start();
    await checks.settled();
    const published = [...shown];
    checks.dispose();
    return published;
  }
});

describe('SARIF', () => {
  interface Sarif {
    readonly version: string;
    readonly runs: readonly {
      readonly columnKind: string;
      readonly tool: {
        readonly driver: {
          readonly version: string;
          readonly rules: readonly { id: string; help: { text: string } }[];
        };
      };
      readonly results: readonly {
        readonly ruleId: string;
        readonly ruleIndex: number;
        readonly level: string;
        readonly locations: readonly { physicalLocation: { artifactLocation: unknown; region: unknown } }[];
      }[];
    }[];
  }

  test('names every rule with its help, and every finding by the rule’s place in that list', async () => {
    const { code, output } = await run(files, ['--format', 'sarif']);
    assert.equal(code, 1);
    const log = JSON.parse(output) as Sarif;
    assert.equal(log.version, '2.1.0');
    const [only, ...others] = log.runs;
    assert.ok(only);
    assert.deepEqual(others, []);
    assert.equal(only.columnKind, 'utf16CodeUnits');
    assert.equal(only.tool.driver.version, '1.2.3');
    assert.deepEqual(
      only.tool.driver.rules.map(({ id, help }) => [id, help.text !== '']),
      rules.map(({ id }) => [id, true]),
    );
    assert.deepEqual(
      only.results.map(({ ruleId, ruleIndex, level }) => [ruleId, only.tool.driver.rules[ruleIndex]?.id, level]),
      [
        ['image-channel', 'image-channel', 'note'],
        ['image-invalid', 'image-invalid', 'error'],
        ['image-latest', 'image-latest', 'warning'],
      ],
    );
    assert.deepEqual(only.results[0]?.locations, [
      {
        physicalLocation: {
          artifactLocation: { uri: 'a/b%20c.yaml', uriBaseId: 'SRCROOT' },
          region: { startLine: 6, startColumn: 14, endLine: 6, endColumn: 25 },
        },
      },
    ]);
  });
});

describe('the exit code', () => {
  const rows: readonly (readonly [image: string, failOn: string, code: number])[] = [
    ['foo:latest', 'warning', 1],
    ['foo:latest', 'error', 0],
    ['foo:rolling', 'warning', 0],
    ['foo:rolling', 'information', 1],
    ['foo:rolling', 'hint', 1],
    ['foo/Bar:1', 'error', 1],
  ];
  for (const [image, failOn, code] of rows) {
    test(`${image} with --fail-on ${failOn} ends with ${code}`, async () => {
      const done = await run({ 'a.yaml': pod(image) }, ['--fail-on', failOn]);
      assert.equal(done.code, code);
      assert.ok(done.output.includes(image), 'whatever the exit code, it is listed');
    });
  }

  const refused: readonly (readonly [words: readonly string[], said: RegExp])[] = [
    [[''], /The folder to check has an empty name/],
    [['nowhere'], /There is no folder nowhere/],
    [['b.yaml'], /b\.yaml is a file/],
    [['a', 'b'], /One folder is checked at a time/],
    [['--format', 'xml'], /--format is text, json, sarif, not "xml"/],
    [['--fail-on', 'off'], /--fail-on is error, warning/],
    [['--config', 'none.yaml'], /none\.yaml cannot be read/],
    [['--output', 'json'], /There is no option --output/],
  ];
  for (const [words, said] of refused) {
    test(`is 2 for ${words.join(' ')}, with the reason on stderr alone`, async () => {
      const { code, output, messages } = await run(files, words);
      assert.deepEqual([code, output], [2, '']);
      assert.match(messages, said);
    });
  }

  test('an interrupted run ends as one', async () => {
    assert.deepEqual(await run(files, [], AbortSignal.abort()), { code: 130, output: '', messages: '' });
  });
});

describe('what could not be checked is told beside the output', () => {
  const broken = 'apiVersion: v1\nkind: Pod\nspec: {image: [\n';
  const long = `apiVersion: v1\nkind: Pod\nspec: {image: a}\n# ${'x'.repeat(1_000_000)}\n`;
  const rows: Readonly<Record<string, readonly [files: Readonly<Record<string, string>>, said: RegExp]>> = {
    'YAML that is broken': [{ 'a.yaml': broken }, /^warning: a\.yaml:\d+ was not checked: /m],
    'a document that is too long': [{ 'a.yaml': long }, /^warning: a\.yaml:1 was not checked: too long to be read$/m],
    'a file that is too large': [
      { 'a.yaml': 'x'.repeat(8_000_001) },
      /^warning: a\.yaml was not checked: larger than 8 MB$/m,
    ],
    'values of a chart that are broken': [
      {
        'kustomization.yaml': 'configMapGenerator: [{name: v, files: [values.yaml=a.yaml]}]\nresources: [hr.yaml]\n',
        'hr.yaml':
          'apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: a}\n' +
          'spec: {chartRef: {kind: OCIRepository, name: a}, valuesFrom: [{kind: ConfigMap, name: v}]}\n',
        'a.yaml': 'image: [\n',
      },
      /^warning: a\.yaml:\d+ was not checked: /m,
    ],
  };
  for (const [what, [texts, said]] of Object.entries(rows)) {
    test(`${what}, and the rest is checked`, async () => {
      const { code, output, messages } = await run(texts, ['--format', 'json']);
      assert.match(messages, said);
      assert.deepEqual([code, output, messages.trimEnd().split('\n').length], [0, '[]\n', 1]);
    });
  }

  test('but for templates of charts, what is left out on purpose, and what lies outside of the folder', async () => {
    const { code, messages } = await run(
      {
        '.git/HEAD': 'ref: refs/heads/main\n',
        '.driftline.yaml': 'ignore: [apps/old]',
        'a.yaml': broken,
        'apps/old/a.yaml': broken,
        'apps/chart/Chart.yaml': 'name: a\n',
        'apps/chart/templates/a.yaml': broken,
      },
      ['apps'],
    );
    assert.deepEqual([code, messages], [0, 'Nothing found in 3 files\n']);
  });

  test('by name up to twenty, then by number', async () => {
    const many = Object.fromEntries(Array.from({ length: 22 }, (_, index) => [`${index}.yaml`, broken]));
    const { messages } = await run(many, ['--format', 'json']);
    assert.equal(messages.split('\n').length, 22);
    assert.match(messages, /\nwarning: 2 more were not checked\.\n$/);
  });

  // Nothing is closed to root, and Windows knows no such modes: there the same files are simply read.
  const closes = process.platform !== 'win32' && process.getuid?.() !== 0;
  for (const [closed, mode] of [
    ['apps/a.yaml', 0o644],
    ['apps', 0o755],
  ] as const) {
    test(`and ${closed} that nobody may read is a run that failed`, async () => {
      const folder = await folderOf({ 'apps/a.yaml': pod('foo:1.2.3'), 'b.yaml': pod('foo:latest') });
      await chmod(join(folder, closed), 0);
      try {
        const { code, output, messages } = await run({}, [folder]);
        assert.match(output, /^b\.yaml:6:14: warning image-latest/);
        assert.equal(code, closes ? 2 : 1);
        assert.equal(messages.includes(`warning: ${closed} was not checked: cannot be read (EACCES)\n`), closes);
      } finally {
        await chmod(join(folder, closed), mode);
      }
    });
  }
});

describe('a folder of a repository', () => {
  const base = {
    '.git/HEAD': 'ref: refs/heads/main\n',
    'base/kustomization.yaml': 'resources: [a.yaml]\n',
    'base/a.yaml': pod('foo:latest'),
  };
  const overlay = {
    'apps/kustomization.yaml': "resources: [../base]\nimages: [{name: foo, newTag: '1.2.3'}]\n",
    'clusters/apps.yaml':
      'apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: apps}\n' +
      'spec: {path: ./apps, sourceRef: {kind: GitRepository, name: flux-system}}\n',
  };

  test('is checked in the light of all of it: what another folder overrides is no finding', async () => {
    assert.match((await run(base, ['base'])).output, /image-latest/);
    const { code, output, messages } = await run({ ...base, ...overlay, 'z/b.yaml': pod('foo:latest') }, ['base']);
    assert.deepEqual([code, output, messages], [0, '', 'Nothing found in 2 files\n']);
  });

  test('is reported from the folder in words, and from the top of the repository to code scanning', async () => {
    assert.match((await run(base, ['base'])).output, /^a\.yaml:6:14: /);
    const { output } = await run(base, ['base', '--format', 'sarif']);
    assert.match(output, /"uri": "base\/a\.yaml"/);
  });

  test('that a link leads to is that folder', async () => {
    const elsewhere = await folderOf(base);
    const links = await folderOf({});
    await symlink(join(elsewhere, 'base'), join(links, 'link'));
    assert.match((await run({}, [join(links, 'link')])).output, /^a\.yaml:6:14: /);
  });
});

describe('the configuration', () => {
  test('of the folder is read', async () => {
    const { code, output } = await run({
      ...files,
      '.driftline.yaml': 'rules: {image-latest: hint, image-invalid: off}',
    });
    assert.equal(code, 0);
    assert.match(output, /hint image-latest/);
    assert.doesNotMatch(output, /image-invalid/);
  });

  test('of the repository around the folder is read, and paths are those of the folder', async () => {
    const { output } = await run(
      {
        '.git/HEAD': 'ref: refs/heads/main\n',
        '.driftline.yaml': 'rules: {image-latest: error}',
        'apps/b.yaml': pod('foo:latest'),
      },
      ['apps'],
    );
    assert.match(output, /^b\.yaml:6:14: error image-latest/);
  });

  test('of the repository counts its globs from the top of it, and so does the one that is named', async () => {
    const repository = {
      '.git/HEAD': 'ref: refs/heads/main\n',
      '.driftline.yaml': 'ignore: [apps/old/**]',
      'ci.yaml': 'ignore: [apps/new/**]',
      'apps/old/a.yaml': pod('foo:latest'),
      'apps/new/a.yaml': pod('foo:latest'),
    };
    assert.match((await run(repository, ['apps'])).output, /^new\/a\.yaml:[^\n]*\n$/);
    assert.match((await run(repository, ['apps', '--config', 'ci.yaml'])).output, /^old\/a\.yaml:[^\n]*\n$/);
  });

  test('of the folder counts its globs from there', async () => {
    const { output, messages } = await run(
      {
        '.git/HEAD': 'ref: refs/heads/main\n',
        '.driftline.yaml': 'rules: {image-latest: off}',
        'apps/.driftline.yaml': 'ignore: [old/**]',
        'apps/old/a.yaml': pod('foo:latest'),
        'apps/new/a.yaml': pod('foo:latest'),
      },
      ['apps'],
    );
    assert.match(output, /^new\/a\.yaml:[^\n]*\n$/);
    assert.equal(messages, '1 warning in 2 files\n');
  });

  test('that is named stands in for both', async () => {
    const { output } = await run(
      {
        'b.yaml': pod('foo:latest'),
        '.driftline.yaml': 'rules: {image-latest: off}',
        'ci.yaml': 'rules: {image-latest: error}',
      },
      ['--config', 'ci.yaml'],
    );
    assert.match(output, /^b\.yaml:6:14: error image-latest/);
  });

  test('with a slip keeps it from checking, and says where the slip is', async () => {
    const { code, messages } = await run({ ...files, '.driftline.yaml': 'rules:\n  image-latest: loud\n' });
    assert.equal(code, 2);
    assert.match(messages, /2:17 The severity of image-latest is one of/);
  });

  test('that is a folder keeps it from checking', async () => {
    const { code, output, messages } = await run({ ...files, '.driftline.yaml/a.yaml': '' });
    assert.deepEqual([code, output], [2, '']);
    assert.match(messages, /\.driftline\.yaml cannot be read: EISDIR/);
  });
});

test('without a folder, the one that the user is in is checked', () => {
  const command = readArguments(['check']);
  assert.deepEqual(command.command === 'check' && command.options.folder, '.');
  assert.throws(
    () => readArguments(['chek']),
    (error) => !isFailure(error) && /chek/.test(String(error)),
  );
});
