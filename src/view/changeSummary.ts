/**
 * A whole change as a person picks from it: counts, what cannot be had again first, then each owner with what would happen to its
 * objects, then what is not known. The documents themselves are not made here.
 */
import { hasDiff, isRefused } from '../drift/changeOrder.ts';
import type { ConfigDiff } from '../drift/configDiff.ts';
import { type Findings, type FoundDifference, nameOfOwner, type OwnerFailure } from '../drift/findings.ts';
import { lossOf } from '../drift/identityChange.ts';
import { displayName } from '../flux/objectKey.ts';
import { dangerOf, isDangerous, warnedObject } from './changeDanger.ts';
import { type DiffEntry, entryOf, noteTexts } from './diffSummary.ts';
import { fieldsText } from './differenceText.ts';
import { iconFreeText, plainText } from './markdown.ts';
import type { RowIcon } from './row.ts';

/** What a comparison of many owners has found. */
export type FoundChange = Pick<Findings, 'objects' | 'notes' | 'configs' | 'failures' | 'missing' | 'warnings'>;

/** One object of one owner. */
export interface ChangeEntry extends DiffEntry {
  /** `Kustomization flux-system/apps` */
  readonly owner: string;
  readonly object: FoundDifference;
}

/** Values of a release that differ. */
export interface ValuesEntry {
  readonly owner: string;
  /** Which values. */
  readonly detail: string;
  readonly config: ConfigDiff;
}

export interface ChangeGroup {
  readonly owner: string;
  readonly values: ValuesEntry | undefined;
  readonly entries: readonly ChangeEntry[];
}

export interface ChangeSummary {
  /** `3 change, 1 create, 2 delete, 1 recreate, 1 move, 1 not compared`; `''` when nothing differs. */
  readonly counts: string;
  /** What cannot be had again, the worst first; in no group then. */
  readonly dangers: readonly ChangeEntry[];
  /** What no object of the change stands for. */
  readonly warnings: readonly string[];
  readonly groups: readonly ChangeGroup[];
  /** What could not be compared, then what is left alone; each with the reason. */
  readonly others: readonly ChangeEntry[];
  /** Each names the owner and the step. */
  readonly failures: readonly string[];
  readonly missing: readonly string[];
  /** What a reader must know of the whole comparison, the doubts first. */
  readonly notes: readonly string[];
}

const counted = [
  ['change', 'change'],
  ['create', 'create'],
  ['delete', 'delete'],
  ['recreate', 'recreate'],
  ['move', 'move'],
  ['refused', 'refused'],
  ['unknown', 'not compared'],
] as const;

type CountedChange = Pick<FoundDifference, 'change' | 'paths' | 'movedFrom'>;

function countedAs(one: CountedChange): FoundDifference['change'] | 'move' | 'refused' {
  return one.movedFrom ? 'move' : isRefused(one) ? 'refused' : one.change;
}

/** In the order in which a person reads a change: `3 change, 1 create, 2 delete, 1 recreate, 1 move`. */
export function changeCounts(objects: readonly CountedChange[]): string {
  return counted
    .map(([change, words]) => {
      const count = objects.filter((one) => countedAs(one) === change).length;
      return count === 0 ? '' : `${count} ${words}`;
    })
    .filter((text) => text !== '')
    .join(', ');
}

export function summarizeChange(found: FoundChange): ChangeSummary {
  const differing = found.objects.filter(hasDiff).map((object) => changeEntry(object, found));
  const dangers = differing.filter((entry) => entry.icon === dangerIcon);
  const titles = new Set(dangers.map(({ label }) => label));
  const lines = found.warnings.filter((warning) => !titles.has(iconFreeText(warnedObject(warning))));
  const calm = differing.filter((entry) => entry.icon !== dangerIcon);
  return {
    counts: changeCounts(found.objects),
    dangers: byWeight(dangers, found),
    warnings: lines.filter(isDangerous).map(({ sentence }) => iconFreeText(sentence, 400)),
    groups: groupsOf(calm, found),
    others: (['unknown', 'skip'] as const).flatMap((change) =>
      found.objects
        .filter((object) => object.change === change && !isRefused(object))
        .map((object) => changeEntry(object, found)),
    ),
    failures: found.failures.map((failure) => iconFreeText(failureText(failure), 500)),
    missing: found.missing.map(({ kind, namespace, name, neededBy }) =>
      iconFreeText(`${kind} ${displayName({ namespace, name })} is missing: ${neededBy}`, 300),
    ),
    notes: [
      ...lines.filter((warning) => !isDangerous(warning)).map(({ sentence }) => iconFreeText(sentence, 400)),
      ...noteTexts({ notes: found.notes }),
    ],
  };
}

const dangerIcon: RowIcon = { id: 'error', color: 'testing.iconFailed' };

function changeEntry(object: FoundDifference, { warnings }: FoundChange): ChangeEntry {
  const entry = { ...entryOf(object), owner: iconFreeText(nameOfOwner(object)), object };
  const against = object.against === undefined ? entry.detail : joined(entry.detail, `against ${object.against} alone`);
  const sentences = warnings
    // That an object is deleted, and what goes with it, is said by its own words.
    .filter((warning) => warning.change !== 'delete' && isDangerous(warning))
    .filter((warning) => iconFreeText(warnedObject(warning)) === entry.label)
    .map(({ sentence }) => iconFreeText(sentence, 400));
  const danger = dangerOf(object) ?? (sentences.length > 0 ? dangerWords(object) : undefined);
  const detail = joined(...sentences, iconFreeText(against, 500));
  if (danger !== undefined) {
    return { ...entry, icon: dangerIcon, description: danger, detail };
  }
  return object.movedFrom
    ? { ...entry, icon: { id: 'arrow-swap', color: entry.icon.color }, description: 'would move here', detail }
    : { ...entry, detail };
}

/** Of an object that only a warning tells to be in danger. */
function dangerWords({ movedFrom, id }: FoundDifference): string {
  return movedFrom
    ? 'MAY BE DELETED BEFORE IT MOVES'
    : id.kind === 'HelmRelease'
      ? 'WOULD BE INSTALLED ANEW'
      : 'BEWARE';
}

function joined(...texts: readonly string[]): string {
  return texts.filter((text) => text !== '').join(' · ');
}

/** What has data of its own, or takes such along; what is uninstalled; what is installed anew or moves; what is made anew. */
function byWeight(entries: readonly ChangeEntry[], { warnings }: FoundChange): readonly ChangeEntry[] {
  const losing = new Set(
    warnings.filter(({ losses }) => losses.length > 0).map((warning) => iconFreeText(warnedObject(warning))),
  );
  const weight = ({ label, object }: ChangeEntry): number => {
    if (lossOf(object.id) !== undefined || losing.has(label)) {
      return 0;
    }
    return object.change === 'delete' ? 1 : object.change === 'recreate' ? 3 : 2;
  };
  return entries.toSorted((a, b) => weight(a) - weight(b));
}

/** In the order in which owners were found. */
function groupsOf(entries: readonly ChangeEntry[], { configs }: FoundChange): readonly ChangeGroup[] {
  const values = configs.map(({ of, place, config, against }): ValuesEntry => {
    const chart = config.chart ? [`${config.chart.before} → ${config.chart.after}`] : [];
    const than = against === undefined ? [] : [`against ${against} alone`];
    const detail = iconFreeText([...chart, fieldsText(config.paths), ...than].join(' · '), 300);
    return { owner: iconFreeText(nameOfOwner({ of, place })), detail, config };
  });
  const owners = new Set([...values, ...entries].map(({ owner }) => owner));
  return [...owners].map((owner) => ({
    owner,
    values: values.find((one) => one.owner === owner),
    entries: entries.filter((one) => one.owner === owner),
  }));
}

/** What the message names itself is not said twice. */
function failureText({ title, error, step }: OwnerFailure): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.startsWith(title) ? message : `${title} could not be ${step}: ${message}`;
}

/** `This change on homelab: 3 change, 1 create`; `subject` is what is compared. */
export function changeTitle(subject: string, counts: string): string {
  return plainText(counts === '' ? subject : `${subject}: ${counts}`);
}

/** Names in one sentence are counted beyond so many. */
const mostNames = 3;

/** What cannot be had again, by name, for who looks at the diffs already; `undefined` where there is nothing of it. */
export function dangerNotice({ dangers, warnings }: Pick<ChangeSummary, 'dangers' | 'warnings'>): string | undefined {
  const [first] = warnings;
  if (dangers.length === 0) {
    return first === undefined ? undefined : plainText(first, 400);
  }
  const shown = dangers.slice(0, mostNames).map(({ label, description }) => `${label} ${description}`);
  const more = dangers.length + warnings.length - shown.length;
  return plainText(`Beware: ${shown.join('; ')}${more === 0 ? '' : `; and ${more} more`}.`, 500);
}

/** Where no object would be another one. `files` differ from `base`. */
export function nothingChangesText(files: readonly string[], base: string, where: string): string {
  if (files.length === 0) {
    return plainText(`No file differs from ${base}, so nothing would change on ${where}.`, 400);
  }
  const names = files.slice(0, mostNames).join(', ');
  const more = files.length - mostNames;
  const listed = `${names}${more > 0 ? ` and ${more} more` : ''}`;
  const differ = files.length === 1 ? '1 file differs' : `${files.length} files differ`;
  return plainText(
    `${differ} from ${base} (${listed}), and no Kustomization or HelmRelease renders anything else by that: nothing would change on ${where}.`,
    500,
  );
}
