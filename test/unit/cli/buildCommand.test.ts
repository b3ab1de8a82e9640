/** `driftline build` as a user meets it: what is printed where, with which exit code, for each way to name something. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { cancelled, Failure } from '../../../src/base/failure.ts';
import { parseAllDocuments } from 'yaml';
import { configMap, namedApps, namedPlex, renderedApps, renderedPlex, runBuild, stated } from './fakeBuild.ts';

const apps = { stated: [stated(namedApps, 'clusters/home/apps.yaml', { path: './apps/' }, 3)] };
const byName = { target: { by: 'name', name: namedApps } } as const;
const plexByName = { target: { by: 'name', name: namedPlex } } as const;
const byFile = { target: { by: 'file', path: 'apps/plex.yaml' }, file: 'apps/plex.yaml' } as const;
const byFolder = { target: { by: 'folder', path: 'apps' } } as const;
const files = { 'apps/a.yaml': '' };

describe('objects are printed', () => {
  test('as YAML documents in the order of the build', async () => {
    const objects = [configMap('b', { key: '1' }), configMap('a', { key: '2' })];
    const run = await runBuild('ks/apps', byName, {
      now: { ...apps, renderings: { 'Kustomization/apps': renderedApps(objects) } },
    });
    assert.deepEqual([run.code, run.messages, run.disposed], [0, '', 1]);
    const documents = parseAllDocuments(run.output).map((document) => document.toJS() as unknown);
    assert.deepEqual(
      documents,
      objects.map(({ object }) => object),
    );
    assert.ok(run.output.startsWith('---\napiVersion: v1\nkind: ConfigMap\n'));
  });

  test('with the template of a chart, hooks and CRDs said to be such', async () => {
    const objects = [
      configMap('a', { key: '1' }, [], { template: 'templates/a.yaml', unstable: [['data', 'key']] }),
      configMap('hook', {}, [], { template: 'templates/\nkind: Secret', role: { hook: ['pre-install', 'test'] } }),
      configMap('crd', {}, [], { role: { crds: 'Create' } }),
      configMap('skipped', {}, [], { role: { crds: 'Skip' } }),
    ];
    const run = await runBuild('hr/plex', plexByName, {
      now: { renderings: { 'HelmRelease/plex': renderedPlex(objects) } },
    });
    assert.deepEqual(
      run.output.split('\n').filter((line) => line.startsWith('#')),
      [
        '# Source: app-template/templates/a.yaml',
        '# Differs with each render: data.key',
        '# Source: app-template/templates/ kind: Secret',
        '# Hook: pre-install, test',
        '# CRD of the chart (Create)',
        '# CRD of the chart, not applied (Skip)',
      ],
    );
  });

  test('with what an object says against being applied', async () => {
    const objects = [
      configMap('a', {}, [], { role: { skipped: 'reconcile disabled' } }),
      configMap('b', {}, [], { role: { skipped: 'ssa Ignore' } }),
      configMap('c', {}, [], { role: { skipped: 'ssa IfNotPresent' } }),
    ];
    const run = await runBuild('ks/apps', byName, {
      now: { renderings: { 'Kustomization/apps': renderedApps(objects) } },
    });
    assert.deepEqual(
      run.output.split('\n').filter((line) => line.startsWith('#')),
      [
        '# Not applied (reconcile disabled)',
        '# Not applied (ssa Ignore)',
        '# Created once, then left alone (ssa IfNotPresent)',
      ],
    );
  });

  test('as one list of JSON', async () => {
    const objects = [configMap('b', { key: '1' }), configMap('a', { key: '2' })];
    const run = await runBuild('ks/apps -o json', byName, {
      now: { renderings: { 'Kustomization/apps': renderedApps(objects) } },
    });
    assert.deepEqual(JSON.parse(run.output), {
      apiVersion: 'v1',
      kind: 'List',
      items: objects.map(({ object }) => object),
    });
  });

  test('with dots for secrets, and a note that says so', async () => {
    const run = await runBuild('ks/apps', byName, {
      now: { renderings: { 'Kustomization/apps': renderedApps([configMap('a', { key: 'canary' }, ['key'])]) } },
    });
    assert.match(run.output, /^ {2}key: •••$/m);
    assert.doesNotMatch(run.output + run.messages, /canary/);
    assert.equal(
      run.messages,
      'note: Kustomization flux-system/apps: 1 value is masked (•••): to be read, not to be applied.\n',
    );
  });

  test('and notes go to the other stream, those that doubt the result as warnings', async () => {
    const notes = [
      { severity: 'approximate', message: 'lookup found nothing' },
      { severity: 'information', message: 'rendered for v1.34' },
    ] as const;
    const run = await runBuild('hr/plex', plexByName, {
      now: { renderings: { 'HelmRelease/plex': renderedPlex([], { notes }) } },
    });
    assert.equal(run.output, '');
    assert.equal(
      run.messages,
      'warning: HelmRelease media/plex: lookup found nothing\nnote: HelmRelease media/plex: rendered for v1.34\n',
    );
  });
});

test('a sentence that is true of several objects is said once', async () => {
  const file = 'apps/all.yaml';
  const names = ['a', 'b', 'c', 'd'].map((name) => ({ ...namedPlex, name }));
  const both = { severity: 'information', message: 'rendered for v1.34' } as const;
  const one = { severity: 'approximate', message: 'lookup found nothing' } as const;
  const renderings = Object.fromEntries(
    names.map((name, at) => [
      `HelmRelease/${name.name}`,
      renderedPlex([], { name, notes: at < 2 ? [both, one] : [both] }),
    ]),
  );
  const run = await runBuild(
    file,
    { target: { by: 'file', path: file } },
    {
      now: { stated: names.map((name) => stated(name, file)), renderings },
    },
  );
  assert.equal(
    run.messages,
    'note: HelmRelease media/a, HelmRelease media/b and 2 more: rendered for v1.34\n' +
      'warning: HelmRelease media/a, HelmRelease media/b: lookup found nothing\n',
  );
});

describe('what is asked of the renderer', () => {
  test('options of the command line, and nothing that was not given', async () => {
    const renderings = { 'HelmRelease/plex': renderedPlex([]) };
    const plain = await runBuild('hr/plex', plexByName, { now: { renderings } });
    assert.deepEqual(Object.keys(plain.asked[0]?.options ?? {}).sort(), ['signal', 'state']);
    const full = await runBuild(
      'hr/plex --owner flux-system/apps --kube-version 1.34 --api-versions a/v1,b/v1',
      { ...plexByName, file: 'clusters/home/apps.yaml' },
      { now: { renderings } },
    );
    const { owner, path, kubernetesVersion, apiVersions } = full.asked[0]?.options ?? {};
    assert.deepEqual(
      [owner, path, kubernetesVersion, apiVersions],
      [namedApps, 'clusters/home/apps.yaml', '1.34', ['a/v1', 'b/v1']],
    );
  });
});

describe('a file', () => {
  const two = [
    stated({ ...namedPlex, name: 'second' }, 'apps/plex.yaml', {}, 20),
    stated(namedPlex, 'apps/plex.yaml', {}, 2),
    stated(namedApps, 'clusters/home/apps.yaml'),
  ];

  test('gives every object that it states, in its order', async () => {
    const run = await runBuild('apps/plex.yaml', byFile, {
      now: {
        stated: two,
        renderings: {
          'HelmRelease/plex': renderedPlex([configMap('of-plex', {})]),
          'HelmRelease/second': renderedPlex([configMap('of-second', {})]),
        },
      },
    });
    assert.deepEqual(
      [...run.output.matchAll(/name: (.*)/g)].map(([, name]) => name),
      ['of-plex', 'of-second'],
    );
    assert.deepEqual(
      run.asked.map(({ options }) => options.path),
      ['apps/plex.yaml', 'apps/plex.yaml'],
    );
  });

  const oneFails = {
    now: {
      stated: two,
      renderings: {
        'HelmRelease/plex': new Failure('invalid', 'templates/a.yaml:3: no such field'),
        'HelmRelease/second': renderedPlex([configMap('of-second', {})]),
      },
    },
  };

  test('of which one object fails gives the others, the error and exit code 1', async () => {
    const run = await runBuild('apps/plex.yaml', byFile, oneFails);
    assert.equal(run.code, 1);
    assert.match(run.output, /name: of-second/);
    assert.equal(run.messages, 'error: HelmRelease media/plex: templates/a.yaml:3: no such field\n');
  });

  test('of which one object fails gives no list that would pass for the whole', async () => {
    const run = await runBuild('apps/plex.yaml -o json', byFile, oneFails);
    assert.deepEqual([run.code, run.output], [1, '']);
  });

  test('that states nothing of Flux is refused', async () => {
    const run = await runBuild('apps/plex.yaml', byFile, { now: apps });
    assert.equal(run.code, 2);
    assert.match(
      run.messages,
      /^error: apps\/plex\.yaml states no Flux Kustomization and no HelmRelease \(working tree\)\./,
    );
  });
});

describe('a folder', () => {
  test('is built as the Kustomization that has its path', async () => {
    const run = await runBuild('apps', byFolder, {
      now: { ...apps, files, renderings: { 'Kustomization/apps': renderedApps([configMap('a', {})]) } },
    });
    assert.equal(run.code, 0);
    assert.equal(run.asked[0]?.options.path, 'clusters/home/apps.yaml');
    assert.equal(
      run.messages,
      'note: folder apps: Built as Kustomization flux-system/apps (clusters/home/apps.yaml:3).\n',
    );
  });

  for (const [title, statedObjects, words] of [
    ['no Kustomization has its path', [], /no Flux Kustomization of the repository has this path/],
    [
      'several have',
      [...apps.stated, stated({ ...namedApps, namespace: 'other' }, 'clusters/b/apps.yaml', { path: 'apps' })],
      /for several .*: ks\/flux-system\/apps \(clusters\/home\/apps\.yaml\), ks\/other\/apps \(clusters\/b\/apps\.yaml\)/,
    ],
    [
      'another path only begins like it',
      [stated(namedApps, 'a.yaml', { path: './apps/media' })],
      /no Flux Kustomization/,
    ],
  ] as const) {
    test(`is built as kustomize alone would, and says so, when ${title}`, async () => {
      const run = await runBuild('apps', byFolder, {
        now: { stated: statedObjects, files, folders: { apps: [configMap('plain', {})] } },
      });
      assert.deepEqual([run.code, run.asked], [0, []]);
      assert.match(run.output, /name: plain/);
      assert.match(run.messages, new RegExp(`^warning: folder apps: .*${words.source}`));
    });
  }

  test('the top of the repository is the path of a Kustomization without one', async () => {
    const run = await runBuild(
      '.',
      { target: { by: 'folder', path: '' } },
      {
        now: { stated: [stated(namedApps, 'a.yaml')], files, renderings: { 'Kustomization/apps': renderedApps([]) } },
      },
    );
    assert.match(run.messages, /^note: folder \.: Built as Kustomization flux-system\/apps/);
  });

  test('without a file is refused', async () => {
    const run = await runBuild('apps', byFolder, { now: {} });
    assert.deepEqual([run.code, run.messages], [2, 'error: The folder apps holds no files (working tree).\n']);
  });
});

describe('a name', () => {
  test('that was given without its namespace is told in full', async () => {
    const objects = [configMap('a', { key: 'canary' }, ['key'])];
    const run = await runBuild(
      'ks/apps',
      { target: { by: 'name', name: { ...namedApps, namespace: '' } } },
      { now: { renderings: { 'Kustomization/apps': renderedApps(objects) } } },
    );
    assert.match(run.messages, /^note: Kustomization flux-system\/apps: 1 value /);
  });

  test('that several objects have is refused, with a command for each', async () => {
    const owner = { ...namedApps, name: 'prod' };
    const choices = [
      { name: namedPlex, owner: namedApps, path: 'apps/plex.yaml' },
      { name: namedPlex, owner, path: 'apps/plex.yaml' },
      { name: { ...namedPlex, namespace: 'tv' }, owner, path: 'tv/plex.yaml' },
    ];
    const run = await runBuild('hr/plex', plexByName, {
      now: { renderings: { 'HelmRelease/plex': { kind: 'ambiguous', message: 'Several are called plex.', choices } } },
    });
    assert.equal(run.code, 2);
    assert.equal(
      run.messages,
      [
        'error: Several are called plex. (working tree)',
        '  Say which one:',
        '    driftline build hr/media/plex --owner flux-system/apps  # apps/plex.yaml',
        '    driftline build hr/media/plex --owner flux-system/prod  # apps/plex.yaml',
        '    driftline build hr/tv/plex                              # tv/plex.yaml',
        '',
      ].join('\n'),
    );
  });

  test('that differs by nothing but a file is told by it', async () => {
    const choices = ['a', 'b'].map((cluster) => ({
      name: namedApps,
      owner: { ...namedApps, name: 'flux-system' },
      path: `clusters/${cluster}/apps.yaml`,
    }));
    const run = await runBuild('ks/apps', byName, {
      now: { renderings: { 'Kustomization/apps': { kind: 'ambiguous', message: 'Two.', choices } } },
    });
    assert.match(run.messages, /^ {4}driftline build ks\/flux-system\/apps --file clusters\/b\/apps\.yaml$/m);
  });

  for (const [title, wanted, hint] of [
    ['a near one is offered', { ...namedApps, name: 'app' }, 'Did you mean apps?'],
    [
      'the same in another namespace is offered',
      { ...namedApps, namespace: 'default' },
      'Did you mean Kustomization flux-system/apps?',
    ],
    ['none is near', { ...namedApps, name: 'monitoring' }, undefined],
    ['another kind is none', { ...namedApps, kind: 'HelmRelease' }, undefined],
  ] as const) {
    test(`that the repository has not is refused; ${title}`, async () => {
      const run = await runBuild('ks/x', { target: { by: 'name', name: wanted } }, { now: apps });
      assert.equal(run.code, 2);
      const [first, second] = run.messages.split('\n');
      assert.match(first ?? '', /^error: The repository states no .*\(working tree\)\.$/);
      assert.equal(second, hint === undefined ? '' : `  ${hint}`);
    });
  }

  test('that is stated and lacks something else is a failed render', async () => {
    const why = new Failure('notFound', 'the chart has not been pulled');
    const run = await runBuild('ks/apps', byName, { now: { ...apps, renderings: { 'Kustomization/apps': why } } });
    assert.deepEqual(
      [run.code, run.messages],
      [
        1,
        'error: Kustomization flux-system/apps: the chart has not been pulled\n' +
          '  --context NAME asks a cluster for what is not in the repository.\n',
      ],
    );
  });

  test('of a release that the message names in its midst: it is named once', async () => {
    const why = new Failure('invalid', 'The chart plex of HelmRelease media/plex is broken: no HelmRelease');
    const run = await runBuild('hr/plex', plexByName, {
      now: { stated: [stated(namedPlex, 'a.yaml')], renderings: { 'HelmRelease/plex': why } },
    });
    assert.equal(run.messages, `error: ${why.message}\n`);
  });

  test('of a release whose chart no pull can get: --pull is not said', async () => {
    const why = new Failure('notFound', 'GitRepository apps/other is another repository');
    const run = await runBuild('hr/plex', plexByName, {
      now: { stated: [stated(namedPlex, 'a.yaml')], renderings: { 'HelmRelease/plex': why } },
    });
    assert.match(run.messages, /another repository\n {2}--context NAME /);
    assert.doesNotMatch(run.messages, /--pull/);
  });

  for (const [options, hints] of [
    [
      '',
      [
        '--pull pulls charts from where their sources point.',
        '--context NAME asks a cluster for what is not in the repository.',
      ],
    ],
    [' --pull', ['--context NAME asks a cluster for what is not in the repository.']],
    [' --pull --context home', []],
  ] as const) {
    test(`of a release whose chart is missing, with${options === '' ? 'out options' : options}: what could help is said`, async () => {
      const why = new Failure('notFound', 'no chart', { remedy: 'pull' });
      const run = await runBuild(`hr/plex${options}`, plexByName, {
        now: { stated: [stated(namedPlex, 'a.yaml')], renderings: { 'HelmRelease/plex': why } },
      });
      assert.deepEqual(
        run.messages.trimEnd().split('\n').slice(1),
        hints.map((hint) => `  ${hint}`),
      );
    });
  }
});

describe('ends', () => {
  const renderings = (error: Error) => ({ now: { ...apps, renderings: { 'Kustomization/apps': error } } });

  test('an interrupted build says nothing and ends with 130', async () => {
    const run = await runBuild('ks/apps', byName, renderings(cancelled('Rendering')));
    assert.deepEqual([run.code, run.output, run.messages, run.disposed], [130, '', '', 1]);
  });

  for (const [message, expected] of [
    ['no such base', 'Kustomization flux-system/apps: no such base'],
    ['Kustomization flux-system/apps: no such base', 'Kustomization flux-system/apps: no such base'],
    [
      'Kustomization flux-system/parent: no such base',
      'Kustomization flux-system/apps: Kustomization flux-system/parent: no such base',
    ],
  ] as const) {
    test(`what failed is named once: ${message}`, async () => {
      const run = await runBuild('ks/apps', byName, renderings(new Failure('invalid', message)));
      assert.equal(run.messages, `error: ${expected}\n`);
    });
  }

  test('one that takes too long names the option', async () => {
    const run = await runBuild('ks/apps', byName, renderings(new Failure('timeout', 'Rendering took over 30 s')));
    assert.equal(run.code, 1);
    assert.match(run.messages, /Rendering took over 30 s\n {2}--time-limit gives it longer\.\n$/);
  });

  test('a defect is told from what can be expected to fail', async () => {
    const run = await runBuild('ks/apps', byName, renderings(new TypeError('x is undefined')));
    assert.equal(run.code, 1);
    assert.match(run.messages, /^error: .*: unexpected, and a defect of Driftline: TypeError: x is undefined\n {6}at /);
  });
});
