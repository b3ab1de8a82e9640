/**
 * What of a chart does not follow from its values: functions that give another result each time, and questions to a cluster.
 * Tells whether a second render is worth its time, and what a reader has to know.
 */
import type { FieldPath, RenderNote } from './desired.ts';
import type { ChartFacts, JsonObject } from './engineProtocol.ts';
import { information } from './renderNote.ts';

/** Values may hold templates, which charts render with `tpl`. The functions of sprig that the engine looks for in charts. */
const changing =
  /\b(?:ago|bcrypt|date|dateInZone|date_in_zone|encryptAES|gen[A-Z]\w+|htmlDate|htmlDateInZone|htpasswd|now|rand[A-Z]\w+|shuffle|uuidv4)\b/g;
const lookups = /\blookup\b/g;
/** Questions about the release, as the engine writes them. */
const questions = /\.Release\.(?:IsInstall|IsUpgrade|Revision)\b/g;

function namesIn(values: JsonObject, pattern: RegExp): readonly string[] {
  const text = JSON.stringify(values);
  return text.includes('{{') ? (text.match(pattern) ?? []) : [];
}

/** Names of functions that may give another result at the next render, sorted. */
function changingFunctions({ impure }: ChartFacts, values: JsonObject): readonly string[] {
  const own = impure.filter((name) => name !== 'lookup' && !name.startsWith('.'));
  const found = new Set([...own, ...namesIn(values, changing)]);
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

/** What was assumed of the release where the chart asks. `isKnown`: a cluster has told whether it is installed. */
export function releaseQuestionNotes(
  facts: ChartFacts,
  values: JsonObject,
  release: { readonly isUpgrade: boolean; readonly isKnown: boolean },
): readonly RenderNote[] {
  const found = new Set([...facts.impure.filter((name) => name.startsWith('.')), ...namesIn(values, questions)]);
  const asked = [...found].filter((name) =>
    // The engine counts no revisions, and the first one is an install's.
    name === '.Release.Revision' ? !release.isKnown || release.isUpgrade : !release.isKnown,
  );
  if (asked.length === 0) {
    return [];
  }
  const what = release.isUpgrade ? 'an upgrade' : 'a first install';
  const why = release.isKnown ? 'its number is not counted' : 'no cluster tells whether it is installed';
  return [information(`The chart asks ${asked.sort().join(' and ')}: rendered as ${what}, revision 1, for ${why}.`)];
}
