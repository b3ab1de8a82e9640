/** What a row says when the pointer rests on it: complete, in order, and harmless. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FluxObject } from '../../../src/flux/objects.ts';
import { objectTooltip, type TooltipInput } from '../../../src/view/tooltip.ts';
import { condition, failing, gitRepository, helmRelease, kustomization, ready } from '../../support/builders.ts';
import { controllers, type FakeState } from '../../support/fakeClusterState.ts';
import { keyOf, minutesAgo, now, surveyOf } from '../../support/shownTree.ts';

function tooltipOf(object: FluxObject, fake: FakeState = {}, more: Partial<TooltipInput> = {}): string {
  const survey = surveyOf({ ...fake, objects: [object, ...(fake.objects ?? [])] });
  const view = survey.views.get(keyOf(object));
  assert.ok(view);
  return objectTooltip({ view, survey, now, ...more });
}

/** Escapes are in the way of reading; that they are there is tested on its own. */
const unescaped = (markdown: string): string => markdown.replace(/\\([!-/:-@[-`{-~])/g, '$1').replaceAll('&#36;', '$');

function checkParts(text: string, parts: readonly string[]): void {
  const readable = unescaped(text);
  let from = 0;
  for (const part of parts) {
    const at = readable.indexOf(part, from);
    assert.ok(at >= 0, `${part}\nafter character ${from} of\n${readable}`);
    from = at + part.length;
  }
}

const source = gitRepository('flux-system', {
  status: { artifact: { revision: `main@sha1:${'b'.repeat(40)}`, lastUpdateTime: minutesAgo(60) } },
});

test('what it is, how it is, why, what drifted, which revision, from where, when, on what it depends', () => {
  const object = helmRelease('grafana', {
    namespace: 'logging',
    version: '11.4.0',
    appliedBy: { kind: 'Kustomization', name: 'infrastructure' },
    spec: { driftDetection: { mode: 'enabled' }, dependsOn: [{ name: 'loki' }, { name: 'gone', namespace: 'other' }] },
    conditions: [
      ready('Helm upgrade succeeded for release logging/grafana.v4', 'UpgradeSucceeded'),
      condition(
        'Drifted',
        'True',
        'DriftDetected',
        'x\nDeployment/logging/grafana changed (0 additions, 1 changes, 2 removals)\nService/logging/old removed',
      ),
    ],
  });
  const loki = helmRelease('loki', { namespace: 'logging', conditions: failing('InstallFailed', 'no') });
  const owner = kustomization('infrastructure', { conditions: failing('HealthCheckFailed', 'no') });
  checkParts(tooltipOf(object, { objects: [loki, owner] }), [
    '**HelmRelease** logging/grafana',
    'drifted · UpgradeSucceeded · for 2m',
    'Helm upgrade succeeded for release logging/grafana.v4',
    'Drifted, put back by helm-controller (mode enabled):',
    '- Deployment logging/grafana: 0 to add, 1 to change, 2 to remove',
    '- Service logging/old: removed from the cluster',
    'Applied 11.4.0',
    'Source: HelmChart flux-system/logging-grafana',
    'Applied by Kustomization flux-system/infrastructure: failed',
    'Last applied 2m ago · next reconcile at most 1h away',
    'Depends on\n- logging/loki: failed\n- other/gone: not in this cluster, or not to be seen',
    '| condition | status | reason | for |',
    '| Ready | True | UpgradeSucceeded | 2m |',
    '| Drifted | True | DriftDetected | 2m |',
    'https://fluxcd.io/flux/components/helm/helmreleases/',
  ]);
});

test('the controller speaks in full, however long and in several lines', () => {
  const message = `first line\n${'long '.repeat(300)}end`;
  const text = unescaped(tooltipOf(kustomization('a', { conditions: failing('BuildFailed', message) })));
  assert.ok(text.includes('first line  \nlong'));
  assert.ok(text.includes('end'));
});

test('revision applied and available, with the commit where the clone knows it', () => {
  const text = tooltipOf(
    kustomization('apps'),
    { objects: [source] },
    {
      commitSubject: (revision) => (revision.includes('5f2c1a9') ? 'Upgrade [loki](command:x)' : undefined),
    },
  );
  checkParts(text, ['Applied main@5f2c1a9 · Upgrade [loki](command:x)', 'Available main@bbbbbbb · behind its source']);
  assert.ok(!text.includes('](command:'));
});

test('an attempt that failed is told beside what is applied', () => {
  const object = kustomization('apps', { status: { lastAttemptedRevision: `main@sha1:${'c'.repeat(40)}` } });
  checkParts(tooltipOf(object), ['Applied main@5f2c1a9', 'Attempted main@ccccccc']);
});

test('a source says what it holds, since when', () => {
  checkParts(tooltipOf(source), ['Artifact main@bbbbbbb · 1h ago', 'From github.com/example/flux-system']);
});

for (const [name, object, fake, expected] of [
  ['drift that is not monitored', helmRelease('a'), {}, 'Drift is not monitored: `spec.driftDetection` is off.'],
  [
    'a Flux that does not report drift',
    helmRelease('a', { spec: { driftDetection: { mode: 'enabled' } } }),
    { controllers: controllers('2.6.4') },
    'this Flux does not report drift',
  ],
  [
    'drift that has not been looked for',
    helmRelease('a', { spec: { driftDetection: { mode: 'warn' } } }),
    {},
    'Drift has not been checked yet.',
  ],
  [
    'no drift',
    helmRelease('a', {
      spec: { driftDetection: { mode: 'warn' } },
      conditions: [ready(), condition('Drifted', 'False', 'NoDriftDetected')],
    }),
    {},
    'No drift at the last check.',
  ],
  [
    'drift that is only reported',
    helmRelease('a', {
      spec: { driftDetection: { mode: 'warn' } },
      conditions: [condition('Drifted', 'True', 'DriftDetected', 'x\nService/a/b removed')],
    }),
    {},
    'Drifted, only reported (mode warn):',
  ],
  [
    'drift of before a suspension',
    helmRelease('a', {
      spec: { driftDetection: { mode: 'warn' }, suspend: true },
      conditions: [ready(), condition('Drifted', 'True', 'DriftDetected', 'x\nService/a/b removed')],
    }),
    {},
    'as of the last check before the suspension',
  ],
  [
    'a retry',
    kustomization('a', { spec: { retryInterval: '2m' }, conditions: failing('BuildFailed', 'x') }),
    {},
    'tried again by itself',
  ],
  [
    'the time of a retry',
    kustomization('a', { spec: { retryInterval: '2m' }, conditions: failing('BuildFailed', 'x') }),
    {},
    'Next reconcile at most 2m away',
  ],
  [
    'a release that backs off',
    helmRelease('a', { conditions: failing('InstallFailed', 'x') }),
    {},
    'tried again after growing delays',
  ],
  [
    'a suspension over a failure',
    kustomization('a', { spec: { suspend: true }, conditions: failing('BuildFailed', 'x') }),
    {},
    'suspended · before that failed · BuildFailed',
  ],
  [
    'what it waits for',
    kustomization('a', { conditions: failing('DependencyNotReady', "dependency 'b/c' is not ready") }),
    {},
    'waiting · waiting on b/c',
  ],
  [
    'the bootstrap',
    kustomization('flux-system', { appliedBy: { kind: 'Kustomization', name: 'flux-system' } }),
    {},
    'Applied by itself',
  ],
  ['what nobody applies', kustomization('a'), {}, 'Not applied by Flux'],
] as const satisfies readonly (readonly [string, FluxObject, FakeState, string])[]) {
  test(`a tooltip tells ${name}`, () => checkParts(tooltipOf(object, fake), [expected]));
}

test('who suspended an object, when and why, in full; nobody is named without word of it', () => {
  const reason = `moving the *gateway* ${'on '.repeat(60)}[here](command:x)`;
  const annotations = {
    'driftline.dev/suspended-by': 'admin',
    'driftline.dev/suspended-reason': reason,
    'driftline.dev/suspended-at': minutesAgo(125),
  };
  const tooltip = tooltipOf(kustomization('a', { spec: { suspend: true }, annotations }));
  assert.ok(unescaped(tooltip).includes('Suspended by admin 2h ago: "moving the *gateway* on on'), tooltip);
  assert.ok(unescaped(tooltip).includes('(command:x)"'));
  assert.ok(!tooltip.includes('](command'), 'no link');
  assert.ok(!unescaped(tooltipOf(kustomization('a', { spec: { suspend: true } }))).includes('Suspended'));
});

test('a suspended object has no next reconcile', () => {
  assert.ok(!unescaped(tooltipOf(kustomization('a', { spec: { suspend: true } }))).includes('ext reconcile'));
});

test('while the cluster is away, the tooltip says of when it is', () => {
  checkParts(tooltipOf(kustomization('a'), {}, { staleSince: '10:42' }), ['ready', 'as of 10:42']);
});

test('long lists are counted, not shown in full', () => {
  const lines = Array.from({ length: 30 }, (_, index) => `Service/default/s${index} removed`).join('\n');
  const object = helmRelease('a', {
    spec: {
      driftDetection: { mode: 'warn' },
      dependsOn: Array.from({ length: 12 }, (_, index) => ({ name: `d${index}` })),
    },
    conditions: [
      ...Array.from({ length: 40 }, (_, index) => condition(`Other${index}`, 'True')),
      condition('Drifted', 'True', 'DriftDetected', `x\n${lines}`),
    ],
  });
  const text = unescaped(tooltipOf(object));
  assert.ok(text.includes('- and 20 more'));
  assert.ok(text.includes('- and 2 more'));
  assert.equal(text.split('\n').filter((line) => line.startsWith('| Other')).length, 10);
});

test('nothing of a hostile object becomes a link, an image, HTML or an icon', () => {
  const evil = '[x](command:evil) ![y](https://evil/y.png) <b>z</b> $(flame) https://evil';
  const object = helmRelease('a', {
    spec: { url: `https://evil/${evil}` },
    status: {
      lastAttemptedRevision: evil,
      history: [{ status: 'deployed', chartVersion: evil, version: 1, lastDeployed: evil }],
    },
    conditions: [condition('Ready', 'False', evil, evil), condition(evil, 'True', evil, evil)],
  });
  const text = tooltipOf(object, {}, { commitSubject: () => evil });
  assert.doesNotMatch(text, /\]\(command:|!\[|<b>|\$\(|https:\/\/evil/);
  // The one link is to the documentation.
  assert.equal(text.match(/\]\(/g)?.length, 1);
});

test('an object without any status has a tooltip too', () => {
  const bare: FluxObject = {
    apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
    kind: 'Kustomization',
    metadata: { name: 'bare', namespace: 'x' },
  };
  checkParts(tooltipOf(bare), ['**Kustomization** x/bare', 'not reconciled yet', 'Not applied by Flux']);
});
