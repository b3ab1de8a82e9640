/**
 * What a server would refuse of an object that the controller has taken fields back from: what others have set beside them stays,
 * and may be nothing by itself. No dry-run shows it, for it still has the fields (measured: kubectl adds a probe, an operator its
 * period; the controller then fails at every attempt). Pure.
 */
import type { KubernetesObject } from '../flux/objects.ts';
import { asList, asRecord } from '../flux/untyped.ts';
import type { FieldPath } from '../render/desired.ts';
import { isBuiltIn } from './builtInKinds.ts';
import { type Schema, schemaOf } from './schemaDefaults.ts';

const probe = ['exec', 'grpc', 'httpGet', 'tcpSocket'] as const;
const hook = ['exec', 'httpGet', 'sleep', 'tcpSocket'] as const;

/** Fields of the built-in kinds of which one at least has to be there (kubernetes pkg/apis, `validation.go` of core and networking). */
const oneOf: Readonly<Record<string, readonly string[]>> = {
  livenessProbe: probe,
  readinessProbe: probe,
  startupProbe: probe,
  postStart: hook,
  preStop: hook,
  defaultBackend: ['service', 'resource'],
};

/**
 * The first place in `next` that lacks what it needs; `undefined` where none is known to. `definition`: of a custom kind, where it
 * was had.
 */
export function refusedRemains(
  next: KubernetesObject,
  definition: KubernetesObject | undefined,
): FieldPath | undefined {
  if (isBuiltIn(next.apiVersion)) {
    return withoutAny(next.spec, ['spec']) ?? namelessPort(next);
  }
  const schema = definition && schemaOf(next, definition);
  return schema && withoutRequired(next, schema, []);
}

/** Of several ports each needs a name. An item stays whose key somebody else applies. */
function namelessPort({ kind, spec }: KubernetesObject): FieldPath | undefined {
  const ports = (kind === 'Service' ? asList(spec?.['ports']) : undefined) ?? [];
  const nameless = ports.findIndex((port) => !Object.hasOwn(asRecord(port) ?? {}, 'name'));
  return ports.length > 1 && nameless !== -1 ? ['spec', 'ports', nameless] : undefined;
}

function withoutAny(value: unknown, path: FieldPath): FieldPath | undefined {
  const record = asRecord(value);
  const needed = record && oneOfAt(path);
  if (needed && !needed.some((key) => Object.hasOwn(record, key))) {
    return path;
  }
  return firstOf(value, path, withoutAny);
}

function oneOfAt(path: FieldPath): readonly string[] | undefined {
  const [list, name] = path.slice(-2);
  if (typeof name === 'number' && (list === 'containers' || list === 'initContainers')) {
    return ['image'];
  }
  return typeof name === 'string' && Object.hasOwn(oneOf, name) ? oneOf[name] : undefined;
}

function withoutRequired(value: unknown, schema: Schema, path: FieldPath): FieldPath | undefined {
  const record = asRecord(value);
  const required = asList(schema['required']) ?? [];
  if (record && !required.every((key) => typeof key !== 'string' || Object.hasOwn(record, key))) {
    return path;
  }
  const properties = asRecord(schema['properties']) ?? {};
  return firstOf(value, path, (inside, place) => {
    const key = place.at(-1);
    const own = typeof key === 'string' && Object.hasOwn(properties, key) ? properties[key] : undefined;
    const below = asRecord(own ?? schema[typeof key === 'number' ? 'items' : 'additionalProperties']);
    return below && withoutRequired(inside, below, place);
  });
}

function firstOf(
  value: unknown,
  path: FieldPath,
  find: (inside: unknown, path: FieldPath) => FieldPath | undefined,
): FieldPath | undefined {
  const entries: readonly (readonly [string | number, unknown])[] = asList(value)
    ? [...(asList(value) ?? []).entries()]
    : Object.entries(asRecord(value) ?? {});
  for (const [key, inside] of entries) {
    const found = find(inside, [...path, key]);
    if (found) {
      return found;
    }
  }
  return undefined;
}
