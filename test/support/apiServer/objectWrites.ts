/**
 * What the API server does to an object on its way into the store: generation, immutable metadata, finalizers, the
 * status subresource, `managedFields`. Knows no HTTP and no rights.
 *
 * Field ownership is recorded for merge patches and creates only, as far as a client can see who set a field. Server-side
 * apply is played for dry-runs alone: see `dryRunApply.ts` for what it leaves out.
 */
import type { Clock } from '../../../src/base/clock.ts';
import {
  type ApiObject,
  isJsonObject,
  type JsonObject,
  sameJson,
  valueAt,
  without,
  withMeta,
  withStatus,
} from './apiObject.ts';
import type { ServedResource } from './discovery.ts';
import { dryRunApply } from './dryRunApply.ts';
import { fieldsOf, mergePatch } from './mergePatch.ts';
import { apiTime, type ObjectStore, type Origin } from './objectStore.ts';
import { alreadyExists, badRequest, conflict, notFound, type Subject } from './statusBody.ts';

export interface WriteTarget {
  readonly resource: ServedResource;
  /** `''` for objects without namespace. */
  readonly namespace: string;
  readonly name: string;
  readonly subresource: string | undefined;
  readonly fieldManager: string;
  /** Everything but the write itself: what would be is answered. */
  readonly dryRun: boolean;
}

export class ObjectWrites {
  readonly #store: ObjectStore;
  readonly #clock: Clock;

  constructor(parts: { store: ObjectStore; clock: Clock }) {
    this.#store = parts.store;
    this.#clock = parts.clock;
  }

  create(target: WriteTarget, body: JsonObject): ApiObject {
    const { resource, namespace } = target;
    const sent = asObject(body, target);
    if (namespace !== '' && !this.#store.get({ group: '', plural: 'namespaces' }, '', namespace)) {
      throw notFound({ group: '', resource: 'namespaces', name: namespace });
    }
    const named = withMeta(sent, {
      name: sent.metadata.name === '' ? `${generateName(body)}${randomSuffix()}` : sent.metadata.name,
      namespace: namespace === '' ? undefined : namespace,
      generation: countsGenerations(resource) ? 1 : undefined,
      resourceVersion: undefined,
      uid: undefined,
      creationTimestamp: undefined,
      deletionTimestamp: undefined,
      managedFields: undefined,
    });
    if (this.#store.get(resource, namespace, named.metadata.name)) {
      throw alreadyExists(subjectOf({ ...target, name: named.metadata.name }));
    }
    const object = this.#managed(resource.hasStatus ? withStatusOf(named, {}) : named, body, target);
    return target.dryRun ? object : this.#store.write(resource, object, 'request');
  }

  mergePatch(target: WriteTarget, patch: JsonObject): ApiObject {
    const current = this.#current(target);
    this.#checkVersion(target, valueAt(patch, 'metadata', 'resourceVersion'), current);
    return this.#put(target, current, mergePatch(current, patch) as ApiObject, patch);
  }

  replace(target: WriteTarget, body: JsonObject): ApiObject {
    const current = this.#current(target);
    this.#checkVersion(target, valueAt(body, 'metadata', 'resourceVersion'), current);
    return this.#put(target, current, asObject(body, target), body);
  }

  /** What an apply of `body` would make of the object; nothing is stored. */
  dryRunApply(target: WriteTarget, body: JsonObject): ApiObject {
    const { resource, namespace, name, fieldManager } = target;
    const applied = asObject(body, target);
    if (namespace !== '' && !this.#store.get({ group: '', plural: 'namespaces' }, '', namespace)) {
      throw notFound({ group: '', resource: 'namespaces', name: namespace });
    }
    const live = this.#store.get(resource, namespace, name);
    const now = apiTime(this.#clock.now());
    const placed = namespace === '' ? applied : withMeta(applied, { namespace });
    return dryRunApply({ live, applied: placed, manager: fieldManager, now });
  }

  /** An object with finalizers is marked and stays; the others are gone at once. */
  delete(target: WriteTarget): { readonly gone: boolean; readonly object: ApiObject } {
    const current = this.#current(target);
    const finalizers = current.metadata.finalizers ?? [];
    if (target.dryRun || finalizers.length === 0) {
      if (!target.dryRun) {
        this.#store.remove(target.resource, target.namespace, target.name, 'request');
      }
      return { gone: true, object: current };
    }
    const marked = withMeta(current, {
      deletionTimestamp: current.metadata.deletionTimestamp ?? apiTime(this.#clock.now()),
      generation: current.metadata.deletionTimestamp ? current.metadata.generation : generationOf(current) + 1,
    });
    return { gone: false, object: this.#store.write(target.resource, marked, 'request') };
  }

  /** Writes what a test or a controller says, status included; the generation follows the spec unless it is given. */
  putAsIs(resource: ServedResource, object: ApiObject, origin: Origin): ApiObject {
    const { namespace = '', name } = object.metadata;
    const previous = this.#store.get(resource, namespace, name);
    const generation = object.metadata.generation ?? (previous ? nextGeneration(previous, object, resource) : 1);
    return this.#store.write(resource, countsGenerations(resource) ? withMeta(object, { generation }) : object, origin);
  }

  /** Merges into the status as a controller does. Throws a Refusal when there is no such object. */
  patchStatus(
    resource: ServedResource,
    id: { readonly namespace: string; readonly name: string },
    status: JsonObject,
    origin: Origin,
  ): ApiObject {
    const current = this.#store.get(resource, id.namespace, id.name);
    if (!current) {
      throw notFound({ group: resource.group, resource: resource.plural, name: id.name });
    }
    const merged = mergePatch(current.status ?? {}, status) as JsonObject;
    return this.#store.write(resource, withStatus(current, merged), origin);
  }

  #current(target: WriteTarget): ApiObject {
    const current = this.#store.get(target.resource, target.namespace, target.name);
    if (!current) {
      throw notFound(subjectOf(target));
    }
    return current;
  }

  #checkVersion(target: WriteTarget, sent: unknown, current: ApiObject): void {
    if (typeof sent === 'string' && sent !== '' && sent !== current.metadata.resourceVersion) {
      throw conflict(subjectOf(target));
    }
  }

  #put(target: WriteTarget, current: ApiObject, wanted: ApiObject, sent: JsonObject): ApiObject {
    const { resource } = target;
    const part = splitBySubresource(target, current, wanted);
    const kept = withMeta(part, {
      name: current.metadata.name,
      namespace: current.metadata.namespace,
      uid: current.metadata.uid,
      creationTimestamp: current.metadata.creationTimestamp,
      deletionTimestamp: current.metadata.deletionTimestamp,
      resourceVersion: current.metadata.resourceVersion,
      managedFields: current.metadata.managedFields,
      generation: nextGeneration(current, part, resource),
    });
    const next = { ...kept, apiVersion: current.apiVersion, kind: current.kind };
    if (sameJson(next, current)) {
      return current; // a patch that changes nothing gives no new version and no event
    }
    const managed = this.#managed(next, sent, target);
    if (target.dryRun) {
      return managed;
    }
    const released = current.metadata.deletionTimestamp !== undefined && (next.metadata.finalizers ?? []).length === 0;
    if (released) {
      this.#store.remove(resource, target.namespace, target.name, 'request');
      return managed;
    }
    return this.#store.write(resource, managed, 'request');
  }

  #managed(object: ApiObject, sent: JsonObject, target: WriteTarget): ApiObject {
    const fields = without(sent, 'apiVersion', 'kind');
    const mine = (entry: unknown): boolean =>
      valueAt(entry, 'manager') === target.fieldManager &&
      valueAt(entry, 'operation') === 'Update' &&
      (valueAt(entry, 'subresource') ?? undefined) === target.subresource;
    const before = object.metadata.managedFields ?? [];
    const set = mergePatch(valueAt(before.find(mine), 'fieldsV1') ?? {}, fieldsOf(fields));
    const entry = {
      manager: target.fieldManager,
      operation: 'Update',
      apiVersion: object.apiVersion,
      time: apiTime(this.#clock.now()),
      fieldsType: 'FieldsV1',
      fieldsV1: set,
      ...(target.subresource === undefined ? {} : { subresource: target.subresource }),
    };
    return withMeta(object, { managedFields: [...before.filter((other) => !mine(other)), entry] });
  }
}

/** What a refusal names. */
export function subjectOf(target: Pick<WriteTarget, 'resource' | 'name'>): Subject {
  return { group: target.resource.group, resource: target.resource.plural, name: target.name };
}

/** Only the status through the subresource, everything but the status otherwise. */
function splitBySubresource(target: WriteTarget, current: ApiObject, wanted: ApiObject): ApiObject {
  if (target.subresource === 'status') {
    return withStatusOf(current, wanted);
  }
  return target.resource.hasStatus ? withStatusOf(wanted, current) : wanted;
}

/** `source` without a status takes the status away. */
function withStatusOf(object: ApiObject, source: JsonObject): ApiObject {
  const rest = without(object, 'status') as ApiObject;
  return isJsonObject(source['status']) ? withStatus(rest, source['status']) : rest;
}

function generationOf(object: ApiObject): number {
  return object.metadata.generation ?? 0;
}

/** Kinds with a status do, but for those of the core group. */
function countsGenerations(resource: ServedResource): boolean {
  return resource.hasStatus && resource.group !== '';
}

/** Changes outside of metadata and status are counted. */
function nextGeneration(before: ApiObject, after: ApiObject, resource: ServedResource): number | undefined {
  if (!countsGenerations(resource)) {
    return before.metadata.generation;
  }
  return sameJson(counted(before), counted(after)) ? before.metadata.generation : generationOf(before) + 1;
}

function counted(object: ApiObject): JsonObject {
  return without(object, 'metadata', 'status');
}

function generateName(body: JsonObject): string {
  const prefix = valueAt(body, 'metadata', 'generateName');
  if (typeof prefix !== 'string' || prefix === '') {
    throw badRequest('resource name may not be empty');
  }
  return prefix;
}

function randomSuffix(): string {
  return Math.random().toString(36).slice(2, 7);
}

/** A sent body as an object of the target's kind. Throws a Refusal when it cannot be one. */
function asObject(body: JsonObject, target: WriteTarget): ApiObject {
  const { resource, namespace } = target;
  const apiVersion = resource.group === '' ? resource.version : `${resource.group}/${resource.version}`;
  const sent = { version: body['apiVersion'] ?? apiVersion, kind: body['kind'] ?? resource.kind };
  if (sent.version !== apiVersion || sent.kind !== resource.kind) {
    throw badRequest(
      `the API version in the data (${JSON.stringify(sent.version)}, Kind=${JSON.stringify(sent.kind)}) does not match the expected API version (${apiVersion}, Kind=${resource.kind})`,
    );
  }
  const metadata = isJsonObject(body['metadata']) ? body['metadata'] : {};
  const sentNamespace = metadata['namespace'];
  if (sentNamespace !== undefined && resource.namespaced && sentNamespace !== namespace) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  }
  const name = metadata['name'] ?? target.name;
  if (typeof name !== 'string' || (target.name !== '' && name !== target.name)) {
    throw badRequest('the name of the object does not match the name on the URL');
  }
  return { ...body, apiVersion, kind: resource.kind, metadata: { ...metadata, name } };
}

/** Throws a Refusal for a body that is JSON but no object. */
export function requireObject(body: unknown): JsonObject {
  if (!isJsonObject(body)) {
    throw badRequest('the object provided is unrecognized (must be of type JSON)');
  }
  return body;
}
