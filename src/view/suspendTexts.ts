/**
 * What suspending and resuming an object brings with it, in sentences that are said before it is done: what goes on without it,
 * what will set it back, and what has piled up. Reads the survey; asks nobody.
 */
import { behindSource } from '../flux/behindSource.ts';
import { parseDuration } from '../flux/durations.ts';
import { displayName, type ObjectId, objectKey } from '../flux/objectKey.ts';
import type { FluxObject } from '../flux/objects.ts';
import { ownerOf } from '../flux/references.ts';
import { parseRevision, shortRevision } from '../flux/revision.ts';
import type { ObjectView, Survey } from './clusterSurvey.ts';
import { joinWords } from './joinWords.ts';
import { plainText } from './markdown.ts';

/**
 * What suspending these objects stops, and what it leaves running besides them. `isWhole`: whether the survey has all appliers, so
 * that a count of some is not taken for the count.
 */
export function goesOnText(views: readonly ObjectView[], survey: Survey, isWhole: boolean): string {
  const ofKind = (kind: string) => views.filter(({ id }) => id.kind === kind);
  const sources = views.filter(({ kind }) => kind.role === 'source');
  const sentences = [
    ...kustomizationSentences(ofKind('Kustomization'), views, survey, isWhole),
    ...(ofKind('HelmRelease').length === 0
      ? []
      : ['Upgrades, drift detection and corrections stop; what is installed goes on running.']),
    ...sourceSentences(sources, views, survey, isWhole),
  ];
  const isRunning = views.some(({ kind, state }) => kind.role === 'applier' && state.underlying === 'progressing');
  const all = [
    ...(sentences.length === 0 ? ['Nothing of it happens until it is resumed.'] : sentences),
    ...(isRunning ? ['A reconcile that runs now is not interrupted.'] : []),
  ];
  return all.join(' ');
}

/** Nested Flux objects are reconciled by themselves, whatever becomes of who has applied them. */
function kustomizationSentences(
  parents: readonly ObjectView[],
  all: readonly ObjectView[],
  survey: Survey,
  isWhole: boolean,
): string[] {
  if (parents.length === 0) {
    return [];
  }
  const keys = new Set(parents.map(({ key }) => key));
  const children = appliersBut(all, survey, ({ object }) => {
    const owner = ownerOf(object);
    return owner !== undefined && keys.has(objectKey(survey.context, owner.id));
  });
  const counted = countText(children, isWhole);
  const has = parents.length === 1 ? 'it has' : 'they have';
  const goOn =
    children.length === 1 ? 'goes on: it is reconciled by itself' : 'go on: they are reconciled by themselves';
  return [
    'Nothing new is applied and drift is no longer corrected.',
    ...(counted === '' ? [] : [`${counted} that ${has} applied ${goOn}.`]),
  ];
}

function sourceSentences(
  sources: readonly ObjectView[],
  all: readonly ObjectView[],
  survey: Survey,
  isWhole: boolean,
): string[] {
  if (sources.length === 0) {
    return [];
  }
  const takers = appliersBut(all, survey, (one) => takesFrom(one, sources, survey));
  const counted = countText(takers, isWhole);
  const [only, another] = sources;
  const revision = another ? undefined : only?.object.status?.artifact?.revision;
  const last = revision === undefined ? '' : ` (${plainText(shortRevision(revision), 60)})`;
  const [take, go] = takers.length === 1 ? ['takes', 'goes'] : ['take', 'go'];
  return counted === ''
    ? ['Nothing new is fetched; whoever takes from it goes on with the last artifact.']
    : [
        'Nothing new is fetched.',
        `${counted} that ${take} from ${another ? 'them' : 'it'} ${go} on with the last artifact${last}, drift correction included.`,
      ];
}

/** Directly, or by a HelmChart. */
function takesFrom(one: ObjectView, sources: readonly ObjectView[], survey: Survey): boolean {
  const keys = new Set(sources.map(({ key }) => key));
  const seen = new Set<ObjectView>();
  let here: ObjectView | undefined = one;
  while (here?.source && !seen.has(here)) {
    if (keys.has(here.source.key)) {
      return true;
    }
    seen.add(here);
    here = survey.views.get(here.source.key);
  }
  return false;
}

/** Without those that are suspended by the same action. */
function appliersBut(
  these: readonly ObjectView[],
  survey: Survey,
  fits: (view: ObjectView) => boolean,
): readonly ObjectView[] {
  const keys = new Set(these.map(({ key }) => key));
  return [...survey.views.values()].filter(
    (view) => view.kind.role === 'applier' && !view.state.suspended && !keys.has(view.key) && fits(view),
  );
}

/** `2 Kustomizations and 1 HelmRelease`, `''` for none. */
function countText(views: readonly ObjectView[], isWhole: boolean): string {
  const counts = ['Kustomization', 'HelmRelease'].flatMap((kind) => {
    const count = views.filter(({ id }) => id.kind === kind).length;
    return count === 0 ? [] : [`${count} ${kind}${count === 1 ? '' : 's'}`];
  });
  return counts.length === 0 || isWhole ? joinWords(counts) : `At least ${joinWords(counts)}`;
}

export interface SetBack {
  readonly verb: 'suspend' | 'resume';
  readonly id: ObjectId;
  /** Whose manifest of the object says whether it is suspended; `unnamed` where its labels name nobody. */
  readonly by: ObjectId | 'unnamed';
}

/**
 * Who will undo it and when; `undefined` where nobody will: what is suspended does not apply its own manifest. Without a stop at
 * the end, as the reason of a question.
 */
export function setBackText({ verb, id, by }: SetBack, survey: Survey | undefined): string | undefined {
  const context = survey?.context ?? '';
  const sets = `its manifest says suspend: ${verb === 'suspend' ? 'false' : 'true'}`;
  if (by === 'unnamed') {
    return `Whoever applies this object will set it back with the next apply, for ${sets}`;
  }
  const isOwn = objectKey(context, by) === objectKey(context, id);
  if (isOwn && verb === 'suspend') {
    return undefined;
  }
  const name = plainText(`${by.kind} ${displayName(by)}`);
  const parent = survey?.views.get(objectKey(context, by));
  const interval = parent?.object.spec?.interval;
  const when =
    interval === undefined || parseDuration(interval) === undefined ? '' : ` (interval ${plainText(interval, 20)})`;
  return parent?.state.suspended === true && !isOwn
    ? `${name} applies this object and ${sets}: it will be set back once ${name}, which is suspended too, is resumed`
    : `${name} applies this object and ${sets}: it will be set back with the next reconcile${when}`;
}

export interface PiledUp {
  readonly deployed: string;
  readonly available: string;
  /** Ids of commits, where both revisions are commits. */
  readonly commits: { readonly from: string; readonly to: string } | undefined;
}

/** What a resume would apply beyond what is applied now, as far as two objects tell; `undefined` where nothing is known. */
export function piledUp(object: FluxObject, source: FluxObject | undefined): PiledUp | undefined {
  const result = behindSource(object, source);
  if (!result.behind) {
    return undefined;
  }
  const { deployed, available } = result;
  const [from, to] = [deployed, available].map((revision) => parseRevision(revision).digest);
  const isGit = object.kind === 'Kustomization' && object.spec?.sourceRef?.kind === 'GitRepository';
  return { deployed, available, commits: isGit && from && to ? { from, to } : undefined };
}

/** `count`: of the commits between, where a clone knows them. */
export function piledUpText(object: FluxObject, { deployed, available }: PiledUp, count: number | undefined): string {
  const [now, next] = [deployed, available].map((revision) => plainText(shortRevision(revision), 60));
  if (object.kind === 'HelmRelease') {
    return `Chart ${now} is installed, ${next} would come.`;
  }
  const commits = count === undefined || count === 0 ? '' : `, ${count} ${count === 1 ? 'commit' : 'commits'} later,`;
  const prune = object.spec?.prune === true ? ' Prune is on: objects that are no longer in Git will be deleted.' : '';
  return `${now} is applied, ${next}${commits} would come.${prune}`;
}
