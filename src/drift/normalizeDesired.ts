/**
 * An object as kustomize-controller sends it, made of the object as it is built (pkg/ssa/normalize, which reads and writes built-in
 * kinds by their Go types; spec drift 4.6). Pure.
 */
import { X509Certificate } from 'node:crypto';
import { groupOf } from '../flux/kinds.ts';
import type { KubernetesObject } from '../flux/objects.ts';
import { asList, asRecord, asText } from '../flux/untyped.ts';
import { isTyped } from './builtInKinds.ts';
import { withTypedStructs } from './typedStructs.ts';
import { withoutFields } from './withoutFields.ts';
import { withoutZeroValues } from './zeroValues.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Throws nothing; what has not the form that its kind wants is left for the server to refuse. */
export function normalizeDesired(object: KubernetesObject): KubernetesObject {
  const isDefinition =
    object.kind === 'CustomResourceDefinition' && object.apiVersion.startsWith('apiextensions.k8s.io/');
  if (groupOf(object.apiVersion) === 'rbac.authorization.k8s.io' && !isTyped(object)) {
    return object; // the controllers pass Roles over
  }
  const fields = withoutFields(asRecord(object) ?? {}, new Set(isDefinition ? [] : ['status']));
  const metadata = withoutFields(asRecord(fields['metadata']) ?? {}, new Set(['creationTimestamp']));
  const named = isDefinition ? withoutBadBundle({ ...fields, metadata }) : { ...fields, metadata };
  if (!isTyped(object)) {
    return named as unknown as KubernetesObject;
  }
  const written = withTypedStructs(withoutZeroValues(named) as Fields);
  const kind = `${object.apiVersion} ${object.kind}`;
  const change = Object.hasOwn(byKind, kind) ? byKind[kind] : undefined;
  return change ? change(written) : (written as unknown as KubernetesObject);
}

/** Of a definition's webhook; one that is no certificate makes the server refuse all (pkg/ssa/utils/cert_validation.go). */
function withoutBadBundle(fields: Fields): Fields {
  const path = ['spec', 'conversion', 'webhook', 'clientConfig'];
  return changed(fields, path, (config) => {
    const client = asRecord(config) ?? {};
    return isBundle(client['caBundle']) ? client : withoutFields(client, new Set(['caBundle']));
  }) as unknown as Fields;
}

function isBundle(stated: unknown): boolean {
  const bundle = asText(stated) ?? '';
  if (bundle === '') {
    return true;
  }
  if (!/^[A-Za-z0-9+/\r\n]*={0,2}[\r\n]*$/.test(bundle)) {
    return false;
  }
  try {
    return new X509Certificate(Buffer.from(bundle, 'base64')).subject !== '\0';
  } catch {
    return false;
  }
}

const podSpecs: Readonly<Record<string, readonly string[]>> = {
  'v1 Pod': ['spec'],
  'apps/v1 Deployment': ['spec', 'template', 'spec'],
  'apps/v1 StatefulSet': ['spec', 'template', 'spec'],
  'apps/v1 DaemonSet': ['spec', 'template', 'spec'],
  'apps/v1 ReplicaSet': ['spec', 'template', 'spec'],
  'batch/v1 Job': ['spec', 'template', 'spec'],
  'batch/v1 CronJob': ['spec', 'jobTemplate', 'spec', 'template', 'spec'],
};

const byKind: Readonly<Record<string, (fields: Fields) => KubernetesObject>> = {
  ...Object.fromEntries(
    Object.entries(podSpecs).map(([kind, path]) => [kind, (fields: Fields) => changed(fields, path, withProtocols)]),
  ),
  'v1 Service': (fields) => changed(fields, ['spec', 'ports'], eachPortOfService),
  'v1 Secret': foldStringData,
};

/** Init containers are left alone, as there. */
function withProtocols(podSpec: unknown): unknown {
  return changed(podSpec, ['containers'], (containers) =>
    asList(containers)?.map((container) => changed(container, ['ports'], eachWithProtocol)),
  );
}

function eachWithProtocol(ports: unknown): unknown {
  return asList(ports)?.map((port) => {
    const fields = asRecord(port);
    return fields && (asText(fields['protocol']) ?? '') === '' ? { ...fields, protocol: 'TCP' } : port;
  });
}

/** The type has no nothing for `targetPort`, so 0 is sent, which the server takes for `port`: the field is the controller's. */
function eachPortOfService(ports: unknown): unknown {
  return asList(eachWithProtocol(ports))?.map((port) => {
    const fields = asRecord(port);
    return fields ? { targetPort: 0, ...fields } : port;
  });
}

/** Without this a key that Git no longer has would stay: the server forgets who wrote `stringData`. */
function foldStringData(fields: Fields): KubernetesObject {
  const { stringData, ...rest } = fields;
  const texts = Object.entries(asRecord(stringData) ?? {}).map(
    ([key, text]) => [key, Buffer.from(asText(text) ?? String(text)).toString('base64')] as const,
  );
  const data = { ...asRecord(rest['data']), ...Object.fromEntries(texts) };
  return (stringData === undefined ? fields : { ...rest, data }) as unknown as KubernetesObject;
}

/** A copy with another value at a path; the same where the path leads nowhere, or to what the change refuses. */
function changed(value: unknown, path: readonly string[], change: (value: unknown) => unknown): KubernetesObject {
  return changeAt(value, path, change) as KubernetesObject;
}

function changeAt(value: unknown, [first, ...others]: readonly string[], change: (value: unknown) => unknown): unknown {
  if (first === undefined) {
    return change(value) ?? value;
  }
  const fields = asRecord(value);
  return fields?.[first] === undefined ? value : { ...fields, [first]: changeAt(fields[first], others, change) };
}
