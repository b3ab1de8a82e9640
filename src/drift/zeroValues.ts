/**
 * Fields that an object loses when it is written by its Go type: those that are empty there and marked `omitempty`. Who does not
 * send them does not own them, and what others make of them stays (kubernetes staging/src/k8s.io/api). Pure.
 */
import { asList, asRecord } from '../flux/untyped.ts';

/** Not pointers: `false` is not told from nothing. */
const plainFlags: ReadonlySet<string> = new Set([
  'hostNetwork',
  'hostPID',
  'hostIPC',
  'stdin',
  'stdinOnce',
  'tty',
  'readOnly',
  'paused',
  'publishNotReadyAddresses',
]);

/** Not pointers: 0 is not told from nothing. */
const plainNumbers: ReadonlySet<string> = new Set([
  'minReadySeconds',
  'hostPort',
  'nodePort',
  'healthCheckNodePort',
  'initialDelaySeconds',
  'timeoutSeconds',
  'periodSeconds',
  'successThreshold',
  'failureThreshold',
]);

/** Pointers: an empty text means something of its own. */
const tellingTexts: ReadonlySet<string> = new Set([
  'storageClassName',
  'volumeAttributesClassName',
  'ingressClassName',
  'loadBalancerClass',
  'runtimeClassName',
  'appProtocol',
  'pathType',
  'apiGroup',
  'service',
  'type',
  'value',
]);

/** Maps whose keys are the user's: what is in them stays, and they go when there is nothing. */
const freeMaps: ReadonlySet<string> = new Set([
  'labels',
  'annotations',
  'data',
  'binaryData',
  'matchLabels',
  'nodeSelector',
  'limits',
  'requests',
  'overhead',
  'parameters',
  'options',
  'volumeAttributes',
]);

/** Written even where they are empty. */
const alwaysLists: ReadonlySet<string> = new Set(['containers']);

/** Of a kind that the controllers know by its type (`isTyped`). */
export function withoutZeroValues(value: unknown): unknown {
  const list = asList(value);
  if (list) {
    return list.map(withoutZeroValues);
  }
  const record = asRecord(value);
  if (!record) {
    return value;
  }
  const entries = Object.entries(record).flatMap(([key, item]): [string, unknown][] => {
    if (isZero(key, item, record)) {
      return [];
    }
    return [[key, freeMaps.has(key) ? item : withoutZeroValues(item)]];
  });
  return Object.fromEntries(entries);
}

function isZero(key: string, item: unknown, inside: Readonly<Record<string, unknown>>): boolean {
  switch (item) {
    case null:
    case undefined:
      return true;
    case false:
      return plainFlags.has(key);
    case 0:
      return plainNumbers.has(key);
    case '':
      return !tellingTexts.has(key) || isEnvironment(key, inside);
    default: {
      const record = asRecord(item);
      const isEmptyList = asList(item)?.length === 0 && !alwaysLists.has(key);
      return isEmptyList || (record !== undefined && freeMaps.has(key) && Object.keys(record).length === 0);
    }
  }
}

/** `value` of a variable is plain, that of a toleration too; elsewhere it is not known. */
function isEnvironment(key: string, inside: Readonly<Record<string, unknown>>): boolean {
  return key === 'value' && ['name', 'key', 'operator'].some((name) => Object.hasOwn(inside, name));
}
