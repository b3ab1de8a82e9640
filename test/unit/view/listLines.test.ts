/** Long sentences over the lines of a list: nothing is lost, no word is cut, and nothing is wider than the list. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fitsBelow, listLines } from '../../../src/view/listLines.ts';

function linesOf(text: string): string[] {
  return listLines(text).flatMap(({ label, detail }) => (detail === undefined ? [label] : [label, detail]));
}

const rename =
  'HelmRelease logging/tempo: its release name changes from tempo to traces, so Helm uninstalls the release logging/tempo ' +
  'and installs it anew.';
const move =
  'PersistentVolumeClaim llm/models moves from Kustomization flux-system/workloads to Kustomization flux-system/infrastructure: ' +
  'where Kustomization flux-system/workloads runs first, it is deleted and then made again; this deletes volumes: ' +
  'PersistentVolumeClaim llm/models.';

for (const [what, text, entries] of [
  ['nothing', '', 1],
  ['a short sentence', 'To have Flux apply this: commit, then push.', 1],
  ['what happens to a release stands in the second line', rename, 1],
  ['what happens to a volume takes a second entry', move, 2],
] as const) {
  test(`${what}: ${entries} ${entries === 1 ? 'entry' : 'entries'}`, () => {
    assert.equal(listLines(text).length, entries);
    assert.equal(linesOf(text).join(' '), text);
    for (const { label, detail = '' } of listLines(text)) {
      assert.ok(label.length <= 62 && detail.length <= 78, `${label}\n${detail}`);
    }
  });
}

test('the sentence of a release that is installed anew, as it is read', () => {
  assert.deepEqual(listLines(rename), [
    {
      label: 'HelmRelease logging/tempo: its release name changes from tempo',
      detail: 'to traces, so Helm uninstalls the release logging/tempo and installs it anew.',
    },
  ]);
});

test('a word that is wider than the list is not torn apart', () => {
  const word = 'x'.repeat(200);
  assert.deepEqual(linesOf(`${word} is long`), [word, 'is long']);
  assert.deepEqual(linesOf(`short ${word}`), ['short', word]);
  assert.deepEqual(linesOf(word), [word]);
});

test('a text that has room below a label stays there', () => {
  assert.equal(fitsBelow('Kustomization flux-system/workloads'), true);
  assert.equal(fitsBelow(rename), false);
});

test('hostile length ends: each line takes at least one word', () => {
  const text = 'word '.repeat(4_000).trim();
  assert.equal(linesOf(text).join(' '), text);
});
