/** The document of what Flux applies: its head, its objects in their sections, and what no text of a chart may break. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseAllDocuments } from 'yaml';
import { Failure } from '../../../src/base/failure.ts';
import type { KubernetesObject } from '../../../src/flux/objects.ts';
import { printYaml } from '../../../src/manifests/printYaml.ts';
import { appliedText } from '../../../src/view/appliedText.ts';
import type { Rendered, RenderedContent } from '../../../src/view/renderedHead.ts';
import { renderProblem } from '../../../src/view/renderProblem.ts';
import {
  desired,
  kustomizationName,
  releaseName,
  renderedKustomization,
  renderedRelease,
} from '../../support/rendered.ts';

function contentOf(rendered: Rendered | undefined, more: Partial<RenderedContent> = {}): RenderedContent {
  const name = rendered?.name ?? releaseName;
  const subject = { aspect: 'applied', name, root: '/repository', path: undefined, choice: undefined } as const;
  return { subject, from: 'working tree', rendered, problem: undefined, ...more };
}

function textOf(rendered: Rendered | undefined, more: Partial<RenderedContent> = {}): string {
  return [...appliedText(contentOf(rendered, more), printYaml)].join('');
}

/** The lines of the head, without what comes after it. */
function headOf(text: string): string[] {
  return (text.split(/^(?:---|\n# ===)/m)[0] ?? '').trimEnd().split('\n');
}

test('the head says what was rendered, from what, by whom, and how much', () => {
  const rendered = renderedRelease({
    parents: [
      { kind: 'Kustomization', namespace: 'flux-system', name: 'flux-system' },
      { kind: 'Kustomization', namespace: 'flux-system', name: 'apps' },
    ],
    objects: [desired('Service', 'shop'), desired('Deployment', 'shop')],
  });
  assert.deepEqual(headOf(textOf(rendered)), [
    '# HelmRelease apps/shop: what Flux applies',
    '#',
    '# Rendered from  working tree',
    '# Chart          shop 0.1.0, app 1.4.2, from charts/shop of this repository',
    '# Release        shop in namespace apps',
    '# Built by       flux-system/flux-system > flux-system/apps',
    '# Applies        2 objects',
  ]);
});

const heads: readonly (readonly [string, Rendered, readonly string[]])[] = [
  [
    'a Kustomization has no chart',
    renderedKustomization(),
    ['Rendered from  working tree', 'Applies        no object'],
  ],
  [
    'what makes the result doubtful stands before what is assumed',
    renderedKustomization({
      notes: [
        { severity: 'information', message: 'Kubernetes 1.36 is assumed.' },
        { severity: 'approximate', message: 'lookup finds nothing.' },
      ],
    }),
    [
      'Rendered from  working tree',
      'Applies        no object',
      'Approximate    lookup finds nothing.',
      'Note           Kubernetes 1.36 is assumed.',
    ],
  ],
  [
    'hooks, CRDs, masked and unstable fields are counted',
    renderedKustomization({
      objects: [
        desired(
          'Secret',
          'a',
          {},
          {
            masked: [
              ['data', 'x'],
              ['data', 'y'],
            ],
            unstable: [['data', 'x']],
          },
        ),
        desired('Job', 'b', {}, { role: { hook: ['pre-install'] } }),
        desired('CustomResourceDefinition', 'c', {}, { role: { crds: 'Create' } }),
        desired('CustomResourceDefinition', 'd', {}, { role: { crds: 'Create' } }),
      ],
    }),
    [
      'Rendered from  working tree',
      'Applies        1 object, besides 1 hook and 2 CRDs',
      'Masked         2 values, shown as •••: from Secrets, or encrypted',
      'Unstable       1 object with fields that each render makes anew',
    ],
  ],
  [
    'a suspended object says that nothing of it happens',
    renderedKustomization({
      inForce: {
        apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
        kind: 'Kustomization',
        metadata: kustomizationName,
        spec: { suspend: true },
      },
    }),
    [
      'Rendered from  working tree',
      'Suspended      Flux applies none of this until it is resumed',
      'Applies        no object',
    ],
  ],
];

for (const [title, rendered, expected] of heads) {
  test(title, () => {
    const lines = headOf(textOf(rendered)).slice(2);
    assert.deepEqual(
      lines.map((line) => line.replace(/^# /, '')),
      expected,
    );
  });
}

test('what says against being applied stands in its place, says so, and is not counted', () => {
  const text = textOf(
    renderedKustomization({
      objects: [
        desired('ConfigMap', 'never', {}, { role: { skipped: 'reconcile disabled' } }),
        desired('ConfigMap', 'plain'),
        desired('ConfigMap', 'ignored', {}, { role: { skipped: 'ssa Ignore' } }),
        desired('ConfigMap', 'once', {}, { role: { skipped: 'ssa IfNotPresent' } }),
      ],
    }),
  );
  assert.deepEqual(headOf(text).slice(3), [
    '# Applies        1 object, besides 1 only where missing',
    '# Leaves alone   2 objects, as labels or annotations say',
  ]);
  const documents = parseAllDocuments(text).map((document) => (document.toJS() as KubernetesObject).metadata.name);
  assert.deepEqual(documents, ['never', 'plain', 'ignored', 'once']);
  assert.deepEqual(
    text.split('\n').filter((line, index, all) => all[index - 1] === '---' && line.startsWith('#')),
    [
      '# Not applied: kustomize.toolkit.fluxcd.io/reconcile: disabled',
      '# Not applied: kustomize.toolkit.fluxcd.io/ssa: Ignore',
      '# Created once, then left alone: kustomize.toolkit.fluxcd.io/ssa: IfNotPresent',
    ],
  );
});

test('each object is a document of its own, in the order of the build, with its template above', () => {
  const text = textOf(
    renderedRelease({
      objects: [
        desired('Service', 'shop', { spec: { ports: [{ port: 80 }] } }, { template: 'shop/templates/service.yaml' }),
        desired(
          'ConfigMap',
          'shop',
          { data: { a: 'b' } },
          {
            unstable: [
              ['data', 'a'],
              ['metadata', 'annotations', 'checksum/x'],
            ],
          },
        ),
      ],
    }),
  );
  assert.equal(
    text.slice(text.indexOf('---')),
    `---
# Source: shop/templates/service.yaml
apiVersion: v1
kind: Service
metadata:
  name: shop
  namespace: apps
spec:
  ports:
    - port: 80
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: shop
  namespace: apps
data:
  a: b
# Another value at each render: data.a, metadata.annotations["checksum/x"]
`,
  );
});

test('hooks and CRDs have sections of their own at the end, each saying when or how it is applied', () => {
  const text = textOf(
    renderedRelease({
      objects: [
        desired('CustomResourceDefinition', 'first', {}, { role: { crds: 'CreateReplace' }, template: 'crds/x.yaml' }),
        desired('Job', 'migrate', {}, { role: { hook: ['pre-install', 'pre-upgrade'] } }),
        desired('Service', 'shop'),
      ],
    }),
  );
  const marks = text.match(/^# (?:Hooks|CRDs)\b[^:]*:|^# (?:Hook|Policy|Source): [^:\n]*|^ {2}name: .*/gm);
  assert.deepEqual(marks, [
    '  name: shop',
    '# Hooks:',
    '# Hook: pre-install, pre-upgrade',
    '  name: migrate',
    '# CRDs from the chart’s crds folder:',
    '# Source: crds/x.yaml',
    '# Policy: CreateReplace',
    '  name: first',
  ]);
});

test('an encrypted object says so', () => {
  const text = textOf(renderedKustomization({ objects: [desired('Secret', 'a', {}, { encrypted: true })] }));
  assert.match(text, /^---\n# Encrypted with SOPS: its values are not known here\napiVersion: v1$/m);
});

test('an error stands above what was rendered before it, its place first', () => {
  const problem = renderProblem({
    name: releaseName,
    error: new Failure('invalid', 'apps/shop.yaml:12: did not find expected key'),
    paths: ['apps/shop.yaml'],
    cluster: 'none',
  });
  const text = textOf(renderedRelease({ objects: [desired('Service', 'shop')] }), { problem });
  assert.deepEqual(text.split('\n').slice(0, 5), [
    '# apps/shop.yaml:12',
    '# Error: apps/shop.yaml:12: did not find expected key',
    '# Below is what was rendered before this error.',
    '',
    '# HelmRelease apps/shop: what Flux applies',
  ]);
  assert.match(text, /^kind: Service$/m);
});

test('a long error is broken between words, and what is longer than a line stays whole', () => {
  const long = `charts/${'x'.repeat(90)}/templates/deployment.yaml`;
  const error = new Failure('invalid', `${'some words of a library '.repeat(5)}${long} end`);
  const problem = renderProblem({ name: releaseName, error, paths: [], cluster: 'none' });
  const lines = textOf(undefined, { problem }).split('\n');
  assert.deepEqual(lines.slice(0, 4), [
    '# Error: some words of a library some words of a library some words of a',
    '# library some words of a library some words of a library',
    `# ${long}`,
    '# end',
  ]);
});

test('an error before anything was rendered leaves the error and the name', () => {
  const problem = renderProblem({
    name: releaseName,
    error: new Failure('notFound', 'The chart shop 1.0.0 is not in the repository', { remedy: 'pull' }),
    paths: [],
    cluster: 'none',
  });
  assert.equal(
    textOf(undefined, { problem }),
    `# Error: The chart shop 1.0.0 is not in the repository
# The command Driftline: Pull chart fetches it from where its source points.
# Nothing could be rendered yet.

# HelmRelease apps/shop: what Flux applies
#
# Rendered from  working tree
`,
  );
});

test('no text of a chart leaves its comment: the document reads as the objects and nothing else', () => {
  const nasty = 'a\n---\nkind: Evil\r\nx: \u2028y: \u0085z: 1';
  const objects = [
    desired(
      'ConfigMap',
      'one',
      { data: { text: `${nasty}\n# no comment\n--- \n \n\n` } },
      { template: nasty, unstable: [[nasty]] },
    ),
    desired('Job', 'two', {}, { template: nasty, role: { hook: [nasty] } }),
  ];
  const text = textOf(
    renderedRelease({
      objects,
      chart: { name: nasty, version: nasty, appVersion: nasty, from: nasty },
      notes: [{ severity: 'approximate', message: nasty }],
    }),
    { from: nasty },
  );
  const read = parseAllDocuments(text).map((document) => {
    assert.deepEqual(document.errors, []);
    return document.toJS() as unknown;
  });
  assert.deepEqual(
    read.filter((document) => document !== null),
    objects.map(({ object }) => object),
  );
});
