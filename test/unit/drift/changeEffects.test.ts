/** A change as it is told while it runs: what is known when, what ends it, and whom the cluster is asked about. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Failure, isFailure } from '../../../src/base/failure.ts';
import type { ChangeEffect } from '../../../src/drift/changeEffect.ts';
import { changeEffects, type EffectsTask } from '../../../src/drift/changeEffects.ts';
import type { Comparison } from '../../../src/drift/difference.ts';
import { liveObject } from '../cli/fakeDiff.ts';
import type { FluxName, RenderedKustomization, RepositoryState } from '../../../src/render/desired.ts';
import type { Renderer } from '../../../src/render/renderer.ts';
import { memoryFiles } from '../../support/memoryFiles.ts';
import { desired, renderedKustomization } from '../../support/rendered.ts';

type Asked = NonNullable<EffectsTask['asked']>;

function nameOf(name: string): FluxName {
  return { kind: 'Kustomization', namespace: 'flux-system', name };
}

function rendered(name: string, value: string): RenderedKustomization {
  return renderedKustomization({ name: nameOf(name), objects: [desired('ConfigMap', name, { data: { k: value } })] });
}

const names = ['a', 'b'];

function stateOf(key: string): RepositoryState {
  return { label: key, key, files: memoryFiles({ 'a.yaml': key, 'b.yaml': key }), remotes: [] };
}

/** Two Kustomizations, each with one ConfigMap that differs. `onRender` is called for each render of the newer state. */
function rendererOf(onRender: (name: string) => void): Renderer {
  return {
    stated: () =>
      Promise.resolve(
        names.map((name) => ({ name: nameOf(name), path: `${name}.yaml`, line: 1, object: { spec: { path: name } } })),
      ),
    kustomization: ({ name }, { state }) => {
      if (state.key === 'after') {
        onRender(name);
      }
      return Promise.resolve(rendered(name, state.key));
    },
    release: () => Promise.reject(new Failure('notFound', 'there is none')),
  };
}

interface Told {
  readonly events: string[];
  readonly run: () => Promise<unknown>;
}

/** `a create? by renders`, `render b`, `a judged`. */
function task(asked: Partial<Asked> | undefined, more: Partial<EffectsTask> = {}): Told {
  const events: string[] = [];
  const cluster: Asked | undefined = asked && {
    context: 'homelab',
    find: ({ name }) => Promise.resolve([liveObject(nameOf(name))]),
    fluxObjects: () => Promise.resolve([]),
    compareKustomization: ({ rendered: given }) => Promise.resolve(comparisonOf(given)),
    ...asked,
  };
  const onEffect = ({ target, objects }: ChangeEffect): void => {
    const isJudged = objects.every(({ against }) => against === undefined);
    events.push(`${target.name.name} ${isJudged ? 'judged' : 'by renders'}`);
  };
  const run = (): Promise<unknown> =>
    changeEffects({
      renderer: rendererOf((name) => events.push(`render ${name}`)),
      before: stateOf('before'),
      after: stateOf('after'),
      changed: ['a.yaml', 'b.yaml'],
      signal: new AbortController().signal,
      asked: cluster,
      onEffect,
      ...more,
    });
  return { events, run };
}

function comparisonOf({ name, objects }: RenderedKustomization): Comparison {
  return {
    target: name,
    context: 'homelab',
    from: 'after',
    notes: [],
    objects: objects.map(({ object }) => ({
      id: { group: '', kind: object.kind, namespace: object.metadata.namespace ?? '', name: object.metadata.name },
      apiVersion: 'v1',
      change: 'change',
      paths: [],
    })),
  };
}

test('the first target is told before the second is rendered, and once more when the cluster has judged it', async () => {
  const { events, run } = task({});
  await run();
  assert.deepEqual(events.slice(0, 2), ['render a', 'a by renders']);
  assert.deepEqual(events.toSorted(), ['a by renders', 'a judged', 'b by renders', 'b judged', 'render a', 'render b']);
});

test('the cluster is asked while the next one is rendered', async () => {
  const { promise: rendering, resolve: begun } = Promise.withResolvers<undefined>();
  const { promise: answered, resolve: answer } = Promise.withResolvers<undefined>();
  // The answer about the first comes only after the second was begun: one after the other would wait for ever.
  const { events, run } = task(
    {
      compareKustomization: async ({ rendered: given }) => {
        if (given.name.name === 'a') {
          await rendering;
          answer(undefined);
        }
        return comparisonOf(given);
      },
    },
    { onProgress: ({ name }) => name.name === 'b' && begun(undefined) },
  );
  await run();
  await answered;
  assert.ok(events.includes('a judged'));
});

test('without a cluster each is told once', async () => {
  const { events, run } = task(undefined);
  await run();
  assert.deepEqual(events, ['render a', 'a judged', 'render b', 'b judged']);
});

test('a cluster that refuses the user ends the run with its own reason', async () => {
  const refusal = new Failure('unauthorized', 'the token has expired');
  const { run } = task({ compareKustomization: () => Promise.reject(refusal) });
  await assert.rejects(run(), (error) => error === refusal);
});

test('what has been cancelled asks nothing more, and ends when what is under way has ended', async () => {
  const controller = new AbortController();
  const asked: string[] = [];
  const { run } = task(
    {
      compareKustomization: ({ rendered: { name }, signal }) => {
        asked.push(name.name);
        controller.abort();
        return signal.aborted
          ? Promise.reject(new Failure('cancelled', 'the comparison was cancelled'))
          : Promise.reject(new Error('the signal of the run is that of the caller'));
      },
    },
    { signal: controller.signal },
  );
  await assert.rejects(run(), (error) => isFailure(error, 'cancelled'));
  assert.deepEqual(asked, ['a']);
});

test('a target of another cluster is rendered, left out and not asked about', async () => {
  const asked: string[] = [];
  const { run } = task(
    {
      compareKustomization: ({ rendered: given }) => {
        asked.push(given.name.name);
        return Promise.resolve(comparisonOf(given));
      },
    },
    { isMeant: ({ name }) => name.name === 'b' },
  );
  const { effects, leftOut } = (await run()) as Awaited<ReturnType<typeof changeEffects>>;
  assert.deepEqual(asked, ['b']);
  assert.deepEqual(
    [effects.map(({ target }) => target.name.name), leftOut.map(({ name }) => name.name)],
    [['b'], ['a']],
  );
});
