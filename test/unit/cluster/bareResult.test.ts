/** What an action tells at its end quotes controllers, and these quote credentials: none may reach whoever shows it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Failure } from '../../../src/base/failure.ts';
import type { ActionResult } from '../../../src/cluster/actionResult.ts';
import { asResult } from '../../../src/cluster/actions.ts';
import { bareResult } from '../../../src/cluster/bareResult.ts';

const id = { group: 'source.toolkit.fluxcd.io', kind: 'GitRepository', namespace: 'flux-system', name: 'web' };
const said = "unable to clone 'https://bot:CANARY@git.example.com/x'";
const bare = "unable to clone 'https://•••@git.example.com/x'";

function ended(work: () => Promise<ActionResult>): Promise<ActionResult> {
  return asResult({ id, signal: new AbortController().signal }, work);
}

test("a controller's refusal is told without the credentials that it quotes", async () => {
  const result = await ended(() => Promise.resolve({ state: 'failed', message: said, because: 'exhausted' }));
  assert.deepEqual(result, { state: 'failed', message: bare, because: 'exhausted' });
});

test("a server's refusal is told without them, as message and as failure, and its cause is left out", async () => {
  const cause = new Error(said);
  const failure = new Failure('invalid', said, { status: 422, cause });
  const result = await ended(() => Promise.reject(failure));
  assert.equal(result.message, bare);
  assert.ok(result.state === 'failed' && result.failure);
  const { reason, status, message } = result.failure;
  assert.deepEqual({ reason, status, message }, { reason: 'invalid', status: 422, message: bare });
  assert.equal(result.failure.cause, undefined);
});

test('what succeeded is told without them, and all else is kept', () => {
  const result: ActionResult = { state: 'succeeded', message: `stored ${said}`, warning: 'it is set back' };
  assert.deepEqual(bareResult(result), { state: 'succeeded', message: `stored ${bare}`, warning: 'it is set back' });
});
