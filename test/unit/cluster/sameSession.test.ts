/** A change goes to the cluster that was asked about, not to one that has its name by now. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { requireSame } from '../../../src/cluster/sameSession.ts';

const asked = { context: 'homelab' };

test('the session in which the question was asked is written to', () => {
  assert.doesNotThrow(() => requireSame(asked, asked));
});

for (const [name, now, message] of [
  ['no context is connected', undefined, 'homelab is no longer the connected context'],
  ['another context is connected', { context: 'staging' }, 'homelab is no longer the connected context'],
  [
    'a context of that name was connected anew',
    { context: 'homelab' },
    'homelab was connected anew meanwhile; nothing was sent, begin again',
  ],
] as const) {
  test(`nothing is written where ${name}`, () => {
    assert.throws(() => requireSame(asked, now), { name: 'Failure', reason: 'unreachable', message });
  });
}
