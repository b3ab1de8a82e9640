/**
 * An object as a person wants to read or copy it: what the server adds is left out, and what a Secret holds is masked,
 * always. Gives plain data; `manifests/printYaml.ts` makes text of it.
 */
import type { KubernetesObject } from '../flux/objects.ts';
import { asList, asRecord, asText } from '../flux/untyped.ts';

type Fields = Readonly<Record<string, unknown>>;

/** What stands for a value of a Secret. */
export const masked = '•••';

const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';

/** The live object to be read: complete but for `managedFields`, which nobody can read. */
export function liveManifest(object: KubernetesObject): Fields {
  return maskSecret({ ...object, metadata: without(object.metadata, 'managedFields') });
}

/** Written by the server or by controllers; in a repository they would be noise, or wrong. */
const serverMetadata: ReadonlySet<string> = new Set([
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'selfLink',
  'managedFields',
  'ownerReferences',
]);

/** Set by the appliers on all that they apply: in a file they would claim an owner that may be another one. */
const ownerLabel =
  /^(?:(?:kustomize|helm)\.toolkit\.fluxcd\.io|(?:resourceset\.)?fluxcd\.controlplane\.io)\/(?:name|namespace)$/;

/** Requests and notes of tools, good for one moment. */
const passingAnnotation =
  /^(?:kubectl\.kubernetes\.io\/(?:last-applied-configuration|restartedAt)|reconcile\.fluxcd\.io\/(?:requestedAt|forceAt|resetAt)|deployment\.kubernetes\.io\/revision|driftline\.dev\/suspended-(?:reason|by|at))$/;

/** The manifest that could have made the object. Labels that name the owner are left out: the applier sets them anew. */
export function cleanManifest(object: KubernetesObject): Fields {
  const rest = without(maskSecret({ ...object }), 'status');
  const metadata = Object.entries(asRecord(rest['metadata']) ?? {}).flatMap(([name, value]): [string, unknown][] => {
    const kept = serverMetadata.has(name) ? undefined : cleaned(name, value);
    return kept === undefined ? [] : [[name, kept]];
  });
  return { ...rest, metadata: Object.fromEntries(metadata), ...cleanSpec(object) };
}

function cleaned(name: string, value: unknown): unknown {
  switch (name) {
    case 'finalizers': {
      const kept = (asList(value) ?? []).filter((finalizer) => finalizer !== 'finalizers.fluxcd.io');
      return kept.length === 0 ? undefined : kept;
    }
    case 'labels':
      return withoutKeys(value, ownerLabel);
    case 'annotations':
      return withoutKeys(value, passingAnnotation);
    default:
      return value;
  }
}

function withoutKeys(value: unknown, pattern: RegExp): Fields | undefined {
  const kept = Object.entries(asRecord(value) ?? {}).filter(([key]) => !pattern.test(key));
  return kept.length === 0 ? undefined : Object.fromEntries(kept);
}

/** Addresses that the cluster gave a Service; `None` was asked for. */
function cleanSpec({ apiVersion, kind, spec }: KubernetesObject): { readonly spec?: Fields } {
  if (spec === undefined || apiVersion !== 'v1' || kind !== 'Service' || spec['clusterIP'] === 'None') {
    return {};
  }
  return { spec: without(spec, 'clusterIP', 'clusterIPs') };
}

function without(record: object, ...names: readonly string[]): Fields {
  return Object.fromEntries(Object.entries(record).filter(([name]) => !names.includes(name)));
}

/** Any other object as it is. */
function maskSecret(object: Fields): Fields {
  if (object['kind'] !== 'Secret' || object['apiVersion'] !== 'v1') {
    return object;
  }
  const metadata = asRecord(object['metadata']) ?? {};
  const values = secretValues(object);
  const annotations = asRecord(metadata['annotations']);
  const safe =
    annotations &&
    Object.fromEntries(
      Object.entries(annotations).map(([name, value]) => [name, mayTell(name, value, values) ? masked : value]),
    );
  return {
    ...object,
    metadata: safe ? { ...metadata, annotations: safe } : metadata,
    ...maskedField(object, 'data'),
    ...maskedField(object, 'stringData'),
  };
}

function maskedField(object: Fields, name: 'data' | 'stringData'): Fields {
  if (object[name] === undefined) {
    return {};
  }
  const keys = Object.keys(asRecord(object[name]) ?? {});
  return { [name]: Object.fromEntries(keys.map((key) => [key, masked])) };
}

/** Every value, as it is written and decoded. Shorter ones would be found in any text. */
function secretValues(object: Fields): readonly string[] {
  const data = Object.values(asRecord(object['data']) ?? {}).flatMap((value) => asText(value) ?? []);
  const plain = Object.values(asRecord(object['stringData']) ?? {}).flatMap((value) => asText(value) ?? []);
  const decoded = data.map((value) => Buffer.from(value, 'base64').toString('utf8'));
  return [...data, ...decoded, ...plain].filter((value) => value.length >= 4);
}

/** Tools keep copies of what they applied in annotations; kubectl's is known, others are recognised by what they hold. */
function mayTell(name: string, value: unknown, values: readonly string[]): boolean {
  const text = asText(value) ?? '';
  return name === lastApplied || values.some((secret) => text.includes(secret));
}
