/** Word of who suspended an object: what is written, what is read back, and what a stranger's text cannot do. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { resumePatch, suspendPatch } from '../../../src/flux/changes.ts';
import {
  longestReason,
  noteAnnotations,
  oneLine,
  suspensionNoteOf,
  withoutNote,
} from '../../../src/flux/suspensionNote.ts';
import { helmRelease, kustomization } from '../../support/builders.ts';

const at = '2026-01-01T00:00:00Z';
const annotations = {
  'driftline.dev/suspended-reason': 'loki migration',
  'driftline.dev/suspended-by': 'admin',
  'driftline.dev/suspended-at': at,
};
const note = { by: 'admin', at, reason: 'loki migration' };
const suspended = helmRelease('loki', { spec: { suspend: true }, annotations });

describe('the note of a suspension', () => {
  it('is written in the patch that suspends, and goes in the one that resumes', () => {
    assert.deepEqual(suspendPatch(helmRelease('loki'), note), { metadata: { annotations }, spec: { suspend: true } });
    assert.deepEqual(resumePatch(suspended, 't'), {
      metadata: {
        annotations: {
          'driftline.dev/suspended-reason': null,
          'driftline.dev/suspended-by': null,
          'driftline.dev/suspended-at': null,
        },
      },
      spec: { suspend: null },
    });
  });

  it('stands beside the annotation that suspends the kinds without spec.suspend', () => {
    const set = {
      ...kustomization('all', { annotations }),
      apiVersion: 'fluxcd.controlplane.io/v1',
      kind: 'ResourceSet',
    };
    const means = 'fluxcd.controlplane.io/reconcile';
    assert.deepEqual(suspendPatch(set, note), { metadata: { annotations: { ...annotations, [means]: 'disabled' } } });
    assert.deepEqual(resumePatch(set, 't'), {
      metadata: {
        annotations: { ...withoutNote(set), [means]: 'enabled', 'reconcile.fluxcd.io/requestedAt': 't' },
      },
    });
  });

  it('takes the words of an earlier one away where it has none itself', () => {
    assert.deepEqual(noteAnnotations({ ...note, reason: '' }), {
      ...annotations,
      'driftline.dev/suspended-reason': null,
    });
    const left = kustomization('apps', { annotations: { 'driftline.dev/suspended-by': 'eve', other: 'kept' } });
    assert.deepEqual(suspendPatch(left), {
      metadata: { annotations: { 'driftline.dev/suspended-by': null } },
      spec: { suspend: true },
    });
  });

  it('touches no annotation of an object that has none', () => {
    assert.deepEqual(suspendPatch(kustomization('apps')), { spec: { suspend: true } });
    assert.deepEqual(resumePatch(kustomization('apps'), 't'), { spec: { suspend: null } });
  });

  it('is read back as it was written', () => assert.deepEqual(suspensionNoteOf(suspended), note));

  for (const [title, object] of [
    ['of an object that another tool has resumed', helmRelease('loki', { annotations })],
    ['of one whose field says false', helmRelease('loki', { annotations, spec: { suspend: false } })],
    ['where nobody has left word', helmRelease('loki', { spec: { suspend: true } })],
    [
      'where the words are empty',
      helmRelease('loki', { spec: { suspend: true }, annotations: { 'driftline.dev/suspended-by': ' \u200b' } }),
    ],
  ] as const) {
    it(`is not there ${title}`, () => assert.equal(suspensionNoteOf(object), undefined));
  }

  it('has what was left, where only part of it was', () => {
    const some = helmRelease('loki', {
      spec: { suspend: true },
      annotations: { 'driftline.dev/suspended-reason': 'x' },
    });
    assert.deepEqual(suspensionNoteOf(some), { by: '', at: '', reason: 'x' });
  });
});

for (const [title, text, expected] of [
  ['lines become one', 'a\r\nb\n\n c\td', 'a b c d'],
  ['control characters and marks of direction go', 'a\u0000\u001b[31mb\u202ec\u200bd\ufeff', 'a[31mbcd'],
  ['what a shell would read stays text', '$(rm -rf /) `x` "; \'', '$(rm -rf /) `x` "; \''],
  ['nothing but space is nothing', ' \n\t ', ''],
  ['half a character is none', '😀😀😀😀', '😀😀…'],
] as const) {
  it(`in a note: ${title}`, () => assert.equal(oneLine(text, title.startsWith('half') ? 3 : 100), expected));
}

it('a note of any length is cut', () => {
  const long = 'x'.repeat(1_000_000);
  const made = noteAnnotations({ by: long, at, reason: long });
  assert.equal(made['driftline.dev/suspended-reason']?.length, longestReason);
  assert.equal(made['driftline.dev/suspended-by']?.length, 128);
});
