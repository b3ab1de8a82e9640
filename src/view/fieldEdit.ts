/**
 * What is said of a change that is to be made in a file: whom it concerns beside the one that was asked for, and what comes of it.
 * The fields of a drift to choose from. Shows no value; changes nothing.
 */
import type { FilePlace } from '../drift/fieldPlaces.ts';
import type { KeptComparison, KeptDifference, KeptField } from '../drift/keptComparison.ts';
import type { SideEffect } from '../drift/provenPlace.ts';
import type { Comparison } from '../drift/difference.ts';
import { correctionOf } from '../drift/releaseNotes.ts';
import { displayName, type ObjectId } from '../flux/objectKey.ts';
import type { FluxObject } from '../flux/objects.ts';
import type { FluxName } from '../render/desired.ts';
import { fieldsText, fieldText } from './differenceText.ts';
import { joinWords } from './joinWords.ts';
import { plainText } from './markdown.ts';
import { fieldPathText } from './originText.ts';
import { fluxNameText } from './renderedSubject.ts';

export interface EditQuestion {
  readonly message: string;
  readonly detail: string;
}

/** More than these are counted. */
const mostOthers = 6;

/** `undefined` where the change concerns nothing but what was asked for: it is shown unsaved, which is question enough. */
export function editQuestion(
  what: string,
  place: Pick<FilePlace, 'file' | 'path'>,
  concerns: { readonly consumers: readonly FluxName[]; readonly others: readonly SideEffect[] },
): EditQuestion | undefined {
  const { consumers, others } = concerns;
  const isShared = consumers.length > 1;
  if (!isShared && others.length === 0) {
    return undefined;
  }
  const builders = joinWords(consumers.map((name) => plainText(fluxNameText(name))));
  const shown = others.slice(0, mostOthers).map(sideEffectText);
  const more = others.length - shown.length;
  return {
    message: isShared
      ? `${plainText(place.file)} is built by ${builders}. Change ${what} in it for all of them?`
      : `Changing ${what} in ${plainText(place.file)} changes more than that. Go on?`,
    detail: [
      `Place: ${plainText(fieldPathText(place.path))}`,
      ...(shown.length > 0 ? ['', 'It also changes:', ...shown] : []),
      ...(more > 0 ? [`and ${more} more ${more === 1 ? 'object' : 'objects'}`] : []),
    ].join('\n'),
  };
}

function sideEffectText({ id, paths }: SideEffect): string {
  const name = plainText(`${id.kind} ${displayName(id)}`);
  return paths.length === 0 ? `${name} (comes or goes)` : `${name}: ${fieldsText(paths.map((path) => ({ path })))}`;
}

/** `spec.replicas of Deployment llm/llm`. */
export function fieldOfObject(field: Pick<KeptField, 'path'>, id: ObjectId): string {
  return `${fieldPathText(field.path)} of ${plainText(`${id.kind} ${displayName(id)}`)}`;
}

export interface FieldChoice {
  readonly label: string;
  readonly description: string;
  readonly difference: KeptDifference;
  readonly field: KeptField;
}

/** The fields of objects that live and would be changed; of what is missing, extra or unknown no field can be copied or passed over. */
export function fieldChoices(compared: KeptComparison, now: number): readonly FieldChoice[] {
  return compared.differences
    .filter(({ change }) => change === 'change' || change === 'recreate')
    .flatMap((difference) =>
      difference.fields.map((field) => ({
        label: fieldPathText(field.path),
        description: [plainText(`${difference.id.kind} ${displayName(difference.id)}`), fieldText(field, now)].join(
          ' · ',
        ),
        difference,
        field,
      })),
    );
}

/** What can be done in the files for a drift, beside correcting it in the cluster. */
export interface DriftOffer {
  readonly command: 'copyLiveValue' | 'ignoreField' | 'detectDrift';
  readonly title: string;
  readonly detail: string;
}

/** Of a drift that is kept. What cannot be done for it is absent. */
export function driftOffers(owner: FluxObject, { objects }: Pick<Comparison, 'objects'>): readonly DriftOffer[] {
  const hasFields = objects.some(
    ({ change, paths }) => (change === 'change' || change === 'recreate') && paths.length > 0,
  );
  const detects = owner.kind !== 'HelmRelease' || correctionOf(owner) !== 'upgrade';
  const ofFields: readonly DriftOffer[] = [
    {
      command: 'copyLiveValue',
      title: 'Copy a live value into its file',
      detail: 'Keeps what was changed in the cluster: the file is shown, unsaved.',
    },
    {
      command: 'ignoreField',
      title: 'Ignore a field',
      detail: 'Has Flux pass over it when it looks for drift: the file is shown, unsaved.',
    },
  ];
  const ofDetection: readonly DriftOffer[] = [
    {
      command: 'detectDrift',
      title: 'Turn on drift detection (warn)',
      detail: 'helm-controller then tells of drift by itself: the file is shown, unsaved.',
    },
  ];
  return [...(hasFields ? ofFields : []), ...(detects ? [] : ofDetection)];
}
