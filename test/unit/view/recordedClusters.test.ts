/**
 * The trees of a cluster that really ran: Flux 2.9 as recorded, and the same as Flux 2.6 and 2.2 would serve it. Ages and
 * digests change with every recording and are left out; what is marked, in which order and in which words, is not.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findFluxKind, groupOf } from '../../../src/flux/kinds.ts';
import type { KubernetesObject } from '../../../src/flux/objects.ts';
import { asFluxObject } from '../../../src/flux/sanitizeObject.ts';
import { asOlderFlux, type OlderFlux } from '../../support/apiServer/olderFlux.ts';
import { asOfNow, readRecording } from '../../support/apiServer/recording.ts';
import { controllers } from '../../support/fakeClusterState.ts';
import { clusterTree, now, rowLabelled, type Shown, sourcesTree, surveyOf } from '../../support/shownTree.ts';
import { dedent, treeText } from '../../support/treeText.ts';

const recording = asOfNow(readRecording('homelab-flux-2.9'), now - 60_000);

function shownAs(release?: OlderFlux): Shown {
  const { objects } = release === undefined ? recording : asOlderFlux(recording, release);
  const flux = (objects as unknown as readonly KubernetesObject[]).filter((object) =>
    findFluxKind(groupOf(object.apiVersion), object.kind),
  );
  return {
    objects: flux.map((object) => asFluxObject(object)),
    controllers: controllers(release === undefined ? recording.about.flux : `${release}.0`),
  };
}

const steady = (text: string): string =>
  text
    .replace(/@(sha256:)?[0-9a-f]{7,8}\b/g, '@$1…')
    .replace(/\+[0-9a-f]{7}\b/g, '+…')
    .replace(/\b\d+[smhd]\b/g, 'AGE');

test('Flux 2.9: the demo homelab as the wireframe has it', () => {
  assert.equal(
    steady(treeText(clusterTree(shownAs()))),
    dedent(`
      ▾ pass flux-system — 1 failing, 1 drifted below · main@… · AGE
        ▸ pass infrastructure — 1 failing, 1 drifted below · main@… · AGE
          ▸ error logging/loki — 7.0.0 · install failed: timed out waiting for 1 object · AGE
          ▸ warning logging/grafana — 11.4.0 · 2 objects drifted [2]
            - warning ConfigMap grafana — 1 change
            - warning Deployment grafana — 1 change
          ▸ arrow-up logging/alloy — 0.9.2 · behind source (0.9.3)
          ▸ (debug-pause) envoy/gateway — 1.4.6+… · suspended by admin: "moving the gateway to a new address, please do not touch until the weekend"
          - (ellipsis) logging/alloy-events — waiting on logging/loki
          - (ellipsis) logging/loki-canary — waiting on logging/loki
          ▸ pass logging/tempo — 1.10.1 · AGE
          ▸ pass reloader/reloader — 2.2.3 · AGE
          ▸ layers Objects (8)
        ▸ pass workloads — main@… · AGE
        ▸ layers Objects (1)
    `),
  );
});

test('Flux 2.9: the sources, and how far each has been applied', () => {
  const roots = (text: string): string[] => text.split('\n').filter((line) => !line.startsWith(' '));
  assert.deepEqual(roots(steady(treeText(sourcesTree(shownAs())))), [
    '▸ pass GitRepository flux-system — main@… · AGE ago · applied by 3 of 3',
    '▸ pass HelmRepository grafana — AGE ago · applied by 2 of 6',
    '▸ (circle-outline) HelmRepository stakater — applied by 1 of 1',
    '▸ pass OCIRepository envoy-gateway — 1.4.6@sha256:… · AGE ago · applied by 1 of 1',
  ]);
});

for (const release of ['2.6', '2.2'] as const) {
  test(`Flux ${release}: with drift detection on, grafana is neither drifted nor clean`, () => {
    const row = rowLabelled(clusterTree(shownAs(release)), 'logging/grafana');
    assert.equal(row.description, '11.4.0 · this Flux does not report drift');
    assert.equal(row.icon.id, 'unverified');
    assert.match(row.tooltip(), /does not report drift/);
  });

  test(`Flux ${release}: what fails, waits, rests and lags is told as by a newer one`, () => {
    const tree = clusterTree(shownAs(release));
    const marks = Object.fromEntries([...tree.rows.values()].map(({ label, icon }) => [label, icon.id]));
    assert.equal(marks['logging/loki'], 'error');
    assert.equal(marks['logging/loki-canary'], 'ellipsis');
    assert.equal(marks['envoy/gateway'], 'debug-pause');
    assert.equal(marks['logging/alloy'], 'arrow-up');
    assert.equal(marks['flux-system'], 'pass');
  });

  test(`Flux ${release}: a release lists no objects, and says so when it is opened`, () => {
    const tree = clusterTree({ ...shownAs(release), inventories: { tempo: { state: 'notReported' } } });
    const row = rowLabelled(tree, 'logging/tempo');
    assert.equal(row.expand, 'collapsed');
    const [note] = tree.children.get(row.id) ?? [];
    assert.equal(tree.rows.get(note ?? '')?.label, "This Flux does not list a release's objects");
  });
}

test('in every release each object stands in exactly one place of its own, and the counts agree with the rows', () => {
  for (const release of [undefined, '2.6', '2.2'] as const) {
    const shown = shownAs(release);
    const survey = surveyOf(shown);
    const tree = clusterTree(shown);
    const appliers = [...survey.views.values()].filter(({ kind }) => kind.role === 'applier');
    assert.ok(appliers.every(({ key }) => tree.rowsOf.get(key)?.length === 1));
    const reds = [...tree.rows.values()].filter(({ icon }) => icon.color === 'testing.iconFailed').length;
    assert.equal(reds, survey.appliers.failing);
  }
});
