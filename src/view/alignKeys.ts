/**
 * Two objects as texts that can be laid side by side: keys in one order. Servers, files and charts each write them in their own,
 * which means nothing and would show as a difference. The order of lists does mean something and stays.
 */
import { isRecord } from '../base/isRecord.ts';

/** `value` with its keys in the order of `model`; what only `value` has comes after. Takes nothing away and adds nothing. */
export function alignKeys<T>(value: T, model: unknown): T {
  return aligned(value, model) as T;
}

function aligned(value: unknown, model: unknown): unknown {
  if (Array.isArray(value)) {
    const models: readonly unknown[] = Array.isArray(model) ? model : [];
    return value.map((item: unknown, index) => aligned(item, counterpart(item, models) ?? models[index]));
  }
  if (!isRecord(value) || !isRecord(model)) {
    return value;
  }
  const shared = Object.keys(model).filter((key) => Object.hasOwn(value, key));
  const own = Object.keys(value).filter((key) => !Object.hasOwn(model, key));
  return Object.fromEntries([...shared, ...own].map((key) => [key, aligned(value[key], model[key])]));
}

/** What tells items of Kubernetes' lists apart. */
const names = ['name', 'mountPath', 'containerPort', 'port', 'key'] as const;

function counterpart(item: unknown, models: readonly unknown[]): unknown {
  const name = isRecord(item) ? names.find((key) => item[key] !== undefined) : undefined;
  return name === undefined || !isRecord(item)
    ? undefined
    : models.find((model) => isRecord(model) && model[name] === item[name]);
}
