/** Charts stay in the engine: sent once, dropped when there are too many, forgotten with their instance. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EngineSession } from '../../../src/render/engine.ts';
import type { ChartFacts } from '../../../src/render/engineProtocol.ts';
import { LoadedCharts } from '../../../src/render/loadedCharts.ts';

const facts: ChartFacts = {
  name: 'a',
  version: '1.0.0',
  appVersion: '',
  type: 'application',
  kubeVersion: '',
  values: {},
  impure: [],
  hasSchema: false,
  crds: 0,
  bytes: 10,
};

/** A session that remembers what it was asked. */
function session(generation = 1): EngineSession & { readonly asked: string[] } {
  const asked: string[] = [];
  const request = (operation: string, given: object, attachment?: Uint8Array): Promise<unknown> => {
    asked.push(`${operation} ${JSON.stringify(given)}${attachment ? ` ${attachment.length}` : ''}`);
    return Promise.resolve(operation === 'loadChart' ? facts : {});
  };
  return { generation, asked, request: request as EngineSession['request'] };
}

const bytes = () => Promise.resolve({ bytes: new Uint8Array(3) });
const never = () => Promise.reject(new Error('asked for what is there'));

test('a chart is sent once, as bytes or out of a tree', async () => {
  const charts = new LoadedCharts();
  const engine = session();
  assert.deepEqual(await charts.load(engine, 'x', bytes), facts);
  assert.deepEqual(await charts.load(engine, 'x', never), facts);
  await charts.load(engine, 'y', () => Promise.resolve({ tree: 't', path: 'p' }));
  await charts.load(engine, 'x', never);
  assert.deepEqual(engine.asked, ['loadChart {"chart":"x"} 3', 'loadChart {"chart":"y","tree":"t","path":"p"}']);
});

test('another instance has none', async () => {
  const charts = new LoadedCharts();
  await charts.load(session(1), 'x', bytes);
  const next = session(2);
  await assert.rejects(charts.load(next, 'x', never));
  await charts.load(next, 'x', bytes);
  assert.equal(next.asked.length, 1);
});

test('the least recently used is dropped when there are too many, never the newest', async () => {
  const charts = new LoadedCharts({ mostBytes: 25 });
  const engine = session();
  await charts.load(engine, 'a', bytes);
  await charts.load(engine, 'b', bytes);
  await charts.load(engine, 'a', never);
  await charts.load(engine, 'c', bytes);
  assert.deepEqual(engine.asked.at(-1), 'forget {"charts":["b"]}');
  await charts.load(engine, 'a', never);
  await charts.load(engine, 'c', never);
  await assert.rejects(charts.load(engine, 'b', never));
  const small = new LoadedCharts({ mostBytes: 1 });
  await small.load(engine, 'large', bytes);
  await small.load(engine, 'large', never);
});

test('a chart that cannot be loaded is not remembered', async () => {
  const charts = new LoadedCharts();
  const engine = session();
  await assert.rejects(charts.load(engine, 'x', never));
  await charts.load(engine, 'x', bytes);
  assert.equal(engine.asked.length, 1);
});
