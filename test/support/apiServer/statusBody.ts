/**
 * Answers other than success, with the bodies that kube-apiserver writes: `Status` objects word for word, so that texts
 * read from them in tests are those that a person would read. Knows no storage.
 */
import type { JsonObject } from './apiObject.ts';

/** What a refusal is about; `resource` is the plural. */
export interface Subject {
  readonly group: string;
  readonly resource: string;
  readonly name?: string | undefined;
  readonly namespace?: string | undefined;
}

/** Thrown by handlers, written by the server. */
export class Refusal extends Error {
  readonly code: number;
  readonly body: JsonObject | string;
  readonly headers: Readonly<Record<string, string>>;

  constructor(code: number, body: JsonObject | string, headers: Readonly<Record<string, string>> = {}) {
    super(typeof body === 'string' ? body : String(body['message']));
    this.code = code;
    this.body = body;
    this.headers = headers;
  }
}

function status(code: number, reason: string, message: string, details?: JsonObject, metadata: JsonObject = {}) {
  const body = { kind: 'Status', apiVersion: 'v1', metadata, status: 'Failure', message, reason };
  return { ...body, ...(details ? { details } : {}), code };
}

/** `helmreleases.helm.toolkit.fluxcd.io`, or `pods` for the core group and what is below a pod. */
export function qualified(subject: Subject): string {
  const resource = subject.resource.replace(/\/.*/, ''); // of a subresource the object's
  return subject.group === '' ? resource : `${resource}.${subject.group}`;
}

function detailsOf(subject: Subject): JsonObject {
  return {
    ...(subject.name === undefined ? {} : { name: subject.name }),
    ...(subject.group === '' ? {} : { group: subject.group }),
    kind: subject.resource,
  };
}

export function unauthorized(): Refusal {
  return new Refusal(401, status(401, 'Unauthorized', 'Unauthorized'));
}

export function forbiddenMessage(user: string, verb: string, subject: Subject): string {
  const named = subject.name === undefined ? '' : ` ${JSON.stringify(subject.name)}`;
  const place = subject.namespace === undefined ? 'at the cluster scope' : `in the namespace "${subject.namespace}"`;
  return (
    `${qualified(subject)}${named} is forbidden: User "${user}" cannot ${verb} resource "${subject.resource}" ` +
    `in API group "${subject.group}" ${place}`
  );
}

export function forbidden(user: string, verb: string, subject: Subject): Refusal {
  return new Refusal(403, status(403, 'Forbidden', forbiddenMessage(user, verb, subject), detailsOf(subject)));
}

/** A refusal of the second kind: of a verb that the API asks about by itself, without words. */
export function forbiddenSilently(subject: Subject): Refusal {
  const message = `${qualified(subject)} ${JSON.stringify(subject.name)} is forbidden: `;
  return new Refusal(403, status(403, 'Forbidden', message, detailsOf(subject)));
}

export function notFound(subject: Subject): Refusal {
  const message = `${qualified(subject)} "${subject.name ?? ''}" not found`;
  return new Refusal(404, status(404, 'NotFound', message, detailsOf(subject)));
}

/** A path that nothing serves: plain text, not a Status. */
export function pathNotFound(): Refusal {
  return new Refusal(404, '404 page not found\n');
}

/** A resource that a group of the server itself does not have. */
export function resourceNotFound(): Refusal {
  return new Refusal(404, status(404, 'NotFound', 'the server could not find the requested resource', {}));
}

export function alreadyExists(subject: Subject): Refusal {
  const message = `${qualified(subject)} "${subject.name ?? ''}" already exists`;
  return new Refusal(409, status(409, 'AlreadyExists', message, detailsOf(subject)));
}

export function conflict(subject: Subject): Refusal {
  const message =
    `Operation cannot be fulfilled on ${qualified(subject)} "${subject.name ?? ''}": the object has been modified; ` +
    'please apply your changes to the latest version and try again';
  return new Refusal(409, status(409, 'Conflict', message, detailsOf(subject)));
}

export function badRequest(message: string): Refusal {
  return new Refusal(400, status(400, 'BadRequest', message));
}

export function methodNotAllowed(): Refusal {
  const message = 'the server does not allow this method on the requested resource';
  return new Refusal(405, status(405, 'MethodNotAllowed', message, {}));
}

export function unsupportedMediaType(): Refusal {
  return new Refusal(415, status(415, 'UnsupportedMediaType', '415: Unsupported Media Type', {}));
}

/** `next` continues with what is there now, inconsistent with the pages before (apiserver pkg/storage/etcd3). */
export function expiredContinue(next: string): Refusal {
  const message =
    'The provided continue parameter is too old to display a consistent list result. You can start a new list without ' +
    'the continue parameter, or use the continue token in this response to retrieve the remainder of the results. ' +
    'Continuing with the provided token results in an inconsistent list - objects that were created, modified, or ' +
    'deleted between the time the first chunk was returned and now may show up in the list.';
  return new Refusal(410, status(410, 'Expired', message, undefined, { continue: next }));
}

/** The object of a watch's ERROR event when its start has been compacted away. */
export function tooOldResourceVersion(asked: number, oldest: number): JsonObject {
  return status(410, 'Expired', `too old resource version: ${asked} (${oldest})`);
}

export function notImplemented(message: string): Refusal {
  return new Refusal(501, status(501, 'NotImplemented', message));
}

const faultWords: Readonly<Record<number, readonly [reason: string, message: string]>> = {
  400: ['BadRequest', 'the server rejected our request for an unknown reason'],
  401: ['Unauthorized', 'Unauthorized'],
  403: ['Forbidden', 'forbidden: refused on demand'],
  404: ['NotFound', 'the server could not find the requested resource'],
  409: [
    'Conflict',
    'Operation cannot be fulfilled: the object has been modified; please apply your changes to the latest version and try again',
  ],
  410: ['Expired', 'The resourceVersion for the provided watch is too old.'],
  429: ['TooManyRequests', 'Too many requests, please try again later.'],
  500: ['InternalError', 'Internal error occurred: refused on demand'],
  503: ['ServiceUnavailable', 'the server is currently unable to handle the request'],
  504: ['Timeout', 'Timeout: request did not complete within the allotted timeout'],
};

/** A refusal that a test asked for; `retryAfter` in seconds. */
export function onDemand(code: number, retryAfter?: number, message?: string): Refusal {
  const [reason, words] = faultWords[code] ?? ['Unknown', `refused on demand with ${code}`];
  const details = retryAfter === undefined ? undefined : { retryAfterSeconds: retryAfter };
  const headers = retryAfter === undefined ? undefined : { 'retry-after': String(retryAfter) };
  return new Refusal(code, status(code, reason, message ?? words, details), headers);
}
