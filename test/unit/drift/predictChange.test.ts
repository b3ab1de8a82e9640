/** What is applied of a field that the Kustomization passes over, when something else makes the object be applied. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { predictChange } from '../../../src/drift/predictChange.ts';
import type { KubernetesObject } from '../../../src/flux/objects.ts';

interface Row {
  readonly title: string;
  readonly kind?: string;
  readonly ignored: readonly string[];
  readonly live: object;
  readonly dryRun: object;
  readonly expected: object;
}

const rows: readonly Row[] = [
  {
    title: 'it stays as it lives',
    ignored: ['/data/one'],
    live: { data: { one: 'by hand', two: 'by hand' } },
    dryRun: { data: { one: '1', two: '2' } },
    expected: { data: { one: 'by hand', two: '2' } },
  },
  {
    title: 'a text that is gone is applied as nothing, which is an empty text',
    ignored: ['/data/one'],
    live: { data: { two: 'by hand' } },
    dryRun: { data: { one: '1', two: '2' } },
    expected: { data: { one: '', two: '2' } },
  },
  {
    title: 'what neither has is not made up',
    ignored: ['/data/other'],
    live: { data: { two: 'by hand' } },
    dryRun: { data: { two: '2' } },
    expected: { data: { two: '2' } },
  },
  {
    title: 'a number that is gone stays away',
    kind: 'Gadget',
    ignored: ['/spec/size'],
    live: { spec: { title: 'by hand' } },
    dryRun: { spec: { title: 'as in Git', size: 1 } },
    expected: { spec: { title: 'as in Git' } },
  },
  {
    title: 'while nothing else has drifted, nothing is applied',
    ignored: ['/data/one'],
    live: { data: { two: '2' } },
    dryRun: { data: { one: '1', two: '2' } },
    expected: { data: { two: '2' } },
  },
];

for (const { title, kind = 'ConfigMap', ignored, live, dryRun, expected } of rows) {
  test(`passed over: ${title}`, () => {
    const object = (content: object): KubernetesObject => ({
      apiVersion: kind === 'ConfigMap' ? 'v1' : 'example.com/v1',
      kind,
      metadata: { name: 'x', namespace: 'apps' },
      ...content,
    });
    const { next } = predictChange({ live: object(live), dryRun: object(dryRun), mergesOnly: false, ignored });
    assert.deepEqual(next, object(expected));
  });
}
