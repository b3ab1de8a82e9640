/**
 * Objects as JSON texts in the version that was asked for. Texts are kept as long as their object lives, so a list of
 * thousands is joined, not built anew.
 */
import { type ApiObject, type JsonObject, without } from './apiObject.ts';
import type { Shape } from './apiRequest.ts';
import { isBuiltIn, type ServedResource } from './discovery.ts';

export interface Form {
  readonly resource: ServedResource;
  readonly shape: Shape;
}

const texts = new WeakMap<ApiObject, Map<string, string>>();

function remembered(object: ApiObject, form: string, make: () => JsonObject): string {
  const known = texts.get(object) ?? new Map<string, string>();
  texts.set(object, known);
  const text = known.get(form) ?? JSON.stringify(make());
  known.set(form, text);
  return text;
}

export function apiVersionOf(resource: ServedResource): string {
  return resource.group === '' ? resource.version : `${resource.group}/${resource.version}`;
}

/** A single object, with kind and apiVersion. */
export function objectText(object: ApiObject, form: Form): string {
  const apiVersion = apiVersionOf(form.resource);
  if (form.shape === 'metadataOnly') {
    return remembered(object, 'metadata', () => ({
      kind: 'PartialObjectMetadata',
      apiVersion: 'meta.k8s.io/v1',
      metadata: object.metadata,
    }));
  }
  return remembered(object, apiVersion, () => ({ ...object, apiVersion }));
}

/** An item of a list: those of the server's own kinds come without kind and apiVersion. */
function itemText(object: ApiObject, form: Form): string {
  if (form.shape === 'metadataOnly' || !isBuiltIn(form.resource.group)) {
    return objectText(object, form);
  }
  return remembered(object, 'item', () => without(object, 'kind', 'apiVersion'));
}

export function listText(objects: readonly ApiObject[], form: Form, metadata: JsonObject): string {
  const [kind, apiVersion] =
    form.shape === 'metadataOnly'
      ? ['PartialObjectMetadataList', 'meta.k8s.io/v1']
      : [`${form.resource.kind}List`, apiVersionOf(form.resource)];
  const head = JSON.stringify({ kind, apiVersion, metadata });
  if (form.shape === 'metadataOnly' && objects.length === 0) {
    return `${head.slice(0, -1)},"items":null}`; // as the API server writes an empty list of this form
  }
  return `${head.slice(0, -1)},"items":[${objects.map((object) => itemText(object, form)).join(',')}]}`;
}

/** One line of a watch. */
export function eventText(type: string, object: string): string {
  return `{"type":${JSON.stringify(type)},"object":${object}}\n`;
}

/** The object of a BOOKMARK: nothing but a version. */
export function bookmarkText(form: Form, resourceVersion: number): string {
  const whole = form.shape === 'whole';
  return JSON.stringify({
    kind: whole ? form.resource.kind : 'PartialObjectMetadata',
    apiVersion: whole ? apiVersionOf(form.resource) : 'meta.k8s.io/v1',
    metadata: { resourceVersion: String(resourceVersion), creationTimestamp: null },
    ...(whole && form.resource.hasStatus ? { spec: {}, status: {} } : {}),
  });
}
