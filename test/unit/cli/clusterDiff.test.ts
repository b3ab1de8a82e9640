/** `driftline diff` as a user meets it: what is compared with what, how it is told, and with which exit code. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Failure } from '../../../src/base/failure.ts';
import type { ObjectDifference } from '../../../src/drift/difference.ts';
import { changedObject, comparedObject } from '../../support/comparisons.ts';
import { configMap, namedApps, namedPlex, renderedApps, renderedPlex } from './fakeBuild.ts';
import { type FakeDiffRun, type FakeDiffWorld, liveObject, runDiff } from './fakeDiff.ts';

const apps = liveObject(namedApps);
const plex = liveObject(namedPlex);
const replicas = { path: ['spec', 'replicas'], effect: 'replace' } as const;

/** Drift of the Kustomization apps. */
function drift(objects: readonly ObjectDifference[], line = 'ks/apps', more: FakeDiffWorld = {}): Promise<FakeDiffRun> {
  return runDiff(line, { live: [apps], applied: renderedApps([]), compare: () => objects, ...more });
}

/** An escape character would be one in the pattern, too. */
function visible(text: string): string {
  return text.replaceAll('\u001b', '␛');
}

function objectsOf(run: FakeDiffRun): readonly Readonly<Record<string, unknown>>[] {
  return (JSON.parse(run.output) as { objects: readonly Readonly<Record<string, unknown>>[] }).objects;
}

describe('drift of a Kustomization', () => {
  test('is compared with what was applied last, and needs no repository', async () => {
    const run = await drift([comparedObject('ConfigMap', 'a')]);
    assert.deepEqual([run.code, run.output], [0, '']);
    assert.equal(
      run.messages,
      'Kustomization flux-system/apps: cluster homelab ↔ artifact main@5f2c1a9: nothing differs, 1 object is the same.\n',
    );
    assert.equal(run.tasks.length, 1);
    assert.equal(run.disposed, 1);
  });

  test('tells each field with who wrote it, and the sides as a diff', async () => {
    const writer = {
      manager: 'kubectl-scale',
      operation: 'Update',
      subresource: 'scale',
      time: '2026-11-21T20:00:00Z',
    } as const;
    const before = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web' }, spec: { replicas: 3 } };
    const after = { ...before, spec: { replicas: 1 } };
    const label = { path: ['metadata', 'labels', 'by.hand/x'], effect: 'remove', takenBack: true } as const;
    const run = await drift([
      changedObject('Deployment', 'web', [{ ...replicas, writer }, label], { before, after, restartsPods: true }),
    ]);
    assert.equal(run.code, 1);
    assert.equal(
      run.output,
      [
        'diff Kustomization flux-system/apps: change Deployment default/web',
        '  pods are replaced',
        '  replace spec.replicas (written by kubectl-scale through scale, not after 2026-11-21T20:00:00Z)',
        '  remove metadata.labels["by.hand/x"] (taken back from kubectl, which no dry-run shows)',
        '--- Deployment default/web\tcluster homelab',
        '+++ Deployment default/web\tartifact main@5f2c1a9',
        '@@ -3,4 +3,4 @@',
        ' metadata:',
        '   name: web',
        ' spec:',
        '-  replicas: 3',
        '+  replicas: 1',
        '',
      ].join('\n'),
    );
  });

  test('why an object is compared approximately is said once, in words of its own where it has some', async () => {
    const web = (name: string, more: Partial<ObjectDifference>): ObjectDifference =>
      changedObject('Deployment', name, [replicas], { approximate: true, ...more });
    const run = await drift([web('a', { reason: 'It could not be read.' }), web('b', {})]);
    assert.deepEqual(
      run.output.split('\n').filter((line) => line.startsWith('  ')),
      [
        '  It could not be read.',
        '  replace spec.replicas',
        '  approximate: compared without a dry-run, for want of rights',
        '  replace spec.replicas',
      ],
    );
  });

  test('another order of keys is no difference', async () => {
    const before = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' }, data: { a: '1', b: '2' } };
    const after = { ...before, data: { b: '3', a: '1' } };
    const run = await drift([changedObject('ConfigMap', 'a', [], { before, after })]);
    assert.deepEqual(
      run.output.split('\n').filter((line) => /^[-+] /.test(line)),
      ['-  b: "2"', '+  b: "3"'],
    );
  });

  test('what cannot be had again comes first, with what goes with it', async () => {
    const run = await drift([
      comparedObject('ConfigMap', 'gone', { change: 'delete' }),
      comparedObject('PersistentVolumeClaim', 'data', { change: 'delete' }),
      comparedObject('Job', 'once', { change: 'recreate', reason: 'spec.template cannot be changed' }),
      comparedObject('ConfigMap', 'new', { change: 'create' }),
    ]);
    assert.deepEqual(run.output.split('\n'), [
      'diff Kustomization flux-system/apps: delete PersistentVolumeClaim default/data',
      '  its volume may go with it',
      'diff Kustomization flux-system/apps: delete ConfigMap default/gone',
      'diff Kustomization flux-system/apps: recreate Job default/once',
      '  spec.template cannot be changed',
      'diff Kustomization flux-system/apps: create ConfigMap default/new',
      '',
    ]);
    assert.match(run.messages, /: 2 deleted, 1 recreated, 1 created, 0 the same\.$/m);
  });

  test('deletions are red on a terminal, and only there', async () => {
    const objects = [comparedObject('ConfigMap', 'gone', { change: 'delete' })];
    assert.match(visible((await drift(objects, 'ks/apps', { isTTY: true })).output), /^␛\[31mdiff .*: delete/m);
    assert.doesNotMatch(visible((await drift(objects)).output), /␛/);
  });

  test('what goes with a deletion is red, too, but not what merely has the name of a kind', async () => {
    const foreign = { group: 'example.com', kind: 'Namespace', namespace: 'a', name: 'b' };
    const run = await drift(
      [
        { ...comparedObject('Namespace', 'b', { change: 'delete' }), id: foreign },
        comparedObject('PersistentVolumeClaim', 'data', { change: 'delete' }),
      ],
      'ks/apps',
      { isTTY: true },
    );
    const [first, second, third, ...more] = visible(run.output).trim().split('\n');
    assert.match(first ?? '', /^␛\[31mdiff .*: delete PersistentVolumeClaim/);
    assert.match(second ?? '', /^␛\[31m {2}its volume may go with it/);
    assert.match(third ?? '', /^␛\[31mdiff .*: delete Namespace a\/b/);
    assert.deepEqual(more, []);
  });

  test('a HelmRelease that is suspended is deleted, and its release stays', async () => {
    const id = { group: 'helm.toolkit.fluxcd.io', kind: 'HelmRelease', namespace: 'media', name: 'plex' };
    const deletion = (spec: object): Promise<FakeDiffRun> =>
      drift([
        {
          ...comparedObject('HelmRelease', 'plex', {
            change: 'delete',
            before: {
              apiVersion: 'helm.toolkit.fluxcd.io/v2',
              kind: 'HelmRelease',
              metadata: { name: 'plex', namespace: 'media' },
              ...spec,
            },
          }),
          id,
        },
      ]);
    assert.match((await deletion({ spec: {} })).output, /^ {2}the release is uninstalled$/m);
    assert.doesNotMatch((await deletion({ spec: { suspend: true } })).output, /uninstalled/);
  });

  test('what was not compared and what is left alone are named with why', async () => {
    const run = await drift([
      comparedObject('Secret', 'a', { change: 'unknown', because: 'forbidden', reason: 'secrets may not be read' }),
      comparedObject('ConfigMap', 'b', { change: 'skip', because: 'ssaIgnore', reason: 'it says ssa Ignore' }),
    ]);
    assert.equal(run.code, 3);
    assert.match(
      run.messages,
      /^warning: Kustomization flux-system\/apps: Secret default\/a: not compared: secrets may not be read$/m,
    );
    assert.match(
      run.messages,
      /^note: Kustomization flux-system\/apps: ConfigMap default\/b: left alone: it says ssa Ignore$/m,
    );
  });
});

test('what the server would refuse is shown with why, its fields and its diff', async () => {
  const before = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'web' }, spec: { clusterIP: '10.0.0.1' } };
  const run = await drift([
    changedObject('Service', 'web', [{ path: ['spec', 'clusterIP'], effect: 'replace' }], {
      ...{ change: 'unknown', because: 'immutable', reason: 'The upgrade would fail, for a field cannot be changed.' },
      ...{ before, after: { ...before, spec: { clusterIP: '10.0.0.2' } } },
    }),
  ]);
  assert.equal(run.code, 3);
  const [head, why, path] = run.output.split('\n');
  assert.deepEqual(
    [head, why, path],
    [
      'diff Kustomization flux-system/apps: refused Service default/web',
      '  The upgrade would fail, for a field cannot be changed.',
      '  replace spec.clusterIP',
    ],
  );
  assert.match(run.output, /^- {2}clusterIP: 10\.0\.0\.1\n\+ {2}clusterIP: 10\.0\.0\.2$/m);
  assert.match(run.messages, /: 1 refused, 0 the same\.$/m);
  assert.doesNotMatch(run.messages, /not compared/);
});

describe('exit codes', () => {
  const unknown = comparedObject('Secret', 'a', { change: 'unknown', because: 'forbidden' });
  const changed = changedObject('Deployment', 'web', [replicas]);
  const rows: readonly [title: string, objects: readonly ObjectDifference[], options: string, code: number][] = [
    ['nothing differs', [comparedObject('ConfigMap', 'a')], '', 0],
    ['left alone is no difference', [comparedObject('ConfigMap', 'a', { change: 'skip' })], '', 0],
    ['something differs', [changed], '', 1],
    ['something is unknown', [unknown], '', 3],
    ['unknown says more than that something differs', [changed, unknown], '', 3],
    ['unknown is allowed', [unknown], ' --allow-unknown', 0],
    [
      'unknown is allowed, and what is refused differs',
      [{ ...changed, change: 'unknown', because: 'immutable' }],
      ' --allow-unknown',
      1,
    ],
    ['unknown is allowed, and something differs', [changed, unknown], ' --allow-unknown', 1],
  ];
  for (const [title, objects, options, code] of rows) {
    test(`${code}: ${title}`, async () => assert.equal((await drift(objects, `ks/apps${options}`)).code, code));
  }

  test('2: it could not run', async () => {
    const run = await drift([], 'ks/apps', { applied: new Failure('invalid', 'Kustomization apps: broken') });
    assert.deepEqual([run.code, run.output], [2, '']);
    assert.equal(run.messages, 'error: Kustomization apps: broken\n');
    assert.equal(run.disposed, 1);
  });

  test('what was applied cannot be had: a clone has its commit, which is said where there is none', async () => {
    const applied = new Failure('notFound', 'it was applied from main@5f2c1a9, which cannot be had');
    const hint = /^ +Run it inside a clone of the repository/m;
    assert.match((await drift([], 'ks/apps', { applied })).messages, hint);
    assert.doesNotMatch((await drift([], 'ks/apps', { applied, now: {} })).messages, hint);
  });

  test('130: interrupted, and what there is by then is told as incomplete', async () => {
    const controller = new AbortController();
    const run = await runDiff('ks/apps', {
      live: [apps],
      applied: renderedApps([]),
      signal: controller.signal,
      compare: (task) => {
        task.onObject?.(changedObject('Deployment', 'web', [replicas]));
        controller.abort();
        throw new Failure('cancelled', 'cancelled');
      },
    });
    assert.equal(run.code, 130);
    assert.match(run.output, /change Deployment default\/web/);
    assert.match(run.messages, /: incomplete: 1 changed, 0 the same\.$/m);
    assert.equal(run.disposed, 1);
  });
});

describe('as JSON', () => {
  test('an object has the fields that would be written, as JSON pointers', async () => {
    const writer = { manager: 'kubectl-edit', operation: 'Update' } as const;
    const run = await drift(
      [
        changedObject('Deployment', 'web', [
          { path: ['spec', 'containers', 0, 'a~b/c'], effect: 'remove', writer, takenBack: true },
        ]),
        comparedObject('ConfigMap', 'same'),
      ],
      'ks/apps -o json',
    );
    assert.deepEqual(JSON.parse(run.output), {
      target: 'ks/flux-system/apps',
      from: 'artifact main@5f2c1a9',
      against: 'cluster homelab',
      complete: true,
      objects: [
        {
          of: 'ks/flux-system/apps',
          apiVersion: 'apps/v1',
          kind: 'Deployment',
          namespace: 'default',
          name: 'web',
          change: 'change',
          paths: ['/spec/containers/0/a~0b~1c'],
          reason: null,
          fields: [{ path: '/spec/containers/0/a~0b~1c', effect: 'remove', writer, takenBack: true }],
        },
        {
          of: 'ks/flux-system/apps',
          apiVersion: 'v1',
          kind: 'ConfigMap',
          namespace: 'default',
          name: 'same',
          change: 'none',
          paths: [],
          reason: null,
        },
      ],
    });
  });

  test('nothing is printed beside it, and no side with its values', async () => {
    const before = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' }, data: { k: 'value' } };
    const run = await drift(
      [changedObject('ConfigMap', 'a', [replicas], { before, after: before })],
      'ks/apps -o json',
    );
    assert.equal(run.messages, '');
    assert.doesNotMatch(run.output, /value/);
  });
});

describe('which object is meant', () => {
  test('of several of one name the command lines are told', async () => {
    const run = await runDiff('ks/apps', { live: [apps, liveObject({ ...namedApps, namespace: 'other' })] });
    assert.equal(run.code, 2);
    assert.match(run.messages, /^ +driftline diff ks\/flux-system\/apps\n +driftline diff ks\/other\/apps$/m);
  });

  test('one that does not live may be compared by its files', async () => {
    const run = await runDiff('ks/apps', { live: [] });
    assert.equal(run.code, 2);
    assert.match(run.messages, /^error: There is no Kustomization apps in homelab\.\n.*--path DIR/m);
  });

  test('without a cluster it is asked for', async () => {
    const run = await runDiff('ks/apps', {});
    assert.equal(run.code, 2);
    assert.match(run.messages, /--context NAME/);
  });
});

describe('a HelmRelease', () => {
  test('has drifted from what is installed', async () => {
    const run = await runDiff('hr/plex -n media', {
      live: [plex],
      compareRelease: () => ({ objects: [changedObject('Deployment', 'plex', [replicas])] }),
    });
    assert.equal(run.code, 1);
    assert.match(run.messages, /^HelmRelease media\/plex: cluster homelab ↔ release v3: 1 changed, 0 the same\.$/m);
  });

  test('of files: values come before objects, and alone are a difference', async () => {
    const config = {
      before: { greeting: 'hi' },
      after: { greeting: 'hello' },
      differs: true,
      paths: [{ path: ['greeting'], effect: 'replace' as const }],
      chart: { before: 'plex 1.0.0', after: 'plex 1.1.0' },
    };
    const run = await runDiff('hr/plex --path .', {
      live: [plex],
      now: { renderings: { 'HelmRelease/plex': renderedPlex([]) } },
      compareRelease: () => ({ config }),
    });
    assert.equal(run.code, 1);
    assert.match(
      run.output,
      /^diff HelmRelease media\/plex: change values\n {2}chart plex 1\.0\.0 becomes plex 1\.1\.0$/m,
    );
    assert.match(run.output, /^-greeting: hi\n\+greeting: hello$/m);
    assert.match(run.messages, /: values changed, 0 the same\.$/m);
  });
});

describe('files', () => {
  const old = { renderings: { 'Kustomization/apps': renderedApps([configMap('a', { k: '1' })]) } };
  const now = { renderings: { 'Kustomization/apps': renderedApps([configMap('a', { k: '2' })]) } };

  test('against the cluster, with the object that lives', async () => {
    const run = await runDiff('ks/apps --path .', {
      live: [apps],
      now,
      compare: () => [changedObject('ConfigMap', 'a', [replicas])],
    });
    assert.equal(run.code, 1);
    assert.match(run.messages, /: cluster homelab ↔ working tree: 1 changed/);
    assert.equal(run.tasks[0]?.live, apps);
  });

  test('against a commit, which asks no cluster', async () => {
    const run = await runDiff('ks/apps --path . --against main', { now, commits: { main: old } });
    assert.equal(run.code, 1);
    assert.match(run.output, /^ {2}replace data\.k$/m);
    assert.match(run.messages, /: commit main ↔ working tree: 1 changed, 0 the same\.$/m);
    assert.deepEqual(run.tasks, []);
  });

  test('against what was applied last, which asks no dry-run', async () => {
    const run = await runDiff('ks/apps --path . --against applied', {
      live: [apps],
      now,
      applied: renderedApps([configMap('a', { k: '1' })]),
    });
    assert.equal(run.code, 1);
    assert.match(run.messages, /: artifact main@5f2c1a9 ↔ working tree: 1 changed/);
    assert.deepEqual(run.tasks, []);
  });

  test('a commit that is not there ends it with 2', async () => {
    const run = await runDiff('ks/apps --path . --against nowhere', { now });
    assert.equal(run.code, 2);
    assert.match(run.messages, /there is no commit "nowhere"/);
  });

  test('of two clusters in one repository the one below --path is meant', async () => {
    const choices = ['east', 'west'].map((cluster) => ({
      name: namedApps,
      owner: undefined,
      path: `clusters/${cluster}/apps.yaml`,
    }));
    const renderings = {
      'Kustomization/apps': { kind: 'ambiguous' as const, message: 'apps is stated 2 times', choices },
    };
    const several = await runDiff('ks/apps --path .', { live: [apps], now: { renderings } });
    assert.equal(several.code, 2);
    assert.match(several.messages, /driftline diff ks\/flux-system\/apps --path clusters\/west$/m);
  });

  test('a secret is shown on neither side', async () => {
    const masked = (value: string) => ({
      renderings: { 'Kustomization/apps': renderedApps([configMap('a', { k: value }, ['k'])]) },
    });
    for (const output of ['text', 'json']) {
      const run = await runDiff(`ks/apps --path . --against main -o ${output}`, {
        now: masked('canary-2'),
        commits: { main: masked('canary-1') },
      });
      assert.equal(run.code, 1);
      assert.doesNotMatch(run.output + run.messages, /canary/);
    }
  });
});

test('progress is one line of a terminal that is wiped, and nothing elsewhere', async () => {
  const compare: FakeDiffWorld['compare'] = (task) => {
    task.onProgress?.({ done: 1, total: 2 });
    return [];
  };
  const seen = await drift([], 'ks/apps', { isTTY: true, compare });
  assert.match(visible(seen.messages), /\r␛\[2KKustomization flux-system\/apps: 1 of 2 objects compared\r␛\[2K/);
  assert.doesNotMatch((await drift([], 'ks/apps', { compare })).messages, /1 of 2/);
});

test('a name of a cluster or of a file does not reach the terminal as an escape sequence', async () => {
  const id = { group: '', kind: 'ConfigMap', namespace: 'a', name: 'x\u001b[2J\nfake: line' };
  const run = await drift(
    [comparedObject('ConfigMap', 'a', { id, change: 'create', reason: 'so\u001b[2Jso' })],
    'ks/apps',
    {
      isTTY: true,
    },
  );
  assert.doesNotMatch(visible(run.output), /␛\[2J|^fake: line/m);
});

test('JSON of --changed and of objects names whose each object is', async () => {
  const run = await drift([comparedObject('ConfigMap', 'a')], 'ks/apps -o json');
  assert.deepEqual(
    objectsOf(run).map(({ of }) => of),
    ['ks/flux-system/apps'],
  );
});
