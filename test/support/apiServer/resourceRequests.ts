/**
 * Requests for resources, from path and body to an answer: list, watch, get, create, merge patch, replace, delete, the
 * status subresource, dry-run apply from recorded pairs. Rights have been checked before; faults are not its business.
 */
import type { ServerResponse } from 'node:http';
import { parse } from 'yaml';
import { type ApiObject, type JsonObject, sameJson } from './apiObject.ts';
import type { ResourcePath, Shape } from './apiRequest.ts';
import { isBuiltIn, type ServedResource } from './discovery.ts';
import type { ListPages } from './listPages.ts';
import type { ObjectStore } from './objectStore.ts';
import { type ObjectWrites, requireObject, subjectOf, type WriteTarget } from './objectWrites.ts';
import type { RecordedDryRun } from './recording.ts';
import { fieldSelector, labelSelector, type Selector } from './selectors.ts';
import { listText, objectText } from './serialization.ts';
import {
  badRequest,
  methodNotAllowed,
  notFound,
  notImplemented,
  pathNotFound,
  unsupportedMediaType,
} from './statusBody.ts';
import type { WatchRequest, WatchStreams } from './watchStreams.ts';

export interface ResourceRequest {
  readonly resource: ServedResource;
  readonly path: ResourcePath;
  readonly verb: string;
  /** Path and query as sent. */
  readonly url: string;
  readonly query: URLSearchParams;
  readonly contentType: string;
  readonly userAgent: string;
  readonly shape: Shape;
  readonly body: string;
}

export interface Answer {
  readonly status: number;
  readonly body: string;
}

export class ResourceRequests {
  readonly #store: ObjectStore;
  readonly #writes: ObjectWrites;
  readonly #pages: ListPages;
  readonly #watches: WatchStreams;
  readonly #dryRuns: readonly RecordedDryRun[];

  constructor(parts: {
    store: ObjectStore;
    writes: ObjectWrites;
    pages: ListPages;
    watches: WatchStreams;
    dryRuns: readonly RecordedDryRun[];
  }) {
    this.#store = parts.store;
    this.#writes = parts.writes;
    this.#pages = parts.pages;
    this.#watches = parts.watches;
    this.#dryRuns = parts.dryRuns;
  }

  answer(request: ResourceRequest): Answer {
    const { resource, path, verb } = request;
    if (path.subresource !== undefined && !(path.subresource === 'status' && resource.hasStatus)) {
      throw pathNotFound();
    }
    const statusVerbs = ['get', 'patch', 'update'];
    if (!(path.subresource === undefined ? resource.verbs : statusVerbs).includes(verb)) {
      throw methodNotAllowed();
    }
    switch (verb) {
      case 'list':
        return { status: 200, body: this.#list(request) };
      case 'get':
        return { status: 200, body: this.#get(request) };
      case 'create':
        return this.#create(request);
      case 'patch':
        return this.#patch(request);
      case 'update':
        return this.#object(request, this.#writes.replace(this.#target(request), readBody(request.body)));
      case 'delete':
        return this.#delete(request);
      default:
        throw methodNotAllowed(); // deletecollection: nothing here needs it
    }
  }

  has(resource: ServedResource, namespace: string, name: string): boolean {
    return this.#store.get(resource, namespace, name) !== undefined;
  }

  watch(request: ResourceRequest, fault: WatchRequest['fault'], answer: ServerResponse): void {
    const { resource, path, query, shape } = request;
    if (!resource.verbs.includes('watch')) {
      throw methodNotAllowed();
    }
    const asked = query.get('resourceVersion') ?? '';
    if (!/^\d*$/.test(asked)) {
      throw badRequest(`resourceVersion: Invalid value: ${JSON.stringify(asked)}: strconv.ParseUint: invalid syntax`);
    }
    const seconds = Number(query.get('timeoutSeconds') ?? '0');
    this.#watches.start(
      {
        form: { resource, shape },
        namespace: path.namespace,
        select: selectorOf(request),
        resourceVersion: asked === '' ? undefined : Number(asked),
        bookmarks: ['true', '1'].includes(query.get('allowWatchBookmarks') ?? ''),
        timeoutMs: seconds > 0 ? seconds * 1000 : undefined,
        fault,
      },
      answer,
    );
  }

  #list(request: ResourceRequest): string {
    const { resource, path, query, shape } = request;
    const select = selectorOf(request);
    const selected = query.has('labelSelector') || query.has('fieldSelector');
    const page = this.#pages.page({
      current: () => this.#store.list(resource, path.namespace).filter(select),
      selected,
      resourceVersion: this.#store.resourceVersion,
      limit: Number(query.get('limit') ?? '0'),
      continue: query.get('continue') ?? '',
    });
    return listText(
      page.items,
      { resource, shape },
      {
        resourceVersion: String(page.resourceVersion),
        // Lists of resource definitions always have the field, those of the server's own kinds only when there is more.
        ...(page.next === undefined && (isBuiltIn(resource.group) || shape === 'metadataOnly')
          ? {}
          : { continue: page.next ?? '' }),
        ...(page.remaining === undefined ? {} : { remainingItemCount: page.remaining }),
      },
    );
  }

  #get(request: ResourceRequest): string {
    const { resource, path, shape } = request;
    const object = this.#store.get(resource, path.namespace ?? '', path.name ?? '');
    if (!object) {
      throw notFound({ group: resource.group, resource: resource.plural, name: path.name });
    }
    return objectText(object, { resource, shape });
  }

  #create(request: ResourceRequest): Answer {
    if (request.resource.namespaced && request.path.namespace === undefined) {
      throw methodNotAllowed();
    }
    const created = this.#writes.create(this.#target(request), readBody(request.body));
    return { ...this.#object(request, created), status: 201 };
  }

  #patch(request: ResourceRequest): Answer {
    const type = request.contentType.split(';')[0]?.trim() ?? '';
    switch (type) {
      case 'application/merge-patch+json':
        return this.#object(request, this.#writes.mergePatch(this.#target(request), readBody(request.body)));
      case 'application/apply-patch+yaml':
        return this.#apply(request);
      default:
        throw unsupportedMediaType(); // a JSON patch too: no client of Flux sends one
    }
  }

  /** What a real server has said is the truth; a dry-run that nobody recorded is played (`dryRunApply.ts`), a real apply is not. */
  #apply(request: ResourceRequest): Answer {
    let body: unknown;
    try {
      body = parse(request.body);
    } catch (error) {
      throw badRequest(`error decoding YAML: ${error instanceof Error ? error.message : String(error)}`);
    }
    const pair = this.#dryRuns.find((known) => samePath(known.path, request.url) && sameJson(known.body, body));
    if (pair) {
      return { status: pair.status, body: JSON.stringify(pair.response) };
    }
    const target = this.#target(request);
    if (!target.dryRun || target.subresource !== undefined) {
      throw notImplemented('this embedded server answers server-side apply with dryRun=All only');
    }
    return this.#object(request, this.#writes.dryRunApply(target, requireObject(body)));
  }

  #delete(request: ResourceRequest): Answer {
    const target = this.#target(request);
    const { gone, object } = this.#writes.delete(target);
    // Pods and some other kinds of the server itself answer with the object; resource definitions answer with a Status.
    if (!gone || (isBuiltIn(request.resource.group) && request.resource.kind !== 'ConfigMap')) {
      return this.#object(request, object);
    }
    const { group, plural } = target.resource;
    const details = { name: target.name, ...(group === '' ? {} : { group }), kind: plural, uid: object.metadata.uid };
    const status = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details };
    return { status: 200, body: JSON.stringify(status) };
  }

  #object(request: ResourceRequest, object: ApiObject): Answer {
    return { status: 200, body: objectText(object, { resource: request.resource, shape: request.shape }) };
  }

  #target(request: ResourceRequest): WriteTarget {
    const { resource, path, query } = request;
    const target = {
      resource,
      namespace: path.namespace ?? '',
      name: path.name ?? '',
      subresource: path.subresource,
      // As the API server: without a name it is the first word of the user agent.
      fieldManager: query.get('fieldManager') ?? request.userAgent.split('/')[0] ?? '',
      dryRun: query.get('dryRun') === 'All',
    };
    if (resource.namespaced !== (path.namespace !== undefined)) {
      throw notFound(subjectOf(target));
    }
    return target;
  }
}

function selectorOf(request: ResourceRequest): Selector {
  const { query, path, resource } = request;
  const byLabel = labelSelector(query.get('labelSelector') ?? '');
  const byField = fieldSelector(query.get('fieldSelector') ?? '', resource.plural);
  return (object) =>
    byLabel(object) && byField(object) && (path.name === undefined || object.metadata.name === path.name);
}

function readBody(text: string): JsonObject {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch (error) {
    throw badRequest(`error decoding patch: ${error instanceof Error ? error.message : String(error)}`);
  }
  return requireObject(body);
}

/** The same path, and the same query in whatever order. */
function samePath(a: string, b: string): boolean {
  const [left, right] = [new URL(a, 'http://host'), new URL(b, 'http://host')];
  left.searchParams.sort();
  right.searchParams.sort();
  return left.pathname === right.pathname && left.search === right.search;
}
