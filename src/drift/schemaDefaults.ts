/**
 * Defaults of a custom resource, as the schema of its definition states them (apiextensions-apiserver
 * pkg/apiserver/schema/defaulting/algorithm.go). Pure; the definition is handed in.
 */
import type { KubernetesObject } from '../flux/objects.ts';
import { asList, asRecord, asText, fieldAt } from '../flux/untyped.ts';

type Fields = Readonly<Record<string, unknown>>;

/** `openAPIV3Schema` of one version. */
export type Schema = Fields;

/** `definition`: the CustomResourceDefinition of the object's kind. Unchanged where it does not have the object's version. */
export function withSchemaDefaults(object: KubernetesObject, definition: KubernetesObject): KubernetesObject {
  const root = schemaOf(object, definition);
  return root ? (filled(object, root) as KubernetesObject) : object;
}

/** Of the object's version; `undefined` where the definition does not have it. */
export function schemaOf(object: KubernetesObject, definition: KubernetesObject): Schema | undefined {
  const version = object.apiVersion.slice(object.apiVersion.indexOf('/') + 1);
  const versions = (asList(definition.spec?.['versions']) ?? []).map(asRecord);
  const schema = versions.find((each) => asText(each?.['name']) === version);
  return asRecord(fieldAt(schema, 'schema', 'openAPIV3Schema'));
}

function filled(value: unknown, schema: Fields): unknown {
  const list = asList(value);
  const items = asRecord(schema['items']);
  if (list) {
    return items ? list.map((item) => filled(item, items)) : list;
  }
  const record = asRecord(value);
  if (!record) {
    return value;
  }
  const properties = asRecord(schema['properties']) ?? {};
  const others = asRecord(schema['additionalProperties']);
  const entries = Object.entries(record).map(([key, item]): [string, unknown] => {
    const property = Object.hasOwn(properties, key) ? asRecord(properties[key]) : others;
    return [key, property ? filled(item, property) : item];
  });
  const missing = Object.entries(properties).flatMap(([key, stated]): [string, unknown][] => {
    const property = asRecord(stated);
    const isThere = Object.hasOwn(record, key) && !(record[key] === null && property?.['nullable'] !== true);
    return property?.['default'] === undefined || isThere ? [] : [[key, filled(property['default'], property)]];
  });
  return Object.fromEntries([...entries, ...missing]);
}
