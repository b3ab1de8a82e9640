/** The wrapper around handlers: what is logged, what is answered, what is cancelled. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CancellationTokenSource, LSPErrorCodes, ResponseError } from 'vscode-languageserver/node';
import { cancelled } from '../../../src/base/failure.ts';
import { noLog } from '../../../src/base/log.ts';
import { handleNotification, handleRequest } from '../../../src/server/handle.ts';

function recorder() {
  const errors: string[] = [];
  return { errors, log: { ...noLog(), error: (message: string) => void errors.push(message) } };
}

test('a notification that fails, now or later, is a line in the log', async () => {
  const { errors, log } = recorder();
  handleNotification(log, 'One', () => {
    throw new Error('x');
  });
  handleNotification(log, 'Two', () => Promise.reject(new Error('x')));
  handleNotification(log, 'Three', () => undefined);
  await Promise.resolve();
  assert.deepEqual(errors, ['One failed', 'Two failed']);
});

test('a request is answered, or refused without its error’s words', async () => {
  const { errors, log } = recorder();
  const { token } = new CancellationTokenSource();
  assert.equal(await handleRequest(log, 'One', token, () => Promise.resolve(1)), 1);
  const refused = await handleRequest(log, 'Two', token, () => Promise.reject(new Error('secret')));
  assert.ok(refused instanceof ResponseError);
  assert.equal(refused.code, LSPErrorCodes.RequestFailed);
  assert.ok(!refused.message.includes('secret'));
  assert.deepEqual(errors, ['Two failed']);
});

test('a cancelled request ends the work and is no error', async () => {
  const { errors, log } = recorder();
  const source = new CancellationTokenSource();
  const answer = handleRequest(log, 'One', source.token, (signal) => {
    return new Promise<never>((_resolve, reject) => {
      signal.addEventListener('abort', () => reject(cancelled('One')));
    });
  });
  source.cancel();
  const refused = await answer;
  assert.ok(refused instanceof ResponseError);
  assert.equal(refused.code, LSPErrorCodes.RequestCancelled);
  assert.deepEqual(errors, []);
});
