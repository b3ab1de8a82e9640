/**
 * The rule by which a controller passes over a field when it looks for drift, merged with the rules that an object has: as a change
 * of its document. Writes nothing.
 */
import { isDeepStrictEqual } from 'node:util';
import type { ObjectId } from '../flux/objectKey.ts';
import type { KubernetesObject } from '../flux/objects.ts';
import { asList, asRecord, asText } from '../flux/untyped.ts';
import type { FieldPath, FluxName } from '../render/desired.ts';
import { valueOf } from './wantedField.ts';

export interface IgnoreEdit {
  /** In the document of the Flux object. */
  readonly path: FieldPath;
  readonly value: unknown;
}

/** Where a Flux object keeps its rules. */
export const ignorePaths: Readonly<Record<FluxName['kind'], readonly string[]>> = {
  HelmRelease: ['spec', 'driftDetection', 'ignore'],
  Kustomization: ['spec', 'ignore'],
};

/**
 * Adds to the rule of the same target, else a rule of its own. Always with a target: of several rules without one helm-controller
 * heeds the last alone (measured with 1.6). `undefined` where a rule of that target has the field already.
 */
export function ignoreEdit(
  document: unknown,
  kind: FluxName['kind'],
  field: { readonly id: ObjectId; readonly path: FieldPath },
): IgnoreEdit | undefined {
  const place = ignorePaths[kind];
  const rules = asList(valueOf(document, place)) ?? [];
  const target = targetOf(field.id);
  const pointer = jsonPointer(field.path);
  const same = rules.flatMap((rule, index) => (isDeepStrictEqual(asRecord(rule)?.['target'], target) ? [index] : []));
  if (same.some((index) => pathsOf(rules[index]).includes(pointer))) {
    return undefined;
  }
  const [first] = same;
  return first === undefined
    ? { path: [...place, rules.length], value: { paths: [pointer], target } }
    : { path: [...place, first, 'paths', pathsOf(rules[first]).length], value: pointer };
}

function pathsOf(rule: unknown): readonly unknown[] {
  return asList(asRecord(rule)?.['paths']) ?? [];
}

/** The controller reads each as an expression for the whole text. */
function targetOf({ kind, name, namespace }: ObjectId): Readonly<Record<string, string>> {
  const literal = (text: string): string => text.replaceAll('.', String.raw`\.`);
  return { kind, name: literal(name), ...(namespace === '' ? {} : { namespace }) };
}

/** RFC 6901. */
export function jsonPointer(path: FieldPath): string {
  return path.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

/**
 * Whether the served version of the CRD `kustomizations.kustomize.toolkit.fluxcd.io` knows `spec.ignore` (since Flux 2.9): an unknown
 * field fails the whole apply of whoever applies the Kustomization. `undefined` where the CRD does not tell.
 */
export function servesIgnore(definition: KubernetesObject, version: string): boolean | undefined {
  const versions = asList(valueOf(definition, ['spec', 'versions'])) ?? [];
  const served = versions.find((each) => asText(asRecord(each)?.['name']) === version);
  const properties = asRecord(valueOf(served, ['schema', 'openAPIV3Schema', 'properties', 'spec', 'properties']));
  return properties && Object.hasOwn(properties, 'ignore');
}
