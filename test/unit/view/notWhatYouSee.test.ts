/** What is said where Git would bring something else than the editor shows. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { idOf } from '../../../src/flux/objectKey.ts';
import { type UnseenFile, unseenQuestion } from '../../../src/view/notWhatYouSee.ts';
import { gitRepository, helmRelease, revision } from '../../support/builders.ts';

const id = idOf(helmRelease('grafana', { namespace: 'logging' }));
const source = idOf(gitRepository('flux-system'));
const unseen = (more: Partial<UnseenFile> = {}): UnseenFile => ({
  file: 'grafana.yaml',
  state: 'unpushed',
  applies: revision,
  source,
  ...more,
});
const brings =
  'Reconcile HelmRelease logging/grafana on homelab applies main@5f2c1a9 of GitRepository flux-system/flux-system, not what you see in the editor.';

for (const [state, begins, todo, buttons] of [
  ['unsaved', 'grafana.yaml is not saved.', 'Save it, commit and push', ['Save', 'Reconcile anyway']],
  ['uncommitted', 'grafana.yaml has changes that are not committed.', 'Commit and push them', ['Reconcile anyway']],
  ['unpushed', 'grafana.yaml is committed and not pushed.', 'Push it', ['Reconcile anyway']],
  [
    'elsewhere',
    'grafana.yaml is not in what the source follows.',
    'Merge it there, or change what the source follows',
    ['Reconcile anyway'],
  ],
] as const) {
  test(`a file that is seen otherwise than it is applied: ${state}`, () => {
    const asked = unseenQuestion(unseen({ state }), id, 'homelab', ['This also moves 3 other objects.']);
    assert.equal(asked.question, `${begins} ${brings}`);
    assert.equal(asked.detail, `${todo} to have it applied. This also moves 3 other objects.`);
    assert.deepEqual(asked.buttons, buttons);
  });
}

test('a revision that nobody knows is not made up', () => {
  const { question } = unseenQuestion(unseen({ applies: undefined }), id, 'homelab', []);
  assert.match(question, /applies what the source has of GitRepository flux-system\/flux-system, not what you see/);
  assert.match(
    unseenQuestion(unseen({ applies: undefined, source: undefined }), id, 'homelab', []).question,
    /applies what the source has, not what you see/,
  );
});

test('names of files are text', () => {
  const { question } = unseenQuestion(unseen({ file: 'a\nb\u202e.yaml' }), id, 'homelab', []);
  assert.ok(!/[\n\u202e]/.test(question));
});
