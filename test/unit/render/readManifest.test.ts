/** A stored manifest is read by the engine, and what cannot be read is told without a word of it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { Failure } from '../../../src/base/failure.ts';
import { Sealed } from '../../../src/base/sealed.ts';
import type { Engine, EngineSession } from '../../../src/render/engine.ts';
import { manifestReader } from '../../../src/render/readManifest.ts';

const canary = 'hunter2-canary';
const manifest = new Sealed(`password: ${canary}`);

function engineThat(answer: () => unknown): { readonly engine: Engine; readonly asked: unknown[] } {
  const asked: unknown[] = [];
  const request = (...given: unknown[]): Promise<unknown> => {
    asked.push(given);
    return Promise.resolve().then(answer);
  };
  const engine: Pick<Engine, 'use'> = {
    use: (work, options) => {
      asked.push(options);
      return work({ generation: 1, request } as unknown as EngineSession);
    },
  };
  return { engine: engine as Engine, asked };
}

test('the objects stay sealed, and the signal goes along', async () => {
  const objects = [{ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'a' }, data: { a: canary } }];
  const { engine, asked } = engineThat(() => ({ objects }));
  const { signal } = new AbortController();
  const read = await manifestReader(engine)(manifest, 'the manifest of release a/b', signal);
  assert.deepEqual(read.reveal(), objects);
  assert.ok(!inspect(read, { depth: 9 }).includes(canary));
  assert.deepEqual(asked, [
    { what: 'Reading the manifest of release a/b', signal },
    ['parse', { text: `password: ${canary}` }],
  ]);
});

test('what is no YAML is told by the name of the release alone', async () => {
  const { engine } = engineThat(() => {
    throw new Failure('invalid', `yaml: line 1: ${canary}`);
  });
  await assert.rejects(manifestReader(engine)(manifest, 'the manifest of release a/b'), (error: Error) => {
    assert.equal(error.message, 'the manifest of release a/b cannot be read');
    assert.ok(!inspect(error, { depth: 9 }).includes(canary));
    return true;
  });
});

test('other failures are passed on', async () => {
  const { engine } = engineThat(() => {
    throw new Failure('timeout', 'too long');
  });
  await assert.rejects(manifestReader(engine)(manifest, 'x'), { reason: 'timeout' });
});
