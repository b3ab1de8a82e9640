/**
 * The one guard between what a cluster serves and the types of `objects.ts`: fields of another type than declared are
 * dropped, so that nothing behind it has to doubt. Keeps unknown fields as they are; judges no meaning.
 */
import type { FluxObject, KubernetesObject } from './objects.ts';
import { asFlag, asList, asNumber, asRecord, asText } from './untyped.ts';

type Reader = (value: unknown) => unknown;
type Fields = Readonly<Record<string, Reader>>;

/** Reads the fields of a table by their readers and keeps all others; a field that its reader refuses is left out. */
function readFields(value: Readonly<Record<string, unknown>>, fields: Fields): Record<string, unknown> {
  const read: [string, unknown][] = [];
  for (const [name, raw] of Object.entries(value)) {
    const reader = Object.hasOwn(fields, name) ? fields[name] : undefined;
    const kept = reader ? reader(raw) : raw;
    if (kept !== undefined) {
      read.push([name, kept]);
    }
  }
  return Object.fromEntries(read); // defines own fields even for a name like __proto__
}

function record(fields: Fields): Reader {
  return (value) => {
    const raw = asRecord(value);
    return raw && readFields(raw, fields);
  };
}

/** A record that is of no use without some of its fields. */
function recordWith(required: readonly string[], fields: Fields): Reader {
  const reader = record(fields);
  return (value) => {
    const read = asRecord(reader(value));
    return read && required.every((name) => read[name] !== undefined) ? read : undefined;
  };
}

function listOf(reader: Reader): Reader {
  return (value) =>
    asList(value)
      ?.map(reader)
      .filter((item) => item !== undefined);
}

const textMap: Reader = (value) => {
  const raw = asRecord(value);
  return raw && Object.fromEntries(Object.entries(raw).filter(([, text]) => typeof text === 'string'));
};

const truthValue: Reader = (value) =>
  value === 'True' || value === 'False' || value === 'Unknown' ? value : undefined;

const reference = recordWith(['name'], { apiVersion: asText, kind: asText, name: asText, namespace: asText });

const metadata: Fields = {
  name: asText,
  namespace: asText,
  uid: asText,
  resourceVersion: asText,
  generation: asNumber,
  creationTimestamp: asText,
  deletionTimestamp: asText,
  labels: textMap,
  annotations: textMap,
  ownerReferences: listOf(
    recordWith(['apiVersion', 'kind', 'name'], {
      apiVersion: asText,
      kind: asText,
      name: asText,
      uid: asText,
      controller: asFlag,
    }),
  ),
  finalizers: listOf(asText),
  managedFields: asList,
};

const spec: Fields = {
  suspend: asFlag,
  interval: asText,
  retryInterval: asText,
  timeout: asText,
  dependsOn: listOf(reference),
  kubeConfig: asRecord,
  serviceAccountName: asText,
  targetNamespace: asText,
  path: asText,
  prune: asFlag,
  sourceRef: reference,
  releaseName: asText,
  storageNamespace: asText,
  chartRef: reference,
  // HelmRelease has a template here, HelmChart the chart's name.
  chart: (value) => asText(value) ?? chartTemplate(value),
  driftDetection: record({ mode: asText, ignore: asList }),
  url: asText,
  type: asText,
  ref: textMap,
};

const chartTemplate = record({ spec: record({ chart: asText, version: asText, sourceRef: reference }) });

const condition = recordWith(['type', 'status'], {
  type: asText,
  status: truthValue,
  reason: asText,
  message: asText,
  lastTransitionTime: asText,
  observedGeneration: asNumber,
});

const snapshot = record({
  name: asText,
  namespace: asText,
  version: asNumber,
  status: asText,
  chartName: asText,
  chartVersion: asText,
  appVersion: asText,
  ociDigest: asText,
  configDigest: asText,
  firstDeployed: asText,
  lastDeployed: asText,
});

const inventoryEntryFields = recordWith(['id'], { id: asText, v: asText });

const inventoryEntry: Reader = (value) => {
  const entry = asRecord(inventoryEntryFields(value));
  return entry && { v: '', ...entry };
};

const status: Fields = {
  observedGeneration: asNumber,
  conditions: listOf(condition),
  lastHandledReconcileAt: asText,
  lastAppliedRevision: asText,
  lastAttemptedRevision: asText,
  lastAppliedOriginRevision: asText,
  inventory: record({ entries: listOf(inventoryEntry) }),
  artifact: record({
    url: asText,
    path: asText,
    revision: asText,
    digest: asText,
    lastUpdateTime: asText,
    size: asNumber,
    metadata: textMap,
  }),
  helmChart: asText,
  storageNamespace: asText,
  history: listOf(snapshot),
  failures: asNumber,
};

const readSpec = record(spec);
const readStatus = record(status);

/**
 * The object with every field of `FluxObject` in its declared type or absent. Never throws, whatever it is given; an
 * object without a name gets the name `''`, which no object of a cluster has, so that callers can refuse it.
 */
export function asFluxObject(raw: KubernetesObject): FluxObject {
  const served = asRecord(raw) ?? {};
  const read: Record<string, unknown> = {
    ...served,
    apiVersion: asText(served['apiVersion']) ?? '',
    kind: asText(served['kind']) ?? '',
    metadata: { name: '', ...readFields(asRecord(served['metadata']) ?? {}, metadata) },
    spec: readSpec(served['spec']),
    status: readStatus(served['status']),
  };
  for (const part of ['spec', 'status']) {
    if (read[part] === undefined) {
      Reflect.deleteProperty(read, part);
    }
  }
  return read as unknown as FluxObject;
}
