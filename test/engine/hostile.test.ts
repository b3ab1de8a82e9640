/**
 * Hostile input ends: in an error, in a small result, or by the limits of time and memory; and the next render works. Through
 * the engine as the extension has it, in its worker thread.
 */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { isFailure } from '../../src/base/failure.ts';
import type { WorkerEngine } from '../../src/render/workerEngine.ts';
import { openRealEngine } from '../support/realEngine.ts';
import { type HostileCase, hostileCases } from './hostileCases.ts';

const timeLimitMs = 10_000;

/** What a case may log at most: nothing that came in. */
const lines: string[] = [];
let engine: WorkerEngine;

before(async () => {
  const say = (message: string) => lines.push(message);
  const log = { debug: say, info: say, warn: say, error: say };
  engine = await openRealEngine({ timeLimitMs: () => timeLimitMs, log });
});
after(() => engine.dispose());

async function checkHostile({ name, run, fails, gives }: HostileCase): Promise<void> {
  const ended = await engine.use(run, { what: `Hostile: ${name}` }).then(
    (reply) => ({ reply: JSON.stringify(reply) }),
    (error: unknown) => ({ error }),
  );
  if ('reply' in ended) {
    assert.ok(gives?.test(ended.reply), `it gave ${ended.reply.slice(0, 500)}`);
  } else {
    const { error } = ended;
    assert.ok(isFailure(error), `not an expected failure: ${String(error)}`);
    assert.ok(fails?.test(error.message), `it failed with: ${error.message}`);
    assert.ok(error.message.length < 5000, 'an error that a person can read');
  }
  assert.equal(await rendered(), 'next');
}

/** A render as any other, in the instance that is there after a case. */
async function rendered(): Promise<unknown> {
  const { objects } = await engine.use(
    async (session) => {
      const text = 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata:\n  k: ${v}\n';
      await session.request('files', { tree: 'next', clear: true, set: { 'app/a.yaml': text } });
      return session.request('kustomization', {
        tree: 'next',
        kustomization: {
          apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
          kind: 'Kustomization',
          metadata: { name: 'x', namespace: 'n' },
          spec: { path: './app', prune: true, interval: '1h', postBuild: { substitute: { v: 'next' } } },
        },
        variables: [],
        strict: true,
      });
    },
    { what: 'The next render' },
  );
  return (objects[0] as { data?: Record<string, unknown> } | undefined)?.data?.['k'];
}

for (const [group, cases] of Object.entries(hostileCases)) {
  describe(group, () => {
    for (const hostile of cases) {
      it(hostile.name, () => checkHostile(hostile));
    }
  });
}

describe('after all of it', () => {
  it('there is one instance, of the size of a fresh one', async () => {
    await rendered();
    const [, memory] = /memory (\d+) MB$/.exec(lines.at(-1) ?? '') ?? [];
    assert.ok(Number(memory) < 400, lines.at(-1));
  });

  it('the log has operations and figures, and nothing of what was in them', () => {
    const wrong = lines.filter(
      (line) =>
        !/^Engine: \w+ \d+ ms, [\d.]+ kB in, [\d.]+ kB out, memory \d+ MB$/.test(line) &&
        !/^Engine: ready in \d+ ms, memory \d+ MB$/.test(line) &&
        !/^Engine: ended \(.*(?:time limit|cancelled|it holds \d+ MB)\)$/.test(line) &&
        !/^Engine: ended by (?:memory|depth) \((?:a reply|RangeError|(?:runtime|fatal error): [\w :;()-]+)\)$/.test(
          line,
        ),
    );
    assert.deepEqual(wrong, []);
  });
});
