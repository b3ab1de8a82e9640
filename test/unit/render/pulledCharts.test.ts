/** Charts of the network: fetched when a user asks, given again without asking anybody, refused otherwise. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Failure } from '../../../src/base/failure.ts';
import type { ChartRequest } from '../../../src/render/desired.ts';
import { PulledCharts } from '../../../src/render/pulledCharts.ts';

function charts(bytes = 10) {
  const asked: ChartRequest[] = [];
  const loads = { count: 0 };
  const pulled = new PulledCharts(() => {
    loads.count += 1;
    return Promise.resolve({
      pull: (request) => {
        asked.push(request);
        const version = request.version ?? '1.0.0';
        return Promise.resolve({ bytes: new Uint8Array(bytes), digest: 'sha256:0', revision: version, version });
      },
    });
  });
  return { pulled, asked, loads };
}

const shop: ChartRequest = { url: 'https://charts.example.com', chart: 'shop', version: '^1.0.0' };

test('a chart that nobody asked for is refused without a request, and the refusal names it', async () => {
  const { pulled, asked, loads } = charts();
  await assert.rejects(pulled.kept.pull(shop), {
    reason: 'notFound',
    message: 'the chart shop ^1.0.0 has not been pulled',
    remedy: 'pull',
  });
  assert.deepEqual([asked, loads.count], [[], 0]);
});

test('what was fetched is given again without a request', async () => {
  const { pulled, asked } = charts();
  const fetched = await pulled.fetching.pull(shop);
  assert.equal(await pulled.kept.pull({ ...shop }), fetched);
  assert.equal(asked.length, 1);
});

test('fetching again asks again: a range may have a newer chart now', async () => {
  const { pulled, asked } = charts();
  await pulled.fetching.pull(shop);
  await pulled.fetching.pull(shop);
  assert.equal(asked.length, 2);
});

const others: readonly (readonly [string, ChartRequest, string])[] = [
  ['another version', { ...shop, version: '2.0.0' }, 'shop 2.0.0'],
  ['another repository', { ...shop, url: 'https://other.example.com' }, 'shop ^1.0.0'],
  ['a tag', { url: 'oci://r.example.com/shop', reference: { tag: '1.0.0' } }, 'oci://r.example.com/shop 1.0.0'],
  [
    'a digest',
    { url: 'oci://r.example.com/shop', reference: { digest: 'sha256:1' } },
    'oci://r.example.com/shop sha256:1',
  ],
  ['nothing said', { url: 'oci://r.example.com/shop' }, 'oci://r.example.com/shop'],
];

for (const [title, request, name] of others) {
  test(`another chart is another chart: ${title}`, async () => {
    const { pulled } = charts();
    await pulled.fetching.pull(shop);
    await assert.rejects(pulled.kept.pull(request), { message: `the chart ${name} has not been pulled` });
  });
}

test('a pull that failed leaves nothing, and its failure is told', async () => {
  const pulled = new PulledCharts(() =>
    Promise.resolve({ pull: () => Promise.reject(new Failure('unreachable', 'no route')) }),
  );
  await assert.rejects(pulled.fetching.pull(shop), { reason: 'unreachable' });
  await assert.rejects(pulled.kept.pull(shop), { reason: 'notFound' });
});

test('the oldest make place, but never the newest', async () => {
  const { pulled } = charts(30_000_000);
  await pulled.fetching.pull(shop);
  await pulled.fetching.pull({ ...shop, version: '2.0.0' });
  await assert.rejects(pulled.kept.pull(shop), { reason: 'notFound' });
  assert.equal((await pulled.kept.pull({ ...shop, version: '2.0.0' })).version, '2.0.0');
});
