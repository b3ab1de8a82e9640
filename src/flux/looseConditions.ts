/** The conditions of an object of any kind, as far as they are conditions. Judges nothing. */
import type { LooseCondition } from './healthVerdict.ts';
import type { KubernetesObject } from './objects.ts';
import { asList, asRecord, asText, fieldAt } from './untyped.ts';

/** Those with a type, in their order; what is no text is `''`. */
export function looseConditions(object: KubernetesObject): LooseCondition[] {
  return (asList(fieldAt(object, 'status', 'conditions')) ?? []).flatMap((item) => {
    const condition = asRecord(item);
    const type = asText(condition?.['type']);
    return type === undefined
      ? []
      : [
          {
            type,
            status: asText(condition?.['status']) ?? '',
            reason: asText(condition?.['reason']) ?? '',
            message: asText(condition?.['message']) ?? '',
          },
        ];
  });
}
