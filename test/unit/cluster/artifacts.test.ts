/** Downloads of artifacts through a real API on loopback: both ways, and everything that can be wrong with either. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import type { RequestListener } from 'node:http';
import { after, test } from 'node:test';
import { Disposables } from '../../../src/base/disposables.ts';
import { type FailureReason, isFailure } from '../../../src/base/failure.ts';
import type { FetchedArtifact } from '../../../src/cluster/artifacts.ts';
import type { Artifact, KubernetesObject } from '../../../src/flux/objects.ts';
import { AwaitedClock } from '../../support/awaitedClock.ts';
import {
  artifactCluster,
  artifactOf,
  content,
  digestOf,
  namespace,
  path,
  podObject,
  service,
  serviceObject,
} from './artifactSetup.ts';

const lifetime = new Disposables();
after(() => lifetime.dispose());

const large = randomBytes(3_000_000);

async function fails(fetching: Promise<unknown>, reason: FailureReason, message: RegExp | string): Promise<void> {
  await assert.rejects(fetching, (error) => {
    assert.ok(isFailure(error, reason), `a Failure ${reason}, not ${String(error)}`);
    if (typeof message === 'string') {
      assert.equal(error.message, message);
    } else {
      assert.match(error.message, message);
    }
    return true;
  });
}

function isContent(fetched: FetchedArtifact, expected: Uint8Array = content): void {
  assert.ok(Buffer.compare(fetched.bytes, expected) === 0, 'the bytes are those that were sent');
  assert.equal(fetched.digest, digestOf(expected));
}

// What arrives

const answers: readonly (readonly [name: string, bytes: Buffer, answer: RequestListener])[] = [
  ['of a known length', content, (_request, response) => response.end(content)],
  ['of no bytes', Buffer.alloc(0), (_request, response) => response.end()],
  ['of many frames', large, (_request, response) => response.end(large)],
  [
    'in chunks',
    large,
    (_request, response) => {
      for (let at = 0; at < large.length; at += 100_000) {
        response.write(large.subarray(at, at + 100_000));
      }
      response.end();
    },
  ],
  [
    'that ends with its connection',
    large,
    (request) => {
      request.socket.end(Buffer.concat([Buffer.from('HTTP/1.0 200 OK\r\n\r\n'), large]));
    },
  ],
  [
    'whose server says that it is compressed: the archive is what has the digest',
    content,
    (_request, response) => response.setHeader('content-encoding', 'gzip').end(content),
  ],
];
for (const [name, bytes, answer] of answers) {
  test(`by port-forward: a body ${name}`, async () => {
    const cluster = await artifactCluster(lifetime, { answer });
    isContent(await cluster.fetch(artifactOf(bytes)), bytes);
    assert.deepEqual(cluster.ways, ['port-forward 101']);
  });
  test(`by the Service proxy: a body ${name}`, async () => {
    const cluster = await artifactCluster(lifetime, { answer });
    cluster.deny('create', 'pods/portforward');
    isContent(await cluster.fetch(artifactOf(bytes)), bytes);
    assert.deepEqual(cluster.ways, ['port-forward 403', 'proxy 200']);
  });
}

test('the controller is asked for the path of the artifact, by the name of its Service', async () => {
  const seen: unknown[] = [];
  const cluster = await artifactCluster(lifetime, {
    answer: (request, response) => {
      seen.push([request.method, request.url, request.headers.host, request.headers.connection]);
      response.end(content);
    },
  });
  const fetched = await cluster.fetch();
  assert.deepEqual(seen, [['GET', path, 'source-controller.flux-system', 'close']]);
  assert.equal(fetched.revision, 'main@sha1:5f2c1a9');
  assert.equal('verified' in fetched, false);
});

test('the log tells way, size and time, and nothing of the content', async () => {
  const cluster = await artifactCluster(lifetime);
  await cluster.fetch();
  assert.match(
    cluster.logged.join('\n'),
    /^homelab: the artifact of GitRepository flux-system\/fleet by port-forward: 25 bytes, \d+ ms$/,
  );
});

// Digest and size

const digests: readonly (readonly [
  name: string,
  changes: Partial<Artifact>,
  expected: 'verified' | 'unknown' | RegExp,
])[] = [
  ['sha256', {}, 'verified'],
  ['sha1', { digest: digestOf(content, 'sha1') }, 'verified'],
  ['sha384', { digest: digestOf(content, 'sha384') }, 'verified'],
  ['sha512', { digest: digestOf(content, 'sha512') }, 'verified'],
  ['upper case', { digest: `sha256:${digestOf(content).slice(7).toUpperCase()}` }, 'verified'],
  ['blake3, which cannot be computed', { digest: 'blake3:00' }, 'unknown'],
  ['none', { digest: '' }, 'unknown'],
  ['of something else', { digest: digestOf(large) }, /does not fit its digest sha256:[0-9a-f]{64}$/],
  ['cut short', { digest: digestOf(content).slice(0, 20) }, /does not fit its digest/],
  ['of an empty value', { digest: 'sha256:' }, /does not fit its digest/],
  ['of another size', { size: 24 }, /has 25 bytes instead of 24$/],
  ['none and of another size', { digest: '', size: 1000 }, /has 25 bytes instead of 1000$/],
];
for (const [name, changes, expected] of digests) {
  test(`digest: ${name}`, async () => {
    const cluster = await artifactCluster(lifetime);
    const fetching = cluster.fetch(artifactOf(content, changes));
    if (expected instanceof RegExp) {
      await fails(fetching, 'invalid', expected);
      assert.equal(cluster.asked, 1, 'the other way would bring the same');
    } else {
      const fetched = await fetching;
      isContent(fetched);
      assert.equal(fetched.verified, expected === 'verified' ? undefined : false);
    }
  });
}

const tooLarge: readonly (readonly [name: string, size: Partial<Artifact>, answer: RequestListener, asked: number])[] =
  [
    ['by what the source says: nothing is asked', { size: 1001 }, (_request, response) => response.end(), 0],
    [
      'by what is announced',
      {},
      (_request, response) => response.writeHead(200, { 'content-length': 1001 }).write('x'),
      1,
    ],
    [
      'by what arrives, without an end',
      {},
      (_request, response) => {
        const more = (): void => {
          if (!response.destroyed) {
            response.write(Buffer.alloc(100), more);
          }
        };
        more();
      },
      1,
    ],
  ];
for (const [name, { size }, answer, asked] of tooLarge) {
  test(`too large ${name}`, async () => {
    const cluster = await artifactCluster(lifetime, { answer });
    const stated = Object.entries(artifactOf(content)).filter(([field]) => field !== 'size');
    const artifact: Artifact = { ...Object.fromEntries(stated), ...(size === undefined ? {} : { size }) };
    const fetching = cluster.fetch(artifact, undefined, { bytes: 1000 });
    await fails(fetching, 'invalid', /^the artifact of GitRepository flux-system\/fleet is larger than \d+ MB$/);
    assert.equal(cluster.asked, asked);
  });
}

for (const [way, denied] of [
  ['a port-forward', 'services/proxy'],
  ['the proxy', 'pods/portforward'],
] as const) {
  test(`of what is too large no more is read: the connection of ${way} ends`, async () => {
    const closed = Promise.withResolvers<undefined>();
    const cluster = await artifactCluster(lifetime, {
      answer: (request, response) => {
        request.socket.once('close', () => closed.resolve(undefined));
        response.write(Buffer.alloc(2000)); // and never an end
      },
    });
    cluster.deny('*', denied);
    const { url = '' } = artifactOf(content);
    await fails(cluster.fetch({ url }, undefined, { bytes: 1000 }), 'invalid', /is larger than/);
    await closed.promise;
  });
}

test('an artifact that is gone is not asked for twice', async () => {
  const cluster = await artifactCluster(lifetime, {
    answer: (_request, response) => response.writeHead(404).end('404 page not found'),
  });
  await fails(
    cluster.fetch(),
    'notFound',
    'the artifact of GitRepository flux-system/fleet is gone: a newer one has taken its place',
  );
  assert.deepEqual(cluster.ways, ['port-forward 101']);
});

// Where it is

const addresses: readonly (readonly [name: string, url: string, message: RegExp])[] = [
  ['none', '', /cannot be downloaded: it has no URL$/],
  ['no URL', 'source-controller/x', /it has no URL$/],
  ['another host', 'http://artifacts.example.com/x', /it is at http:\/\/artifacts\.example\.com, which is no Service/],
  ['an address', 'http://10.0.0.7/x', /it is at http:\/\/10\.0\.0\.7, which is no Service/],
  ['a host of one label', 'http://localhost:9090/x', /which is no Service/],
  ['another scheme', 'https://source-controller.flux-system.svc/x', /which is no Service/],
  ['a label that is none', 'http://a_b.flux-system.svc/x', /which is no Service/],
];
for (const [name, url, message] of addresses) {
  test(`an address that leads nowhere: ${name}`, async () => {
    const cluster = await artifactCluster(lifetime);
    await fails(cluster.fetch(artifactOf(content, { url })), 'invalid', message);
    assert.deepEqual(cluster.server.requests, []);
  });
}

const hosts = [
  '',
  '.',
  '.svc',
  '.svc.',
  '.svc.cluster.local',
  '.svc.cluster.local.',
  '.svc.home.arpa',
  '.svc.cluster.local.:80',
];
for (const rest of hosts) {
  test(`the Service's name may end in "${rest}"`, async () => {
    const cluster = await artifactCluster(lifetime);
    isContent(await cluster.fetch(artifactOf(content, { url: `http://${service}.${namespace}${rest}${path}` })));
  });
}

test('the path cannot leave the Service', async () => {
  const paths: (string | undefined)[] = [];
  const cluster = await artifactCluster(lifetime, {
    answer: (request, response) => {
      paths.push(request.url);
      response.end(content);
    },
  });
  cluster.deny('create', 'pods/portforward');
  const url = `http://${service}.${namespace}.svc/../../../../../api/v1/secrets/%2e%2e/x?y#z`;
  isContent(await cluster.fetch(artifactOf(content, { url })));
  assert.deepEqual(paths, ['/api/v1/x']);
});

// The pod behind the Service

const ports9090 = [{ port: 80, targetPort: 9090 }];
const setUps: readonly (readonly [name: string, objects: readonly KubernetesObject[], expected: true | RegExp])[] = [
  ['a port by its number', [serviceObject({ ports: ports9090 }), podObject('sc-0', { ports: [] })], true],
  [
    'only the one that leads is ready',
    [serviceObject(), podObject('a', { ready: false }), podObject('b', { deleted: true }), podObject()],
    true,
  ],
  ['another port of the pod has the name', [serviceObject(), podObject('a', { ports: [] }), podObject()], true],
  [
    'none is ready',
    [serviceObject(), podObject('sc-0', { ready: false })],
    /flux-system\/source-controller has no pod that is ready/,
  ],
  ['there is none', [serviceObject()], /flux-system\/source-controller has no pods/],
  ['the Service has other ports', [serviceObject({ ports: [{ port: 81 }] }), podObject()], /has no port 80/],
  ['the Service selects nothing', [serviceObject({ selector: {} }), podObject()], /selects no pods/],
  ['there is no Service', [podObject()], /services "source-controller" not found/],
];
for (const [name, objects, expected] of setUps) {
  test(`the pod behind the Service: ${name}`, async () => {
    const cluster = await artifactCluster(lifetime, { objects });
    if (expected === true) {
      isContent(await cluster.fetch());
      assert.deepEqual(cluster.ways, ['port-forward 101']);
    } else {
      cluster.deny('get', 'services/proxy');
      const fetching = cluster.fetch();
      await assert.rejects(fetching, expected);
      await assert.rejects(fetching, /by the Service proxy: services "http:source-controller:80" is forbidden/);
    }
  });
}

// Rights

const rights: readonly (readonly [
  name: string,
  denied: readonly (readonly [verb: string, resource: string])[],
  words: string,
])[] = [
  [
    'both ways, and a server that asks for create',
    [
      ['create', 'pods/portforward'],
      ['get', 'services/proxy'],
    ],
    'create pods/portforward nor get services/proxy',
  ],
  [
    'both ways, and a server that asks for get',
    [
      ['get', 'pods/portforward'],
      ['get', 'services/proxy'],
    ],
    'get pods/portforward nor get services/proxy',
  ],
  [
    'to look for the pod',
    [
      ['list', 'pods'],
      ['*', 'services/proxy'],
    ],
    'list pods nor get services/proxy',
  ],
];
for (const [name, denied, words] of rights) {
  test(`without the right: ${name}`, async () => {
    const cluster = await artifactCluster(lifetime);
    for (const [verb, resource] of denied) {
      cluster.deny(verb, resource);
    }
    await fails(
      cluster.fetch(),
      'forbidden',
      `the artifact of GitRepository flux-system/fleet cannot be downloaded: you may neither ${words} in the namespace flux-system`,
    );
    assert.equal(cluster.asked, 0);
  });
}

test('a viewer is told both rights', async () => {
  const cluster = await artifactCluster(lifetime, { user: 'viewer' });
  await fails(
    cluster.fetch(),
    'forbidden',
    /you may neither get pods\/portforward nor get services\/proxy in the namespace/,
  );
});

test('a refusal without verb and resource is told with the rights that it takes', async () => {
  const cluster = await artifactCluster(lifetime);
  cluster.server.faults.add({ match: { path: /portforward|proxy/ }, fault: { status: 403, message: 'no' } });
  await fails(cluster.fetch(), 'forbidden', /neither create pods\/portforward nor get services\/proxy/);
});

test('credentials that no longer count end it: the other way has the same', async () => {
  const cluster = await artifactCluster(lifetime);
  cluster.server.faults.add({ match: { path: /portforward/ }, fault: 401 });
  await fails(cluster.fetch(), 'unauthorized', /./);
  assert.deepEqual(cluster.ways, ['port-forward 401']);
});

// A way that breaks

const broken: RequestListener = (_request, response) => {
  response.writeHead(200, { 'content-length': content.length }).write(content.subarray(0, 5), () => response.destroy());
};

/** The first request is answered one way and the others another: the pod is asked first, then the Service. */
function firstThen(first: RequestListener, then: RequestListener): RequestListener {
  let count = 0;
  return (request, response) => {
    count += 1;
    (count === 1 ? first : then)(request, response);
  };
}

const good: RequestListener = (_request, response) => response.end(content);
const breaks: readonly (readonly [name: string, first: RequestListener])[] = [
  ['breaks off in its body', broken],
  ['breaks off before its answer', (request) => request.socket.destroy()],
  ['answers what is no HTTP', (request) => request.socket.end('SSH-2.0-OpenSSH\r\n')],
  ['answers with an error', (_request, response) => response.writeHead(500).end('out of luck')],
  [
    'answers with a redirection',
    (_request, response) => response.writeHead(302, { location: 'http://example.com' }).end(),
  ],
];
for (const [name, first] of breaks) {
  test(`a port-forward that ${name} gives way to the proxy`, async () => {
    const cluster = await artifactCluster(lifetime, { answer: firstThen(first, good) });
    isContent(await cluster.fetch());
    assert.deepEqual(cluster.ways, ['port-forward 101', 'proxy 200']);
  });
}

test('a pod that does not listen is told with the words of its node, when the proxy does not help', async () => {
  const cluster = await artifactCluster(lifetime, { podPort: 1, servicePort: 1 });
  cluster.server.faults.add({
    match: { path: /proxy/ },
    fault: { status: 503, message: 'error trying to reach service' },
  });
  await fails(
    cluster.fetch(),
    'unreachable',
    'the artifact of GitRepository flux-system/fleet cannot be downloaded; by port-forward: flux-system/sc-0:9090: error ' +
      'forwarding port 9090 to pod sc-0: connection refused; by the Service proxy: error trying to reach service',
  );
});

test('a server that does not know port-forward over a WebSocket gives way to the proxy', async () => {
  const cluster = await artifactCluster(lifetime);
  cluster.server.faults.add({
    match: { path: /portforward/ },
    fault: { status: 400, message: 'upgrade request required' },
  });
  isContent(await cluster.fetch());
  assert.deepEqual(cluster.ways, ['port-forward 400', 'proxy 200']);
});

// Silence: nothing here may hang

const silent: RequestListener = () => undefined;
const stalled: RequestListener = (_request, response) => {
  response.writeHead(200, { 'content-length': content.length }).write(content.subarray(0, 5));
};

test('a port-forward that is not answered gives way to the proxy after ten seconds', async () => {
  const clock = new AwaitedClock();
  const cluster = await artifactCluster(lifetime, { clock });
  cluster.server.faults.add({ match: { path: /portforward/ }, fault: 'silence' });
  const fetching = cluster.fetch();
  await cluster.server.received(({ path: asked }) => asked.includes('portforward'));
  clock.advance(10_000);
  isContent(await fetching);
  assert.deepEqual(cluster.ways, ['port-forward 0', 'proxy 200']);
});

test('behind a network policy that lets nobody in both ways end in time', async () => {
  const clock = new AwaitedClock();
  const cluster = await artifactCluster(lifetime, { clock, answer: silent });
  const fetching = cluster.fetch();
  const failing = fails(
    fetching,
    'timeout',
    /cannot be downloaded; by port-forward: connecting took longer than 10 s; by the Service proxy: connecting took longer than 10 s$/,
  );
  await cluster.server.received(({ path: asked }) => asked.includes('portforward'));
  const proxying = clock.nextWait((ms) => ms === 10_000);
  clock.advance(10_000);
  await proxying;
  clock.advance(10_000);
  await failing;
});

test('without the right to port-forward, a proxy that is blocked is told as a missing right', async () => {
  const clock = new AwaitedClock();
  const cluster = await artifactCluster(lifetime, { clock });
  cluster.deny('create', 'pods/portforward');
  cluster.server.faults.add({ match: { path: /proxy/ }, fault: 'silence' });
  const failing = fails(
    cluster.fetch(),
    'forbidden',
    /by port-forward: pods "sc-0" is forbidden: .*; by the Service proxy: connecting took longer than 10 s$/,
  );
  await cluster.server.received(({ path: asked }) => asked.includes('/proxy/'));
  clock.advance(10_000);
  await failing;
});

test('a body that stops gives way to the proxy', async () => {
  const clock = new AwaitedClock();
  const cluster = await artifactCluster(lifetime, { clock, answer: firstThen(stalled, good) });
  let waits = 0;
  const second = clock.nextWait((ms) => ms === 15_000 && ++waits === 2);
  const fetching = cluster.fetch();
  await second;
  clock.advance(15_000);
  isContent(await fetching);
});

test('all of it ends in three minutes, however busy the line looks', async () => {
  const clock = new AwaitedClock();
  const cluster = await artifactCluster(lifetime, { clock, answer: stalled });
  const waiting = clock.nextWait((ms) => ms === 1_000_000);
  const fetching = cluster.fetch(undefined, undefined, { idleMs: 1_000_000 });
  const failing = fails(
    fetching,
    'timeout',
    /^downloading the artifact of GitRepository flux-system\/fleet took longer than 180 s$/,
  );
  await waiting;
  clock.advance(180_000);
  await failing;
});

// Cancelling

const moments: readonly (readonly [name: string, answer: RequestListener, fault: boolean])[] = [
  ['while the API server is silent', good, true],
  ['while the controller is silent', silent, false],
  ['in the middle of the body', stalled, false],
];
for (const [name, answer, fault] of moments) {
  test(`cancelled ${name}: no other way is tried, and no connection stays`, async () => {
    const closed = Promise.withResolvers<undefined>();
    const begun = Promise.withResolvers<undefined>();
    const cluster = await artifactCluster(lifetime, {
      answer: (request, response) => {
        request.socket.once('close', () => closed.resolve(undefined));
        answer(request, response);
        begun.resolve(undefined);
      },
    });
    if (fault) {
      cluster.server.faults.add({ match: { path: /portforward/ }, fault: 'silence' });
    }
    const cancel = new AbortController();
    const fetching = cluster.fetch(undefined, cancel.signal);
    await (fault ? cluster.server.received(({ path: asked }) => asked.includes('portforward')) : begun.promise);
    cancel.abort();
    await fails(fetching, 'cancelled', /./);
    if (!fault) {
      await closed.promise;
    }
    assert.equal(cluster.ways.filter((way) => way.startsWith('proxy')).length, 0);
  });
}

test('cancelled before it begins: nothing is asked', async () => {
  const cluster = await artifactCluster(lifetime);
  await fails(cluster.fetch(undefined, AbortSignal.abort()), 'cancelled', /./);
  assert.deepEqual(cluster.server.requests, []);
});

test('after success no connection stays', async () => {
  const closed = Promise.withResolvers<undefined>();
  const cluster = await artifactCluster(lifetime, {
    answer: (request, response) => {
      request.socket.once('close', () => closed.resolve(undefined));
      // It would keep the connection for the next request.
      response.setHeader('connection', 'keep-alive').end(content);
    },
  });
  isContent(await cluster.fetch());
  await closed.promise;
});
