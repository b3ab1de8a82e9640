/**
 * *Open file*: the document that states an object of the cluster, found by who applies it. Where the files state another object that
 * makes it, that one; where nothing does, where it comes from. Renders nothing and asks no cluster.
 */
import { basename, join } from 'node:path';
import * as vscode from 'vscode';
import type { Clock } from '../base/clock.ts';
import { Failure } from '../base/failure.ts';
import { contentOriginOf } from '../flux/documentMatch.ts';
import { idOf, type ObjectId, type ObjectKey, objectKey, parseObjectKey } from '../flux/objectKey.ts';
import { type ObjectMakers, objectMakers } from '../flux/objectMakers.ts';
import type { FluxObject } from '../flux/objects.ts';
import { sameRepository } from '../flux/repositoryUrl.ts';
import { buildOfFlux } from '../manifests/buildOfFlux.ts';
import type { ObjectPlace } from '../manifests/objectPlaces.ts';
import type { Survey } from '../view/clusterSurvey.ts';
import {
  generatedText,
  madeByText,
  noFileText,
  objectTitle,
  onlyByNameText,
  type Provenance,
  webPageOf,
} from '../view/fileOfObject.ts';
import { iconFreeText, plainText } from '../view/markdown.ts';
import type { ClusterViews } from './clusterViews.ts';
import { withPatience } from './patientProgress.ts';
import { type OpenRepository, openRepositories } from './workspaceTexts.ts';

/** A chart makes a release that makes a chart: no longer row of makers has been seen. */
const mostMakers = 4;
const statusTextMs = 8_000;

interface FoundPlace extends ObjectPlace {
  readonly root: string;
  /** Whether a build of who applies it is known to read the file. */
  readonly isBuilt: boolean;
}

interface Search {
  /** What the places state: the object, or what makes it. */
  readonly id: ObjectId;
  readonly places: readonly FoundPlace[];
  readonly provenance: readonly (Provenance & { readonly url: string | undefined })[];
  /** Names of the repositories that may have it. */
  readonly searched: readonly string[];
}

export interface OpenFileParts {
  readonly views: Pick<ClusterViews, 'survey'>;
  readonly clock: Clock;
}

/**
 * Resolves when the file is shown, or the user has been told why there is none. The cursor stands at `field` of the object where its
 * document states it.
 */
export async function openFileOf(
  key: ObjectKey,
  { views, clock }: OpenFileParts,
  field: readonly string[] = [],
): Promise<void> {
  const id = parseObjectKey(key);
  const { survey } = views;
  if (!id || survey?.context !== id.context) {
    throw new Failure('unreachable', `${id?.context ?? 'the context'} is no longer connected`);
  }
  const asked = { isCancelled: false };
  const found = await withPatience(`Looking for the file of ${objectTitle(id)}`, clock, async (signal) => {
    const search = await searchFiles(id, survey, signal);
    asked.isCancelled = signal.aborted;
    return search;
  });
  if (asked.isCancelled) {
    return; // what was found by then is not all there is
  }
  if (found.places.length === 0) {
    tellWhere(found);
    return;
  }
  const place = await choosePlace(found);
  if (place) {
    await show(place, isSame(id, found.id) && place.role !== 'generator' ? { id, field } : undefined);
    const said = besideText(id, found, place);
    if (said !== undefined) {
      void vscode.window.setStatusBarMessage(`$(info) ${iconFreeText(said, 300)}`, statusTextMs);
    }
  }
}

async function searchFiles(wanted: ObjectId, survey: Survey, signal: AbortSignal): Promise<Search> {
  const objects = [...survey.views.values()].map(({ object }) => object);
  const get = (id: ObjectId) => survey.views.get(objectKey(survey.context, id))?.object;
  const repositories = await openRepositories();
  let id = wanted;
  for (let step = 0; ; step += 1) {
    const makers = objectMakers(id, objects, get);
    if (makers.by !== 'object' || step === mostMakers) {
      return searchIn(repositories, { id, makers, get, signal });
    }
    id = makers.maker;
  }
}

interface Question {
  readonly id: ObjectId;
  readonly makers: ObjectMakers;
  readonly get: (id: ObjectId) => FluxObject | undefined;
  readonly signal: AbortSignal;
}

async function searchIn(repositories: readonly OpenRepository[], question: Question): Promise<Search> {
  const { id, makers, get, signal } = question;
  const { objectPlaces } = await import('../manifests/yamlBundle.ts');
  const appliers = makers.by === 'files' ? makers.appliers : [];
  const origins = appliers.map((applier) => ({ applier, ...contentOriginOf(applier, get) }));
  const places: FoundPlace[] = [];
  const searched: string[] = [];
  for (const { root, remotes, texts } of repositories) {
    const own = origins.filter(({ url }) => mayBeOf(url, remotes));
    if (own.length === 0 && origins.length > 0) {
      continue; // another repository's file of that name would be another object's
    }
    searched.push(basename(root));
    const builds = own.map(({ applier }) => buildOfFlux(applier));
    const found = await objectPlaces(texts, id, builds, signal);
    places.push(...found.built.map((place) => ({ ...place, root, isBuilt: true })));
    places.push(...found.others.map((place) => ({ ...place, root, isBuilt: false })));
  }
  const provenance = origins.map(({ applier, url, label }) => {
    return { applier: idOf(applier), from: label, url, path: applier.spec?.path ?? '' };
  });
  const unseen = makers.by === 'unseen' ? [{ applier: makers.owner, from: undefined, url: undefined, path: '' }] : [];
  return { id, places: builtFirst(places), provenance: [...provenance, ...unseen], searched };
}

/** A source that does not say its repository, and a folder without remotes, may be of each other. */
function mayBeOf(url: string | undefined, remotes: readonly string[]): boolean {
  return url === undefined || remotes.length === 0 || remotes.some((remote) => sameRepository(remote, url));
}

function builtFirst(places: readonly FoundPlace[]): readonly FoundPlace[] {
  return [...places.filter(({ isBuilt }) => isBuilt), ...places.filter(({ isBuilt }) => !isBuilt)];
}

const roleWords = { document: '', patch: 'patch', generator: 'generator' } as const;

/** The only one that is built, else what the user picks out of all. */
async function choosePlace({ id, places }: Search): Promise<FoundPlace | undefined> {
  const built = places.filter(({ isBuilt }) => isBuilt);
  const [only, another] = built.length > 0 ? built : places;
  if (!another) {
    return only;
  }
  const several = new Set(places.map(({ root }) => root)).size > 1;
  const items = places.map((place) => ({
    label: plainText(basename(place.path)),
    description: [several ? `${basename(place.root)}/${place.path}` : place.path, roleWords[place.role]]
      .filter((word) => word !== '')
      .join(' · '),
    ...(built.length > 0 && !place.isBuilt ? { detail: 'not read by the build of who applies it' } : {}),
    place,
  }));
  const title = `${objectTitle(id)} is stated in ${places.length} places`;
  return (await vscode.window.showQuickPick(items, { title, matchOnDescription: true }))?.place;
}

interface Wanted {
  readonly id: ObjectId;
  /** Empty for the document as a whole. */
  readonly field: readonly string[];
}

async function show({ root, path, offset }: FoundPlace, wanted: Wanted | undefined): Promise<void> {
  const document = await vscode.workspace.openTextDocument(vscode.Uri.file(join(root, path)));
  const at = document.positionAt(
    offset + (wanted ? await withinDocument(document.getText().slice(offset), wanted) : 0),
  );
  const line = document.lineAt(at.line).range.start;
  await vscode.window.showTextDocument(document, { selection: new vscode.Range(line, line) });
}

/** Of the field, from the begin of its document; 0 where it is not stated, or under a name that kustomize changes. */
async function withinDocument(text: string, { id, field }: Wanted): Promise<number> {
  if (field.length === 0) {
    return 0;
  }
  const { findField } = await import('../manifests/yamlBundle.ts');
  const place = findField(text, id, field);
  return place?.stated === true ? place.offset : 0;
}

function isSame(a: ObjectId, b: ObjectId): boolean {
  return a.kind === b.kind && a.name === b.name && a.namespace === b.namespace;
}

function besideText(asked: ObjectId, { id, provenance }: Search, place: FoundPlace): string | undefined {
  if (!isSame(id, asked)) {
    return madeByText(asked, id);
  }
  if (place.role === 'generator') {
    return generatedText(id);
  }
  return place.isBuilt ? undefined : onlyByNameText(id, provenance);
}

function tellWhere({ id, provenance, searched }: Search): void {
  const page = webPageOf(provenance[0]?.url);
  const button = 'Open its source in the browser';
  const text = noFileText(id, provenance, searched);
  void vscode.window.showInformationMessage(text, ...(page === undefined ? [] : [button])).then((pressed) => {
    if (pressed === button && page !== undefined) {
      void vscode.env.openExternal(vscode.Uri.parse(page));
    }
  });
}
