/** JSON merge patch (RFC 7386) and the record of who set which field. Pure; knows no resource. */
import { isJsonObject, type JsonObject } from './apiObject.ts';

/** The target with the patch applied: objects are merged, `null` removes, anything else replaces. */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isJsonObject(patch)) {
    return patch;
  }
  // A map, because `__proto__` is a key like any other in JSON.
  const result = new Map<string, unknown>(isJsonObject(target) ? Object.entries(target) : []);
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) {
      result.delete(key);
    } else {
      result.set(key, mergePatch(result.get(key), value));
    }
  }
  return Object.fromEntries(result);
}

/** The fields that a patch sets, in the notation of `managedFields`; what it removes is owned by nobody. */
export function fieldsOf(patch: JsonObject): JsonObject {
  const fields: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(patch)) {
    if (value !== null) {
      fields[`f:${key}`] = isJsonObject(value) ? fieldsOf(value) : {};
    }
  }
  return fields;
}
