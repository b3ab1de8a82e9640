/** Variables of Flux Kustomizations: where they come from, which one wins, and what is unknown. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Failure } from '../../src/base/failure.ts';
import type { ClusterInputs, EffectiveVariable } from '../../src/render/desired.ts';
import {
  type Asked,
  cluster,
  configMap,
  dataOf,
  type Files,
  kustomization,
  home,
  kustomizationBed,
  messages,
  secret,
  sent,
  shown,
} from './kustomizationSetup.ts';

const bed = kustomizationBed();

/** One Kustomization `apps` with the given `postBuild`, whose object shows the given text. */
function repository(postBuild: string, text: string, more: Files = {}): Files {
  return {
    ...home(`postBuild:\n${postBuild.replaceAll(/^(?=.)/gm, '  ')}`),
    'apps/a.yaml': configMap('a', `k: "${text}"`),
    ...more,
  };
}

interface Row {
  readonly title: string;
  readonly postBuild: string;
  readonly text: string;
  readonly files?: Files;
  readonly asked?: Asked;
  readonly shows: string;
  readonly variables?: readonly EffectiveVariable[];
  readonly notes?: readonly string[];
}

const rows: readonly Row[] = [
  {
    title: 'inline',
    postBuild: 'substitute: { b: x, a: "1" }\n',
    text: 'v${a}',
    shows: 'v1',
    variables: [
      { name: 'a', value: '1', origin: { from: 'inline' }, overridden: [], used: true },
      { name: 'b', value: 'x', origin: { from: 'inline' }, overridden: [], used: false },
    ],
  },
  {
    title: 'of a ConfigMap that a parent builds, as it is built',
    postBuild: 'substituteFrom: [{ kind: ConfigMap, name: settings }]\n',
    text: '${a}',
    files: {
      'clusters/home/settings.yaml': configMap('settings', 'a: old', 'flux-system'),
      'clusters/home/kustomization.yaml': `resources: [flux-system/gotk-sync.yaml, apps.yaml, settings.yaml]
patches: [{ target: { kind: ConfigMap }, patch: '[{ "op": "replace", "path": "/data/a", "value": "patched" }]' }]
`,
    },
    shows: 'patched',
    variables: [
      {
        name: 'a',
        value: 'patched',
        origin: { from: 'ConfigMap', name: 'settings', key: 'a', read: 'repository' },
        overridden: [],
        used: true,
      },
    ],
  },
  {
    title: 'of a ConfigMap that no parent builds, as its file states it; of two clusters the nearer one',
    postBuild: 'substituteFrom: [{ kind: ConfigMap, name: settings }]\n',
    text: '${a}',
    files: {
      'clusters/home/kustomization.yaml': 'resources: [flux-system/gotk-sync.yaml, apps.yaml]\n',
      'clusters/away/settings.yaml': configMap('settings', 'a: away', 'flux-system'),
      'clusters/home/settings.yaml': configMap('settings', 'a: home', 'flux-system'),
    },
    shows: 'home',
    variables: [
      {
        name: 'a',
        value: 'home',
        origin: {
          from: 'ConfigMap',
          name: 'settings',
          key: 'a',
          read: 'repository',
          path: 'clusters/home/settings.yaml',
        },
        overridden: [],
        used: true,
      },
    ],
  },
  {
    title: 'of a ConfigMap that a sibling builds, patched and substituted by it',
    postBuild: 'substituteFrom: [{ kind: ConfigMap, name: settings }]\n',
    text: '${a} ${b}',
    files: {
      'clusters/home/config.yaml': kustomization('config', './config', 'postBuild: { substitute: { zone: north } }\n'),
      'config/settings.yaml': configMap('settings', 'a: "${zone}"\nb: old', 'flux-system'),
      'config/kustomization.yaml': `resources: [settings.yaml]
patches: [{ target: { kind: ConfigMap }, patch: '[{ "op": "replace", "path": "/data/b", "value": "patched" }]' }]
`,
    },
    shows: 'north patched',
  },
  {
    title: 'of a ConfigMap that a sibling builds with a Secret: masked as the Secret is',
    postBuild: 'substituteFrom: [{ kind: ConfigMap, name: settings }]\n',
    text: '${a}',
    files: {
      'clusters/home/config.yaml': kustomization(
        'config',
        './config',
        'postBuild: { substituteFrom: [{ kind: Secret, name: keys }] }\n',
      ),
      'clusters/home/keys.yaml': secret('keys', 'zone: canary-zone'),
      'config/settings.yaml': configMap('settings', 'a: "in ${zone}"', 'flux-system'),
    },
    shows: '•••',
    variables: [
      {
        name: 'a',
        value: '•••',
        origin: { from: 'ConfigMap', name: 'settings', key: 'a', read: 'repository', path: 'config/settings.yaml' },
        overridden: [],
        used: true,
      },
    ],
  },
  {
    title: 'of a ConfigMap that the Kustomization itself builds',
    postBuild: 'substituteFrom: [{ kind: ConfigMap, name: settings }]\n',
    text: '${a}',
    files: {
      'apps/settings.yaml': configMap('settings', 'a: old', 'flux-system'),
      'apps/kustomization.yaml': `resources: [a.yaml, settings.yaml]
patches: [{ target: { name: settings }, patch: '[{ "op": "replace", "path": "/data/a", "value": "patched" }]' }]
`,
    },
    shows: 'patched',
  },
  {
    title: 'of ConfigMaps of two siblings that need each other',
    postBuild: 'substituteFrom: [{ kind: ConfigMap, name: one }]\n',
    text: '${a}',
    files: {
      'clusters/home/one.yaml': kustomization(
        'one',
        './one',
        'postBuild: { substituteFrom: [{ kind: ConfigMap, name: two }] }\n',
      ),
      'clusters/home/two.yaml': kustomization(
        'two',
        './two',
        'postBuild: { substituteFrom: [{ kind: ConfigMap, name: one }] }\n',
      ),
      'one/map.yaml': configMap('one', 'a: "one of ${b}"', 'flux-system'),
      'two/map.yaml': configMap('two', 'b: two', 'flux-system'),
    },
    shows: 'one of two',
  },
  {
    title: 'of a ConfigMap whose own build fails, as its file states it',
    postBuild: 'substituteFrom: [{ kind: ConfigMap, name: settings }]\n',
    text: '${a}',
    files: {
      'clusters/home/config.yaml': kustomization('config', './config'),
      'config/settings.yaml': configMap('settings', 'a: stated', 'flux-system'),
      'config/kustomization.yaml': 'resources: [settings.yaml, gone.yaml]\n',
    },
    shows: 'stated',
    notes: [
      'approximate: ConfigMap flux-system/settings is read as config/settings.yaml states it, not as Kustomization flux-system/config builds it.',
    ],
  },
  {
    title: 'of a ConfigMap of the cluster, where the repository has none in that namespace',
    postBuild: 'substituteFrom: [{ kind: ConfigMap, name: settings }]\n',
    text: '${a}',
    files: { 'clusters/home/settings.yaml': configMap('settings', 'a: other', 'elsewhere') },
    asked: { cluster: cluster({ configMaps: { 'flux-system/settings': { a: 'live' } } }) },
    shows: 'live',
    variables: [
      {
        name: 'a',
        value: 'live',
        origin: { from: 'ConfigMap', name: 'settings', key: 'a', read: 'cluster' },
        overridden: [],
        used: true,
      },
    ],
  },
  {
    title: 'later ones win, inline wins over all',
    postBuild: `substitute: { c: inline }
substituteFrom: [{ kind: ConfigMap, name: one }, { kind: ConfigMap, name: two }]
`,
    text: '${a}${b}${c}',
    files: {
      'clusters/home/one.yaml': configMap('one', 'a: 1a\nb: 1b\nc: 1c', 'flux-system'),
      'clusters/home/two.yaml': configMap('two', 'b: 2b\nc: 2c', 'flux-system'),
    },
    shows: '1a2binline',
    variables: [
      {
        name: 'a',
        value: '1a',
        origin: { from: 'ConfigMap', name: 'one', key: 'a', read: 'repository' },
        overridden: [],
        used: true,
      },
      {
        name: 'b',
        value: '2b',
        origin: { from: 'ConfigMap', name: 'two', key: 'b', read: 'repository' },
        overridden: [{ from: 'ConfigMap', name: 'one', key: 'b', read: 'repository' }],
        used: true,
      },
      {
        name: 'c',
        value: 'inline',
        origin: { from: 'inline' },
        overridden: [
          { from: 'ConfigMap', name: 'one', key: 'c', read: 'repository' },
          { from: 'ConfigMap', name: 'two', key: 'c', read: 'repository' },
        ],
        used: true,
      },
    ],
  },
  {
    title: 'an optional source that the cluster has not',
    postBuild: 'substituteFrom: [{ kind: ConfigMap, name: none, optional: true }]\n',
    text: '${a:=default}',
    asked: { cluster: cluster() },
    shows: '${a:=default}', // without any variable kustomize-controller substitutes nothing
    variables: [{ name: 'a', value: undefined, origin: undefined, overridden: [], used: true }],
  },
  {
    title: 'a source that nobody can be asked for leaves the names of its variables',
    postBuild: 'substitute: { b: "2" }\nsubstituteFrom: [{ kind: ConfigMap, name: none }]\n',
    text: '${a}${b}',
    shows: '${a}2',
    variables: [
      { name: 'a', value: undefined, origin: undefined, overridden: [], used: true },
      { name: 'b', value: '2', origin: { from: 'inline' }, overridden: [], used: true },
    ],
    notes: [
      'approximate: ConfigMap flux-system/none is not in the repository, and there is no cluster to ask: variables that it may set stand as their names, without the defaults of the text, and its operators work on those names.',
    ],
  },
  {
    title: 'a source that may not be read',
    postBuild: 'substitute: { b: "2" }\nsubstituteFrom: [{ kind: Secret, name: none }]\n',
    text: '${a}${b}',
    asked: {
      cluster: { ...cluster(), secret: () => Promise.reject(new Failure('forbidden', 'no access to secrets')) },
    },
    shows: '${a}2',
    notes: [
      'approximate: Secret flux-system/none cannot be read (no access to secrets): variables that it may set stand as their names, without the defaults of the text, and its operators work on those names.',
    ],
  },
  {
    title: 'an encrypted Secret: its names are known',
    postBuild: 'substitute: { b: "2" }\nsubstituteFrom: [{ kind: Secret, name: keys }]\n',
    text: '${a}${b}',
    files: {
      'clusters/home/keys.yaml': `${secret('keys', 'a: ENC[AES256_GCM,data:Zm9v,iv:x,tag:y,type:str]')}sops:\n  mac: ENC[x]\n  lastmodified: "2024-01-01T00:00:00Z"\n`,
    },
    shows: '${a}2',
    variables: [
      {
        name: 'a',
        value: undefined,
        origin: { from: 'Secret', name: 'keys', key: 'a', read: 'repository' },
        overridden: [],
        used: true,
      },
      { name: 'b', value: '2', origin: { from: 'inline' }, overridden: [], used: true },
    ],
    notes: [
      'approximate: Secret flux-system/keys is encrypted: variables that it may set stand as their names, without the defaults of the text, and its operators work on those names.',
    ],
  },
  {
    title: 'a text of digits becomes a number, as in the controller',
    postBuild: 'substituteFrom: [{ kind: ConfigMap, name: settings }]\n',
    text: '${port}',
    files: { 'clusters/home/settings.yaml': configMap('settings', 'port: "8080"', 'flux-system') },
    shows: '8080',
  },
];

for (const row of rows) {
  test(row.title, async () => {
    const rendered = await bed.render('apps', repository(row.postBuild, row.text, row.files), row.asked);
    assert.deepEqual(String((dataOf(shown(rendered), 'a') as { k: unknown }).k), row.shows);
    if (row.variables) {
      assert.deepEqual(rendered.variables, row.variables);
    }
    assert.deepEqual(messages(rendered), row.notes ?? []);
  });
}

test('a variable that nothing sets is an error, with the place that refers to it', async () => {
  const files = repository('substitute: { b: "2" }\n', '${a}', {
    'apps/b.yaml': configMap('b', 'x: y\nz: ${abc}${a}'),
  });
  const { reason, message } = await bed.fails('apps', files);
  assert.equal(reason, 'invalid');
  assert.match(
    message,
    /^Kustomization flux-system\/apps: apps\/a.yaml:7: .* variable not set \(strict mode\): "a" \(/,
  );
});

interface Unset {
  readonly title: string;
  readonly strict: ClusterInputs['strictSubstitution'] | 'no cluster';
  /** How the message of the failure ends; without it the build succeeds with empty text. */
  readonly fails?: RegExp;
}

const unsets: readonly Unset[] = [
  {
    title: 'without a cluster the newest controller is assumed, and the error says so',
    strict: 'no cluster',
    fails: /: "a" \(assumed: kustomize-controller is strict, as since 1\.9 by default; there is no cluster to ask\)$/,
  },
  { title: 'a strict controller refuses it', strict: () => Promise.resolve(true), fails: /\(strict mode\): "a"$/ },
  {
    title: 'a controller that does not tell is assumed to be strict',
    strict: () => Promise.resolve(undefined),
    fails: /: "a" \(assumed: .*; the Deployment of kustomize-controller in homelab does not tell\)$/,
  },
  {
    title: 'a cluster of which that is not known is assumed to be strict',
    strict: undefined,
    fails: /: "a" \(assumed: .* in homelab does not tell\)$/,
  },
  {
    title: 'a Deployment that may not be read is said to be so',
    strict: () => Promise.reject(new Failure('forbidden', 'deployments.apps is forbidden')),
    fails: /: "a" \(assumed: .*; its Deployment in homelab cannot be read: deployments\.apps is forbidden\)$/,
  },
  { title: 'a controller that is not strict makes empty text of it', strict: () => Promise.resolve(false) },
];

for (const { title, strict, fails } of unsets) {
  test(`a variable that nothing sets: ${title}`, async () => {
    const files = repository('substitute: { b: "2" }\n', 'x${a}-${b}${c}');
    const asked: Asked =
      strict === 'no cluster' ? {} : { cluster: cluster(strict === undefined ? {} : { strictSubstitution: strict }) };
    if (fails) {
      assert.match((await bed.fails('apps', files, asked)).message, fails);
      return;
    }
    const rendered = await bed.render('apps', files, asked);
    assert.deepEqual(dataOf(shown(rendered), 'a'), { k: 'x-2' });
    assert.deepEqual(messages(rendered), [
      'information: Kustomization flux-system/apps: kustomize-controller of homelab is not strict, so variables that nothing sets (the first is a) become empty text.',
    ]);
  });
}

test('where a controller is not strict, what Secrets contribute is masked as ever', async () => {
  const files = repository('substituteFrom: [{ kind: Secret, name: vars }]\n', 'a-${password}-${none}', {
    'clusters/home/vars.yaml': secret('vars', 'password: canary-71c0'),
  });
  const asked = { cluster: cluster({ strictSubstitution: () => Promise.resolve(false) }) };
  const rendered = await bed.render('apps', files, asked);
  assert.equal(JSON.stringify(rendered).includes('canary-71c0'), false);
  const object = rendered.objects.find(({ object: { metadata } }) => metadata.name === 'a');
  assert.deepEqual(object?.masked, [['data', 'k']]);
  assert.deepEqual(dataOf(sent(rendered), 'a'), { k: 'a-canary-71c0-' });
});

test('how strict the controller is is asked where a variable is not set, and only there', async () => {
  const asked: string[] = [];
  const strictSubstitution = (): Promise<boolean> => {
    asked.push('asked');
    return Promise.resolve(true);
  };
  await bed.render('apps', repository('substitute: { a: "2" }\n', '${a}${b:=3}'), {
    cluster: cluster({ strictSubstitution }),
  });
  assert.deepEqual(asked, []);
  const unset = { cluster: cluster({ strictSubstitution }) };
  await bed.fails('apps', repository('substitute: { a: "2" }\n', '${a}${b}'), unset);
  assert.deepEqual(asked, ['asked']);
});

test('a question for the strictness that was cancelled is cancelled', async () => {
  const strictSubstitution = (): Promise<never> => Promise.reject(new Failure('cancelled', 'was cancelled'));
  const asked = { cluster: cluster({ strictSubstitution }) };
  assert.equal((await bed.fails('apps', repository('substitute: { b: "2" }\n', '${a}'), asked)).reason, 'cancelled');
});

test('a source that the cluster has not is an error in the words of the controller', async () => {
  const files = repository('substituteFrom: [{ kind: Secret, name: none }]\n', '${a}');
  const { message } = await bed.fails('apps', files, { cluster: cluster() });
  assert.match(message, /secrets "none" not found/);
});

test('a failing look at the cluster that was cancelled is cancelled', async () => {
  const files = repository('substituteFrom: [{ kind: ConfigMap, name: none }]\n', '${a}');
  const aborted = { ...cluster(), configMap: () => Promise.reject(new Failure('cancelled', 'was cancelled')) };
  assert.equal((await bed.fails('apps', files, { cluster: aborted })).reason, 'cancelled');
});
