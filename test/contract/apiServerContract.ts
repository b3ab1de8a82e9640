/**
 * What the tests rely on in an API server, as tests that run against the embedded one and against a real one. A behaviour
 * that is not in here may not be relied on. Makes a namespace of its own and leaves nothing else behind.
 */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { type JsonObject, valueAt } from '../support/apiServer/apiObject.ts';
import { type PlainAnswer, plainLines, plainRequest, type PlainServer } from './plainRequest.ts';

export interface ContractTarget extends PlainServer {
  /** May do everything. */
  readonly token: string;
  /** May read, but no Secret, and may write nothing. */
  readonly viewerToken: string;
  /** Lets time pass; `undefined` where it passes by itself. */
  readonly advance?: (ms: number) => void;
  /** Forgets history; `undefined` where a test cannot have that done. */
  readonly compact?: () => void;
}

interface WatchLine {
  readonly type: string;
  readonly object: JsonObject;
}

/** A kind with a status that no controller touches by itself. */
const artifacts = {
  group: 'source.toolkit.fluxcd.io',
  apiVersion: 'source.toolkit.fluxcd.io/v1',
  plural: 'externalartifacts',
};
const mergeType = 'application/merge-patch+json';

function externalArtifact(name: string, metadata: JsonObject = {}): JsonObject {
  const sourceRef = { apiVersion: 'example.com/v1', kind: 'Thing', name: 'thing' };
  return {
    apiVersion: artifacts.apiVersion,
    kind: 'ExternalArtifact',
    metadata: { name, ...metadata },
    spec: { sourceRef },
  };
}

function nameOf(object: unknown): unknown {
  return valueAt(object, 'metadata', 'name');
}

/** Requests in the contract's own namespace. */
class Bed {
  readonly target: ContractTarget;
  readonly namespace = `contract-${randomBytes(4).toString('hex')}`;

  constructor(target: ContractTarget) {
    this.target = target;
  }

  get configMaps(): string {
    return `/api/v1/namespaces/${this.namespace}/configmaps`;
  }

  get artifacts(): string {
    return `/apis/${artifacts.apiVersion}/namespaces/${this.namespace}/${artifacts.plural}`;
  }

  send(method: string, path: string, body?: unknown, contentType = 'application/json'): Promise<PlainAnswer> {
    return plainRequest(this.target, path, {
      method,
      token: this.target.token,
      ...(body === undefined ? {} : { body, contentType }),
    });
  }

  /** An answer that must be a success, as JSON. */
  async ok(method: string, path: string, body?: unknown, contentType?: string): Promise<JsonObject> {
    const answer = await this.send(method, path, body, contentType);
    assert.ok(answer.status >= 200 && answer.status < 300, `${method} ${path}: ${answer.status} ${answer.text}`);
    return answer.json() as JsonObject;
  }

  async refused(answer: Promise<PlainAnswer>, expected: JsonObject): Promise<void> {
    const refusal = await answer;
    assert.equal(refusal.status, expected['code'], refusal.text);
    const body = refusal.json() as JsonObject;
    const picked = Object.fromEntries(Object.keys(expected).map((key) => [key, body[key]]));
    assert.deepEqual(
      { kind: body['kind'], apiVersion: body['apiVersion'], ...picked },
      { kind: 'Status', apiVersion: 'v1', ...expected },
    );
  }

  as(
    token: string,
    method: string,
    path: string,
    body?: unknown,
    contentType = 'application/json',
  ): Promise<PlainAnswer> {
    return plainRequest(this.target, path, { method, token, ...(body === undefined ? {} : { body, contentType }) });
  }

  patch(path: string, body: unknown): Promise<JsonObject> {
    return this.ok('PATCH', `${path}${path.includes('?') ? '&' : '?'}fieldManager=flux`, body, mergeType);
  }

  async names(path: string): Promise<unknown[]> {
    return ((await this.ok('GET', path))['items'] as unknown[]).map(nameOf);
  }

  async resourceVersion(path: string): Promise<string> {
    return String(valueAt(await this.ok('GET', `${path}?limit=1`), 'metadata', 'resourceVersion'));
  }

  watch(path: string, query: Readonly<Record<string, string>>): AsyncGenerator<string> {
    return plainLines(
      this.target,
      `${path}?${new URLSearchParams({ watch: '1', ...query }).toString()}`,
      this.target.token,
    );
  }

  /** The first events of a watch; it is ended once they are there. */
  async events(path: string, query: Readonly<Record<string, string>>, count: number): Promise<WatchLine[]> {
    const events: WatchLine[] = [];
    for await (const line of this.watch(path, query)) {
      events.push(JSON.parse(line) as WatchLine);
      if (events.length === count) {
        break;
      }
    }
    return events;
  }
}

/** Registers the contract's tests. `start` is called once before them; whoever gives it also ends what it started. */
export function describeApiServer(name: string, start: () => Promise<ContractTarget>): void {
  describe(name, () => {
    let bed: Bed;
    before(async () => {
      bed = new Bed(await start());
      await bed.ok('POST', '/api/v1/namespaces', {
        apiVersion: 'v1',
        kind: 'Namespace',
        metadata: { name: bed.namespace },
      });
    });
    after(() => bed.send('DELETE', `/api/v1/namespaces/${bed.namespace}`));
    describe('discovery', () => discovery(() => bed));
    describe('lists', () => lists(() => bed));
    describe('watches', () => watches(() => bed));
    describe('merge patches', () => mergePatches(() => bed));
    describe('creating and deleting', () => creating(() => bed));
    describe('rights', () => rights(() => bed));
  });
}

function discovery(bed: () => Bed): void {
  it('tells its version', async () => {
    assert.match(String((await bed().ok('GET', '/version'))['gitVersion']), /^v1\.\d+\.\d+/);
  });

  it('names groups, versions and the preferred one', async () => {
    const groups = (await bed().ok('GET', '/apis'))['groups'] as JsonObject[];
    const listed = groups.find((group) => group['name'] === artifacts.group);
    const single = await bed().ok('GET', `/apis/${artifacts.group}`);
    assert.equal(single['kind'], 'APIGroup');
    assert.deepEqual(listed?.['versions'], single['versions']);
    assert.deepEqual(valueAt(single, 'preferredVersion'), { groupVersion: artifacts.apiVersion, version: 'v1' });
    assert.deepEqual((await bed().ok('GET', '/api'))['versions'], ['v1']);
  });

  for (const [path, plural, expected] of [
    [`/apis/${artifacts.apiVersion}`, artifacts.plural, { kind: 'ExternalArtifact', namespaced: true }],
    ['/api/v1', 'configmaps', { kind: 'ConfigMap', namespaced: true }],
    ['/api/v1', 'namespaces', { kind: 'Namespace', namespaced: false }],
    ['/apis/apps/v1', 'deployments', { kind: 'Deployment', namespaced: true }],
  ] as const) {
    it(`describes ${plural}`, async () => {
      const list = await bed().ok('GET', path);
      const entry = (list['resources'] as JsonObject[]).find((resource) => resource['name'] === plural);
      assert.equal(list['kind'], 'APIResourceList');
      assert.deepEqual({ kind: entry?.['kind'], namespaced: entry?.['namespaced'] }, expected);
      for (const verb of ['get', 'list', 'watch', 'patch']) {
        assert.ok((entry?.['verbs'] as string[]).includes(verb), verb);
      }
    });
  }

  for (const path of [
    '/apis/none.example.com',
    '/apis/none.example.com/v1',
    `/apis/${artifacts.group}/v9/${artifacts.plural}`,
  ]) {
    it(`answers ${path}, which is not served, with 404 in plain text`, async () => {
      const answer = await bed().send('GET', path);
      assert.equal(answer.status, 404);
      assert.equal(answer.text, '404 page not found\n');
    });
  }

  it('answers an unknown resource of its own groups with a Status', () =>
    bed().refused(bed().send('GET', '/apis/apps/v1/nones'), {
      code: 404,
      reason: 'NotFound',
      message: 'the server could not find the requested resource',
    }));
}

function lists(bed: () => Bed): void {
  const labels = { app: 'lists' };
  before(async () => {
    for (const letter of ['a', 'b', 'c', 'd', 'e']) {
      await bed().ok('POST', bed().artifacts, externalArtifact(`list-${letter}`, { labels: { ...labels, letter } }));
      await bed().ok('POST', bed().configMaps, { metadata: { name: `list-${letter}`, labels }, data: { letter } });
    }
  });

  it('gives kind and version to items of resource definitions, and none to those of its own kinds', async () => {
    const own = await bed().ok('GET', `${bed().configMaps}?labelSelector=app%3Dlists`);
    const custom = await bed().ok('GET', bed().artifacts);
    assert.equal(own['kind'], 'ConfigMapList');
    assert.equal(custom['kind'], 'ExternalArtifactList');
    assert.equal(valueAt((own['items'] as unknown[])[0], 'kind'), undefined);
    assert.equal(valueAt((custom['items'] as unknown[])[0], 'kind'), 'ExternalArtifact');
    assert.match(String(valueAt(custom, 'metadata', 'resourceVersion')), /^\d+$/);
    assert.deepEqual([valueAt(own, 'metadata', 'continue'), valueAt(custom, 'metadata', 'continue')], [undefined, '']);
  });

  it('comes in pages that all show the state of the first', async () => {
    const first = await bed().ok('GET', `${bed().artifacts}?limit=2`);
    const next = encodeURIComponent(String(valueAt(first, 'metadata', 'continue')));
    await bed().ok('POST', bed().artifacts, externalArtifact('list-cc'));
    const second = await bed().ok('GET', `${bed().artifacts}?limit=2&continue=${next}`);
    const third = await bed().ok(
      'GET',
      `${bed().artifacts}?limit=2&continue=${encodeURIComponent(String(valueAt(second, 'metadata', 'continue')))}`,
    );
    await bed().ok('DELETE', `${bed().artifacts}/list-cc`);
    const pages = [first, second, third];
    assert.deepEqual(
      pages.map((page) => (page['items'] as unknown[]).map(nameOf)),
      [['list-a', 'list-b'], ['list-c', 'list-d'], ['list-e']],
    );
    assert.deepEqual(
      pages.map((page) => valueAt(page, 'metadata', 'remainingItemCount')),
      [3, 1, undefined],
    );
    assert.equal(valueAt(third, 'metadata', 'continue'), '');
    assert.equal(new Set(pages.map((page) => valueAt(page, 'metadata', 'resourceVersion'))).size, 1);
  });

  it('does not count the rest when a selector is given', async () => {
    const page = await bed().ok('GET', `${bed().artifacts}?limit=2&labelSelector=app%3Dlists`);
    assert.equal((page['items'] as unknown[]).length, 2);
    assert.equal(valueAt(page, 'metadata', 'remainingItemCount'), undefined);
  });

  it('refuses a continue token that is none', async () => {
    assert.equal((await bed().send('GET', `${bed().artifacts}?limit=2&continue=none`)).status, 400);
  });

  it('refuses a continue token that is too old, where history can be forgotten', async () => {
    const first = await bed().ok('GET', `${bed().artifacts}?limit=2`);
    const token = String(valueAt(first, 'metadata', 'continue'));
    bed().target.compact?.();
    const answer = await bed().send('GET', `${bed().artifacts}?limit=2&continue=${encodeURIComponent(token)}`);
    assert.equal(answer.status, bed().target.compact ? 410 : 200);
    if (answer.status === 410) {
      const again = String(valueAt(answer.json(), 'metadata', 'continue'));
      assert.equal(valueAt(answer.json(), 'reason'), 'Expired');
      assert.deepEqual(await bed().names(`${bed().artifacts}?limit=2&continue=${encodeURIComponent(again)}`), [
        'list-c',
        'list-d',
      ]);
    }
  });

  for (const [selector, names] of [
    ['letter=b', ['list-b']],
    ['letter in (a,c)', ['list-a', 'list-c']],
    ['letter notin (a,b,c,d)', ['list-e']],
    ['app=lists,letter!=a,letter!=b', ['list-c', 'list-d', 'list-e']],
    ['!letter', []],
    ['letter,letter==d', ['list-d']],
  ] as const) {
    it(`selects by the labels ${selector}`, async () => {
      const path = `${bed().artifacts}?labelSelector=${encodeURIComponent(selector)}`;
      assert.deepEqual(await bed().names(path), names);
    });
  }

  it('selects by name, and by no field of a spec', async () => {
    assert.deepEqual(await bed().names(`${bed().artifacts}?fieldSelector=metadata.name%3Dlist-c`), ['list-c']);
    await bed().refused(bed().send('GET', `${bed().artifacts}?fieldSelector=spec.a%3Db`), {
      code: 400,
      reason: 'BadRequest',
      message: 'field label not supported: spec.a',
    });
  });

  it('gives metadata alone when asked so', async () => {
    const accept = (kind: string): string => `application/json;as=${kind};g=meta.k8s.io;v=v1`;
    const { token } = bed().target;
    const path = `${bed().configMaps}/list-a`;
    const one = (await plainRequest(bed().target, path, { token, accept: accept('PartialObjectMetadata') })).json();
    const many = (
      await plainRequest(bed().target, bed().configMaps, { token, accept: accept('PartialObjectMetadataList') })
    ).json();
    assert.equal(valueAt(one, 'kind'), 'PartialObjectMetadata');
    assert.equal(nameOf(one), 'list-a');
    assert.equal(valueAt(one, 'data'), undefined);
    assert.equal(valueAt(many, 'kind'), 'PartialObjectMetadataList');
    assert.equal(JSON.stringify(many).includes('"data":'), false);
    const none = await plainRequest(bed().target, `${bed().artifacts}?labelSelector=no%3Dbody`, {
      token,
      accept: accept('PartialObjectMetadataList'),
    });
    assert.equal(valueAt(none.json(), 'items'), null, 'an empty list of this form has no list at all');
  });

  it('selects events by the object that they are about', async () => {
    const events = `/api/v1/namespaces/${bed().namespace}/events`;
    for (const name of ['one', 'two']) {
      const involvedObject = {
        apiVersion: artifacts.apiVersion,
        kind: 'ExternalArtifact',
        namespace: bed().namespace,
        name,
      };
      await bed().ok('POST', events, {
        metadata: { name: `event-${name}` },
        involvedObject,
        reason: 'Test',
        message: name,
        type: 'Normal',
      });
    }
    const selector = encodeURIComponent('involvedObject.kind=ExternalArtifact,involvedObject.name=two');
    assert.deepEqual(await bed().names(`${events}?fieldSelector=${selector}`), ['event-two']);
  });
}

function watches(bed: () => Bed): void {
  /** Created, patched, deleted: three events. */
  async function live(name: string, labels: JsonObject = {}): Promise<void> {
    await bed().ok('POST', bed().artifacts, externalArtifact(name, { labels }));
    await bed().patch(`${bed().artifacts}/${name}`, { metadata: { labels: { step: 'two' } } });
    await bed().ok('DELETE', `${bed().artifacts}/${name}`);
  }

  const typesAndNames = (events: readonly WatchLine[]): unknown[] =>
    events.map(({ type, object }) => [type, nameOf(object)]);

  it('goes on from a version with what came later, in order', async () => {
    const resourceVersion = await bed().resourceVersion(bed().artifacts);
    await live('watch-a');
    const events = await bed().events(bed().artifacts, { resourceVersion }, 3);
    assert.deepEqual(typesAndNames(events), [
      ['ADDED', 'watch-a'],
      ['MODIFIED', 'watch-a'],
      ['DELETED', 'watch-a'],
    ]);
    const versions = events.map(({ object }) => Number(valueAt(object, 'metadata', 'resourceVersion')));
    assert.deepEqual(
      versions,
      [...versions].sort((a, b) => a - b),
    );
    assert.equal(new Set(versions).size, 3);
    const resumed = await bed().events(bed().artifacts, { resourceVersion: String(versions[0]) }, 2);
    assert.deepEqual(typesAndNames(resumed), typesAndNames(events.slice(1)));
  });

  it('tells what happens while it is open', async () => {
    const resourceVersion = await bed().resourceVersion(bed().artifacts);
    const events = bed().events(bed().artifacts, { resourceVersion }, 3);
    await live('watch-b');
    assert.deepEqual(typesAndNames(await events), [
      ['ADDED', 'watch-b'],
      ['MODIFIED', 'watch-b'],
      ['DELETED', 'watch-b'],
    ]);
  });

  it('begins with all there is when no version is given', async () => {
    await bed().ok('POST', bed().artifacts, externalArtifact('watch-there', { labels: { app: 'there' } }));
    const events = await bed().events(bed().artifacts, { labelSelector: 'app=there' }, 1);
    assert.deepEqual(typesAndNames(events), [['ADDED', 'watch-there']]);
  });

  it('calls it deleted when an object leaves the selection, and added when it enters', async () => {
    await bed().ok('POST', bed().artifacts, externalArtifact('watch-c', { labels: { in: 'yes' } }));
    const resourceVersion = await bed().resourceVersion(bed().artifacts);
    for (const value of ['no', 'yes']) {
      await bed().patch(`${bed().artifacts}/watch-c`, { metadata: { labels: { in: value } } });
    }
    const events = await bed().events(bed().artifacts, { resourceVersion, labelSelector: 'in=yes' }, 2);
    assert.deepEqual(typesAndNames(events), [
      ['DELETED', 'watch-c'],
      ['ADDED', 'watch-c'],
    ]);
  });

  it('follows one object by its name', async () => {
    const resourceVersion = await bed().resourceVersion(bed().artifacts);
    await live('watch-d');
    await live('watch-e');
    const events = await bed().events(bed().artifacts, { resourceVersion, fieldSelector: 'metadata.name=watch-e' }, 3);
    assert.deepEqual(
      events.map(({ object }) => nameOf(object)),
      ['watch-e', 'watch-e', 'watch-e'],
    );
  });

  it('ends by its time limit, with a bookmark of the newest version before', async () => {
    const resourceVersion = await bed().resourceVersion(bed().artifacts);
    const lines = bed().watch(bed().artifacts, { resourceVersion, allowWatchBookmarks: 'true', timeoutSeconds: '4' });
    const read = (async () => {
      const events: WatchLine[] = [];
      for await (const line of lines) {
        events.push(JSON.parse(line) as WatchLine);
      }
      return events;
    })();
    await live('watch-f');
    bed().target.advance?.(4000);
    const events = await read;
    const bookmark = events.findLast(({ type }) => type === 'BOOKMARK');
    const last = events.findLast(({ type }) => type === 'DELETED');
    const version = (event: WatchLine | undefined): number =>
      Number(valueAt(event?.object, 'metadata', 'resourceVersion'));
    assert.equal(valueAt(bookmark?.object, 'kind'), 'ExternalArtifact');
    assert.ok(version(bookmark) >= version(last), 'the bookmark is not behind the last event');
  });

  it('sends no bookmark that was not asked for', async () => {
    const resourceVersion = await bed().resourceVersion(bed().artifacts);
    const lines = bed().watch(bed().artifacts, { resourceVersion, timeoutSeconds: '3' });
    const first = lines.next();
    // A watch that is open has answered a change: only then may time pass on a server whose time is turned by hand.
    await live('watch-g');
    await first;
    bed().target.advance?.(3000);
    for await (const line of lines) {
      assert.notEqual((JSON.parse(line) as WatchLine).type, 'BOOKMARK');
    }
  });

  it('answers a version that is too old with an ERROR event of code 410', async () => {
    const [event] = await bed().events(bed().artifacts, { resourceVersion: '1' }, 1);
    assert.equal(event?.type, 'ERROR');
    assert.equal(event.object['kind'], 'Status');
    assert.equal(event.object['code'], 410);
    assert.equal(event.object['reason'], 'Expired');
    assert.match(String(event.object['message']), /^too old resource version: 1 \(\d+\)$/);
  });
}

function mergePatches(bed: () => Bed): void {
  const path = (): string => `${bed().artifacts}/patched`;
  const meta = (object: JsonObject, field: string): unknown => valueAt(object, 'metadata', field);
  before(() =>
    bed().ok(
      'POST',
      bed().artifacts,
      externalArtifact('patched', { labels: { a: '1', b: '2' }, annotations: { keep: 'me' } }),
    ),
  );

  it('counts a changed spec as a new generation, and a changed annotation not', async () => {
    const created = await bed().ok('GET', path());
    const annotated = await bed().patch(path(), {
      metadata: { annotations: { 'reconcile.fluxcd.io/requestedAt': 't1' } },
    });
    const changed = await bed().patch(path(), { spec: { sourceRef: { name: 'other' } } });
    assert.equal(meta(created, 'generation'), 1);
    assert.equal(meta(annotated, 'generation'), 1);
    assert.notEqual(meta(annotated, 'resourceVersion'), meta(created, 'resourceVersion'));
    assert.equal(meta(changed, 'generation'), 2);
    assert.deepEqual(meta(annotated, 'annotations'), { keep: 'me', 'reconcile.fluxcd.io/requestedAt': 't1' });
    assert.deepEqual(valueAt(changed, 'spec', 'sourceRef'), {
      apiVersion: 'example.com/v1',
      kind: 'Thing',
      name: 'other',
    });
  });

  it('removes what is null and keeps the rest', async () => {
    const patched = await bed().patch(path(), { metadata: { labels: { a: null, none: null } } });
    assert.deepEqual(meta(patched, 'labels'), { b: '2' });
  });

  it('gives no new version when nothing changes', async () => {
    const before = await bed().ok('GET', path());
    const after = await bed().patch(path(), { metadata: { labels: { b: '2' } } });
    assert.equal(meta(after, 'resourceVersion'), meta(before, 'resourceVersion'));
  });

  it('writes the status by its subresource alone', async () => {
    const status = {
      conditions: [
        { type: 'Ready', status: 'True', reason: 'Test', message: '', lastTransitionTime: '2026-01-01T00:00:00Z' },
      ],
    };
    const before = await bed().ok('GET', path());
    const ignored = await bed().patch(path(), { status });
    assert.equal(ignored['status'], undefined);
    const written = await bed().patch(`${path()}/status`, { status, spec: { sourceRef: { name: 'third' } } });
    assert.equal(valueAt((valueAt(written, 'status', 'conditions') as unknown[])[0], 'type'), 'Ready');
    assert.equal(valueAt(written, 'spec', 'sourceRef', 'name'), valueAt(before, 'spec', 'sourceRef', 'name'));
    assert.equal(meta(written, 'generation'), meta(before, 'generation'));
  });

  it('remembers who set a field', async () => {
    const patched = await bed().patch(path(), { metadata: { annotations: { mine: 'yes' } } });
    const mine = (meta(patched, 'managedFields') as unknown[]).filter((entry) => valueAt(entry, 'manager') === 'flux');
    assert.ok(mine.some((entry) => valueAt(entry, 'fieldsV1', 'f:metadata', 'f:annotations', 'f:mine') !== undefined));
    assert.ok(mine.every((entry) => valueAt(entry, 'operation') === 'Update'));
  });

  it('changes nothing in a dry run', async () => {
    const before = await bed().ok('GET', path());
    const tried = await bed().patch(`${path()}?dryRun=All`, { metadata: { labels: { tried: 'yes' } } });
    assert.equal(valueAt(tried, 'metadata', 'labels', 'tried'), 'yes');
    assert.deepEqual(await bed().ok('GET', path()), before);
  });

  it('is refused when the object has another version by now', () =>
    bed().refused(bed().send('PATCH', path(), { metadata: { resourceVersion: '1', labels: { c: '3' } } }, mergeType), {
      code: 409,
      reason: 'Conflict',
      message:
        'Operation cannot be fulfilled on externalartifacts.source.toolkit.fluxcd.io "patched": the object has been ' +
        'modified; please apply your changes to the latest version and try again',
    }));

  it('creates nothing', () =>
    bed().refused(bed().send('PATCH', `${bed().artifacts}/none`, { metadata: { labels: { c: '3' } } }, mergeType), {
      code: 404,
      reason: 'NotFound',
      message: 'externalartifacts.source.toolkit.fluxcd.io "none" not found',
      details: { name: 'none', group: artifacts.group, kind: artifacts.plural },
    }));

  it('is refused as another type, and when it is no JSON', async () => {
    await bed().refused(bed().send('PATCH', path(), '{}', 'text/plain'), { code: 415, reason: 'UnsupportedMediaType' });
    await bed().refused(bed().send('PATCH', path(), '{none', mergeType), { code: 400, reason: 'BadRequest' });
  });
}

function creating(bed: () => Bed): void {
  it('drops a status that is sent along', async () => {
    const sent = { ...externalArtifact('created'), status: { conditions: [] } };
    const created = await bed().ok('POST', bed().artifacts, sent);
    assert.equal(created['status'], undefined);
    assert.equal(valueAt(created, 'metadata', 'generation'), 1);
    assert.match(String(valueAt(created, 'metadata', 'uid')), /^[0-9a-f-]{36}$/);
    assert.match(String(valueAt(created, 'metadata', 'creationTimestamp')), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  });

  it('refuses a name that is taken', async () => {
    await bed().ok('POST', bed().artifacts, externalArtifact('twice'));
    await bed().refused(bed().send('POST', bed().artifacts, externalArtifact('twice')), {
      code: 409,
      reason: 'AlreadyExists',
      message: 'externalartifacts.source.toolkit.fluxcd.io "twice" already exists',
    });
  });

  it('refuses a namespace that is not there', () =>
    bed().refused(bed().send('POST', '/api/v1/namespaces/contract-none/configmaps', { metadata: { name: 'a' } }), {
      code: 404,
      message: 'namespaces "contract-none" not found',
    }));

  it('refuses a method that a path does not have', () =>
    bed().refused(bed().send('POST', '/api/v1/configmaps', { metadata: { name: 'a' } }), {
      code: 405,
      reason: 'MethodNotAllowed',
      message: 'the server does not allow this method on the requested resource',
    }));

  it('gives an object by its name, with kind and version', async () => {
    await bed().ok('POST', bed().configMaps, { metadata: { name: 'named' }, data: { a: 'b' } });
    const found = await bed().ok('GET', `${bed().configMaps}/named`);
    assert.deepEqual([found['kind'], found['apiVersion'], found['data']], ['ConfigMap', 'v1', { a: 'b' }]);
    await bed().refused(bed().send('GET', `${bed().configMaps}/none`), {
      code: 404,
      message: 'configmaps "none" not found',
      details: { name: 'none', kind: 'configmaps' },
    });
  });

  it('keeps a deleted object until its finalizers are gone', async () => {
    const path = `${bed().artifacts}/held`;
    await bed().ok('POST', bed().artifacts, externalArtifact('held', { finalizers: ['example.com/hold'] }));
    const marked = await bed().ok('DELETE', path);
    assert.equal(typeof valueAt(marked, 'metadata', 'deletionTimestamp'), 'string');
    await bed().patch(path, { metadata: { finalizers: null } });
    assert.equal((await bed().send('GET', path)).status, 404);
  });

  it('answers a deletion with a Status', async () => {
    await bed().ok('POST', bed().artifacts, externalArtifact('goes'));
    const answer = await bed().ok('DELETE', `${bed().artifacts}/goes`);
    assert.deepEqual(
      [answer['kind'], answer['status'], valueAt(answer, 'details', 'name')],
      ['Status', 'Success', 'goes'],
    );
  });
}

function rights(bed: () => Bed): void {
  const viewer = (method: string, path: string, body?: unknown, type?: string): Promise<PlainAnswer> =>
    bed().as(bed().target.viewerToken, method, path, body, type);

  it('does not know a token that is none', () =>
    bed().refused(bed().as('none', 'GET', '/api/v1/namespaces'), {
      code: 401,
      reason: 'Unauthorized',
      message: 'Unauthorized',
    }));

  it('lets a viewer read', async () => {
    assert.equal((await viewer('GET', bed().artifacts)).status, 200);
    assert.equal((await viewer('GET', `/apis/${artifacts.apiVersion}/${artifacts.plural}?limit=1`)).status, 200);
  });

  it('says what a viewer may not, at the cluster scope', () =>
    bed().refused(viewer('GET', '/api/v1/secrets'), {
      code: 403,
      reason: 'Forbidden',
      message:
        'secrets is forbidden: User "viewer" cannot list resource "secrets" in API group "" at the cluster scope',
      details: { kind: 'secrets' },
    }));

  it('lets a viewer reach nothing that runs', () =>
    bed().refused(viewer('GET', `/api/v1/namespaces/${bed().namespace}/services/http:none:80/proxy/x`), {
      code: 403,
      reason: 'Forbidden',
      message:
        'services "http:none:80" is forbidden: User "viewer" cannot get resource "services/proxy" ' +
        `in API group "" in the namespace "${bed().namespace}"`,
    }));

  it('has no way to a Service that is not there', () =>
    bed().refused(bed().send('GET', `/api/v1/namespaces/${bed().namespace}/services/http:none:80/proxy/x`), {
      code: 404,
      reason: 'NotFound',
      message: 'services "none" not found',
    }));

  it('says what a viewer may not, on an object that need not be there', async () => {
    await bed().refused(viewer('GET', `/api/v1/namespaces/${bed().namespace}/secrets/none`), {
      code: 403,
      message: `secrets "none" is forbidden: User "viewer" cannot get resource "secrets" in API group "" in the namespace "${bed().namespace}"`,
    });
    await bed().refused(viewer('PATCH', `${bed().artifacts}/none`, {}, mergeType), {
      code: 403,
      message:
        'externalartifacts.source.toolkit.fluxcd.io "none" is forbidden: User "viewer" cannot patch resource ' +
        `"externalartifacts" in API group "source.toolkit.fluxcd.io" in the namespace "${bed().namespace}"`,
      details: { name: 'none', group: artifacts.group, kind: artifacts.plural },
    });
  });

  it('tells a viewer who it is', async () => {
    const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' };
    const answer = await viewer('POST', '/apis/authentication.k8s.io/v1/selfsubjectreviews', body);
    assert.equal(answer.status, 201);
    assert.equal(valueAt(answer.json(), 'status', 'userInfo', 'username'), 'viewer');
  });

  for (const [verb, group, resource, allowed] of [
    ['list', artifacts.group, artifacts.plural, true],
    ['patch', artifacts.group, artifacts.plural, false],
    ['get', '', 'secrets', false],
  ] as const) {
    it(`tells a viewer that ${verb} on ${resource} is ${allowed ? 'allowed' : 'denied'}`, async () => {
      const review = (resourceAttributes: JsonObject): JsonObject => ({
        apiVersion: 'authorization.k8s.io/v1',
        kind: 'SelfSubjectAccessReview',
        spec: { resourceAttributes },
      });
      const path = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';
      const answer = await viewer('POST', path, review({ verb, group, resource, namespace: bed().namespace }));
      assert.equal(answer.status, 201);
      assert.equal(valueAt(answer.json(), 'status', 'allowed'), allowed);
      const all = await bed().ok('POST', path, review({ verb, group, resource }));
      assert.equal(valueAt(all, 'status', 'allowed'), true);
    });
  }
}
