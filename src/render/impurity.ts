/**
 * What of a chart does not follow from its values: functions that give another result each time, and questions to a cluster.
 * Tells whether a second render is worth its time, and what a reader has to know.
 */
import type { FieldPath, RenderNote } from './desired.ts';
import type { ChartFacts, JsonObject } from './engineProtocol.ts';

/** Values may hold templates, which charts render with `tpl`. The functions of sprig that the engine looks for in charts. */
const changing =
  /\b(?:ago|bcrypt|date|dateInZone|date_in_zone|encryptAES|gen[A-Z]\w+|htmlDate|htmlDateInZone|htpasswd|now|rand[A-Z]\w+|shuffle|uuidv4)\b/g;
const lookups = /\blookup\b/g;

function namesIn(values: JsonObject, pattern: RegExp): readonly string[] {
  const text = JSON.stringify(values);
  return text.includes('{{') ? (text.match(pattern) ?? []) : [];
}

/** Names of functions that may give another result at the next render, sorted. */
function changingFunctions({ impure }: ChartFacts, values: JsonObject): readonly string[] {
  const found = new Set([...impure.filter((name) => name !== 'lookup'), ...namesIn(values, changing)]);
  return [...found].sort();
}

/** Whether two renders of the same inputs may differ. */
export function isImpure(facts: ChartFacts, values: JsonObject): boolean {
  return changingFunctions(facts, values).length > 0;
}

/** `unstable` is what differed, by object. */
export function impurityNotes(
  facts: ChartFacts,
  values: JsonObject,
  unstable: readonly (readonly FieldPath[])[],
): readonly RenderNote[] {
  const notes: RenderNote[] = [];
  const objects = unstable.filter((paths) => paths.length > 0).length;
  if (objects > 0) {
    const functions = changingFunctions(facts, values).join(', ');
    notes.push({
      severity: 'approximate',
      message: `${objects === 1 ? '1 object differs' : `${objects} objects differ`} at each render (${functions}).`,
    });
  }
  if (facts.impure.includes('lookup') || namesIn(values, lookups).length > 0) {
    notes.push({
      severity: 'approximate',
      message: 'The chart asks the cluster (lookup), which finds nothing here: what it would take over may differ.',
    });
  }
  return notes;
}
