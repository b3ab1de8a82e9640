/** `driftline build … --diff REV` as a user meets it: which objects differ, how it is written, and with which exit code. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Failure } from '../../../src/base/failure.ts';
import type { DesiredObject } from '../../../src/render/desired.ts';
import {
  configMap,
  type FakeRun,
  type FakeState,
  namedApps,
  namedPlex,
  renderedApps,
  renderedPlex,
  runBuild,
  stated,
} from './fakeBuild.ts';

const byName = { target: { by: 'name', name: namedApps } } as const;

function state(...objects: readonly DesiredObject[]): FakeState {
  return {
    stated: [stated(namedApps, 'apps.yaml')],
    renderings: { 'Kustomization/apps': renderedApps(objects) },
  };
}

function diff(before: FakeState, now: FakeState, options = ''): Promise<FakeRun> {
  return runBuild(`ks/apps --diff old${options}`, byName, { now, commits: { old: before } });
}

test('each object that differs has a unified diff; deleted ones come first', async () => {
  const run = await diff(
    state(configMap('kept', { a: '1', b: '2' }), configMap('gone', { a: '1' })),
    state(configMap('new', { a: '1' }), configMap('kept', { a: '1', b: '3' })),
  );
  assert.equal(run.code, 0);
  assert.equal(
    run.output,
    [
      'diff Kustomization flux-system/apps: delete ConfigMap a/gone',
      '--- ConfigMap a/gone\tcommit old',
      '+++ /dev/null\tworking tree',
      '@@ -1,7 +0,0 @@',
      '-apiVersion: v1',
      '-kind: ConfigMap',
      '-metadata:',
      '-  name: gone',
      '-  namespace: a',
      '-data:',
      '-  a: "1"',
      'diff Kustomization flux-system/apps: create ConfigMap a/new',
      '--- /dev/null\tcommit old',
      '+++ ConfigMap a/new\tworking tree',
      '@@ -0,0 +1,7 @@',
      '+apiVersion: v1',
      '+kind: ConfigMap',
      '+metadata:',
      '+  name: new',
      '+  namespace: a',
      '+data:',
      '+  a: "1"',
      'diff Kustomization flux-system/apps: change ConfigMap a/kept',
      '--- ConfigMap a/kept\tcommit old',
      '+++ ConfigMap a/kept\tworking tree',
      '@@ -5,4 +5,4 @@',
      '   namespace: a',
      ' data:',
      '   a: "1"',
      '-  b: "2"',
      '+  b: "3"',
      '',
    ].join('\n'),
  );
  assert.equal(
    run.messages,
    'Kustomization flux-system/apps: commit old ↔ working tree: 1 deleted, 1 created, 1 changed, 0 the same.\n',
  );
});

test('that nothing differs is said with what was compared', async () => {
  const same = state(configMap('a', { a: '1' }), configMap('b', {}));
  const run = await diff(same, same);
  assert.deepEqual(
    [run.code, run.output, run.messages],
    [0, '', 'Kustomization flux-system/apps: commit old ↔ working tree: nothing differs, 2 objects are the same.\n'],
  );
});

describe('exit codes', () => {
  const rows: readonly [title: string, now: FakeState, options: string, code: number][] = [
    ['something differs', state(configMap('a', { a: '2' })), '', 0],
    ['something differs, and it is asked', state(configMap('a', { a: '2' })), ' --exit-code', 1],
    ['nothing differs, and it is asked', state(configMap('a', { a: '1' })), ' --exit-code', 0],
  ];
  for (const [title, now, options, code] of rows) {
    test(title, async () => {
      const run = await diff(state(configMap('a', { a: '1' })), now, options);
      assert.equal(run.code, code);
    });
  }
});

test('a secret that changed is said to have changed, and shown on neither side', async () => {
  const run = await diff(
    state(configMap('a', { host: 'canary-1', open: 'x' }, ['host'])),
    state(configMap('a', { host: 'canary-2', open: 'canary-1' }, ['host'])),
  );
  assert.match(run.output, /^- {2}host: •••$/m);
  assert.match(run.output, /^\+ {2}host: ••• \(changed\)$/m);
  assert.doesNotMatch(run.output + run.messages, /canary/);
});

test('a secret that becomes a literal is not shown either', async () => {
  const run = await diff(
    state(configMap('a', { host: 'canary' }, ['host'])),
    state(configMap('a', { host: 'open' })),
    ' -o json',
  );
  assert.doesNotMatch(run.output + run.messages, /canary|open/);
  assert.match(run.output, /"host": "••• \(changed\)"/);
});

test('encrypted values are said not to be compared', async () => {
  const sealed = configMap('a', { key: 'x' }, ['key'], { encrypted: true });
  const run = await diff(state(sealed), state(sealed));
  assert.match(
    run.messages,
    /^warning: Kustomization flux-system\/apps: 1 object is encrypted, and its values are not compared\.$/m,
  );
});

test('a note on both sides is said once, and masks need none', async () => {
  const side = (value: string): FakeState => ({
    ...state(),
    renderings: {
      'Kustomization/apps': renderedApps([configMap('a', { key: value }, ['key'])], {
        notes: [{ severity: 'approximate', message: 'not sure' }],
      }),
    },
  });
  const run = await diff(side('canary-1'), side('canary-2'));
  assert.deepEqual(run.messages.split('\n').slice(0, -2), ['warning: Kustomization flux-system/apps: not sure']);
});

test('as JSON every change has its objects', async () => {
  const run = await diff(
    state(configMap('a', { a: '1' })),
    state(configMap('a', { a: '2' }), configMap('b', {})),
    ' -o json',
  );
  assert.deepEqual(JSON.parse(run.output), {
    before: 'commit old',
    after: 'working tree',
    changes: [
      {
        of: 'Kustomization flux-system/apps',
        change: 'create',
        group: '',
        kind: 'ConfigMap',
        namespace: 'a',
        name: 'b',
        after: configMap('b', {}).object,
      },
      {
        of: 'Kustomization flux-system/apps',
        change: 'change',
        group: '',
        kind: 'ConfigMap',
        namespace: 'a',
        name: 'a',
        before: configMap('a', { a: '1' }).object,
        after: configMap('a', { a: '2' }).object,
      },
    ],
  });
});

test('as JSON nothing that differs is an empty list', async () => {
  const run = await diff(state(), state(), ' -o json');
  assert.deepEqual(JSON.parse(run.output), { before: 'commit old', after: 'working tree', changes: [] });
});

describe('what is on one side only', () => {
  test('an object that the commit has not is created whole', async () => {
    const run = await diff({}, state(configMap('a', {})));
    assert.equal(run.code, 0);
    assert.match(run.output, /^diff Kustomization flux-system\/apps: create ConfigMap a\/a$/m);
  });

  test('an object that the working tree has no more is deleted whole', async () => {
    const run = await diff(state(configMap('a', {})), {});
    assert.match(run.output, /: delete ConfigMap a\/a$/m);
  });

  test('what neither has is refused', async () => {
    const run = await diff({}, {});
    assert.equal(run.code, 2);
    assert.match(run.messages, /states no Kustomization flux-system\/apps \(commit old or working tree\)/);
  });

  test('of a file every object is compared with its own', async () => {
    const plex = { ...namedPlex, name: 'second' };
    const file = 'apps/plex.yaml';
    const run = await runBuild(
      `${file} --diff old`,
      { target: { by: 'file', path: file }, file },
      {
        now: {
          stated: [stated(namedPlex, file)],
          renderings: { 'HelmRelease/plex': renderedPlex([configMap('a', { a: '2' })]) },
        },
        commits: {
          old: {
            stated: [stated(plex, file), stated(namedPlex, file)],
            renderings: {
              'HelmRelease/plex': renderedPlex([configMap('a', { a: '1' })]),
              'HelmRelease/second': renderedPlex([configMap('b', {})], { name: plex }),
            },
          },
        },
      },
    );
    assert.deepEqual(
      [...run.output.matchAll(/^diff (.*)$/gm)].map(([, title]) => title),
      ['HelmRelease media/second: delete ConfigMap a/b', 'HelmRelease media/plex: change ConfigMap a/a'],
    );
  });
});

describe('failures', () => {
  const broken: FakeState = {
    stated: [stated(namedApps, 'apps.yaml')],
    renderings: { 'Kustomization/apps': new Failure('invalid', 'no such base') },
  };

  test('a side that cannot be rendered is named, and not taken for empty', async () => {
    const run = await diff(broken, state(configMap('a', {})));
    assert.deepEqual([run.code, run.output], [1, '']);
    assert.equal(
      run.messages,
      'error: commit old: Kustomization flux-system/apps: no such base\nNothing could be compared: commit old ↔ working tree.\n',
    );
  });

  test('as JSON no list stands for what could not be compared', async () => {
    const run = await diff(broken, state(configMap('a', {})), ' -o json');
    assert.deepEqual([run.code, run.output], [1, '']);
  });

  test('a revision that Git does not know', async () => {
    const run = await runBuild('ks/apps --diff nowhere', byName, { now: state() });
    assert.deepEqual([run.code, run.messages], [1, 'error: "nowhere" is no revision\n']);
  });

  test('a folder that is no repository has no commits', async () => {
    const run = await runBuild('ks/apps --diff old', { ...byName, hasCommits: false }, { now: state() });
    assert.equal(run.code, 2);
    assert.match(run.messages, /\/repository is no Git repository\.$/m);
  });
});

test('on a terminal, headers, hunks and lines are told by colour', async () => {
  const before = state(configMap('a', { a: '1' }));
  const run = await runBuild('ks/apps --diff old', byName, {
    now: state(configMap('a', { a: '2' })),
    commits: { old: before },
    env: { FORCE_COLOR: '1' },
  });
  // Readable without an escape character in a pattern.
  const lines = run.output.replaceAll('\u001b', '␛').split('\n');
  assert.deepEqual(
    lines.slice(0, 4).map((line) => line.slice(0, 5)),
    ['␛[1md', '␛[1m-', '␛[1m+', '␛[36m'],
  );
  assert.ok(lines.includes('␛[31m-  a: "1"␛[39m'));
  assert.ok(lines.includes('␛[32m+  a: "2"␛[39m'));
});

test('two long texts with nothing in common are one in place of the other', async () => {
  const text = (word: string): string => Array.from({ length: 6_000 }, (_, at) => `${word} ${at}`).join('\n');
  const run = await diff(state(configMap('a', { a: text('old') })), state(configMap('a', { a: text('new') })));
  const lines = run.output.split('\n');
  assert.equal(lines[3], '@@ -1,6007 +1,6007 @@');
  assert.equal(lines.filter((line) => line.startsWith('-')).length, 6_008);
});

test('a name with a line break in it stays in its line', async () => {
  const run = await diff(state(), state(configMap('a\n+++ b', {})));
  assert.equal(run.output.split('\n')[0], 'diff Kustomization flux-system/apps: create ConfigMap a/a +++ b');
});
