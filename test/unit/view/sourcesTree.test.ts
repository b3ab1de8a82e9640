/** The Sources view: each source, how far it has been applied, and by whom it is used. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  failing,
  gitRepository,
  helmChart,
  helmRelease,
  helmRepository,
  kustomization,
  ociRepository,
} from '../../support/builders.ts';
import { keyOf, rowLabelled, type Shown, sourcesTree } from '../../support/shownTree.ts';
import { dedent, treeText } from '../../support/treeText.ts';

function checkTree(shown: Shown, expected: string): void {
  assert.equal(treeText(sourcesTree(shown)), dedent(expected));
}

const old = 'main@sha1:0000000d3b7e4f60812a9c5d7e3b1f0a6c4d2e8b';

test('a source says what it offers, since when, and how many have applied it', () => {
  checkTree(
    {
      objects: [
        gitRepository('flux-system'),
        kustomization('apps'),
        kustomization('old', { status: { lastAppliedRevision: old } }),
        helmRepository('grafana', {
          conditions: failing(
            'IndexationFailed',
            'failed to fetch https://charts.example.com/index.yaml : 401 Unauthorized',
          ),
          status: { artifact: undefined },
        }),
      ],
    },
    `
    - error HelmRepository grafana — indexation failed: 401 Unauthorized · 2m · not used
    ▸ pass GitRepository flux-system — main@5f2c1a9 · 2m ago · applied by 1 of 2
      - pass apps — main@5f2c1a9 · 2m
      - arrow-up old — main@0000000 · behind source (main@5f2c1a9)
    `,
  );
});

test('charts stand below their repository, releases below their chart, and are counted at the repository', () => {
  checkTree(
    {
      objects: [
        helmRepository('charts'),
        helmChart('default-web', { version: '2.0.0' }),
        helmRelease('web', { version: '1.0.0' }),
        helmChart('default-api', { version: '1.0.0' }),
        helmRelease('api', { version: '1.0.0' }),
      ],
    },
    `
    ▸ pass HelmRepository charts — 2m ago · applied by 1 of 2
      ▸ pass HelmChart default-api — 1.0.0 · 2m ago
        - pass default/api — 1.0.0 · 2m
      ▸ pass HelmChart default-web — 2.0.0 · 2m ago
        - arrow-up default/web — 1.0.0 · behind source (2.0.0)
    `,
  );
});

test('a failing chart is told at its repository, and the release that waits for it is not red', () => {
  checkTree(
    {
      objects: [
        helmRepository('charts', { spec: { type: 'oci' }, status: { artifact: undefined }, conditions: [] }),
        helmChart('default-web', {
          conditions: failing('ChartPullError', 'no such chart'),
          status: { artifact: undefined },
        }),
        helmRelease('web', {
          conditions: failing('SourceNotReady', "HelmChart 'flux-system/default-web' is not ready: latest generation"),
        }),
      ],
    },
    `
    ▸ (circle-outline) HelmRepository charts — 1 failing below · applied by 0 of 1
      ▸ error HelmChart default-web — chart pull error: no such chart · 2m
        - (ellipsis) default/web — waiting on HelmChart flux-system/default-web
    `,
  );
});

test('a static source is not reconciled; an ExternalArtifact is not suspended either', () => {
  const external = {
    apiVersion: 'source.toolkit.fluxcd.io/v1',
    kind: 'ExternalArtifact',
    metadata: { name: 'made', namespace: 'flux-system' },
    status: { artifact: { revision: `latest@sha256:${'a'.repeat(64)}`, lastUpdateTime: '2025-12-31T23:59:00Z' } },
  };
  const text = treeText(
    sourcesTree({ objects: [helmRepository('oci', { spec: { type: 'oci' } }), external, gitRepository('git')] }),
    { actions: true },
  );
  assert.equal(
    text,
    dedent(`
      - pass ExternalArtifact made — latest@sha256:aaaaaaaa · 1m ago · not used {}
      - pass GitRepository git — main@5f2c1a9 · 2m ago · not used {canReconcile canSuspend}
      - (circle-outline) HelmRepository oci — not used {canSuspend}
    `),
  );
});

test('a release from an OCIRepository compares digests', () => {
  const digest = `sha256:${'1'.repeat(64)}`;
  const chartRef = { kind: 'OCIRepository', name: 'podinfo', namespace: 'flux-system' };
  const history = [{ status: 'deployed', version: 1, chartVersion: '6.6.1+111111111111', ociDigest: digest }];
  checkTree(
    { objects: [ociRepository('podinfo'), helmRelease('podinfo', { spec: { chartRef }, status: { history } })] },
    `
    ▸ pass OCIRepository podinfo — latest@sha256:11111111 · 2m ago · applied by 1 of 1
      - pass default/podinfo — 6.6.1+1111111 · 2m
    `,
  );
});

test('what is being applied has not been applied', () => {
  const running = helmRelease('web', { conditions: [{ type: 'Ready', status: 'Unknown', reason: 'Progressing' }] });
  const tree = sourcesTree({ objects: [helmRepository('charts'), helmChart('default-web'), running] });
  assert.match(rowLabelled(tree, 'HelmRepository charts').description, /applied by 0 of 1/);
});

test('sources that name each other in a circle all stand at the top', () => {
  const artifact = (name: string, other: string) => ({
    apiVersion: 'source.toolkit.fluxcd.io/v1',
    kind: 'ExternalArtifact',
    metadata: { name, namespace: 'flux-system' },
    spec: { sourceRef: { apiVersion: 'source.toolkit.fluxcd.io/v1', kind: 'ExternalArtifact', name: other } },
  });
  const tree = sourcesTree({ objects: [artifact('a', 'b'), artifact('b', 'a'), artifact('self', 'self')] });
  assert.equal(tree.roots.length, 3);
});

test('a chart whose repository is not in the cluster stands at the top', () => {
  assert.match(treeText(sourcesTree({ objects: [helmChart('default-web')] })), /^- pass HelmChart default-web/);
});

test('the tooltip says who uses it, and where it comes from without the password in the address', () => {
  const git = gitRepository('flux-system', { spec: { url: 'https://bot:hunter2@git.example.com/team/homelab.git' } });
  const tree = sourcesTree({ objects: [git, kustomization('apps')] });
  const text = rowLabelled(tree, 'GitRepository flux-system').tooltip();
  assert.ok(text.includes('applied by 1 of 1'), text);
  assert.ok(text.includes('git\\.example\\.com'), text);
  assert.ok(!text.includes('hunter2'));
  assert.deepEqual(tree.rowsOf.get(keyOf(git)), [rowLabelled(tree, 'GitRepository flux-system').id]);
});

test('a count of consumers is not given while not all of them can be seen', () => {
  const git = gitRepository('git');
  for (const shown of [{ namespaces: ['default'] }, { sync: { HelmRelease: { state: 'loading' } } }] as const) {
    const tree = sourcesTree({ objects: [git], ...shown });
    assert.doesNotMatch(rowLabelled(tree, 'GitRepository git').description, /used|applied/);
  }
  assert.match(rowLabelled(sourcesTree({ objects: [git] }), 'GitRepository git').description, /not used/);
});
