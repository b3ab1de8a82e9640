/**
 * What can be done with a drift in the files: copy a live value into them, have a controller pass over a field, turn on drift
 * detection. Each change is proven by rendering the files with it before it is shown, unsaved, in the editor. Writes to no cluster.
 */
import * as vscode from 'vscode';
import { ignoreEdit, ignorePaths, jsonPointer, servesIgnore } from '../drift/ignoreEdit.ts';
import { manifestPlaces, documentPlaces, type DocumentName, valuePlaces } from '../drift/fieldPlaces.ts';
import { ignoreRules } from '../drift/ignoreRules.ts';
import { onlyPlace, provenPlace } from '../drift/provenPlace.ts';
import { type Refused, valueOf, wantedField } from '../drift/wantedField.ts';
import { Failure, isFailure } from '../base/failure.ts';
import type { ApiResource } from '../cluster/clusterApi.ts';
import type { ClusterSession } from '../cluster/clusterSession.ts';
import { groupOf, versionOf } from '../flux/kinds.ts';
import { type ObjectId, parseObjectKey } from '../flux/objectKey.ts';
import type { KubernetesObject } from '../flux/objects.ts';
import { mask } from '../render/maskDifferences.ts';
import { fieldOfObject } from '../view/fieldEdit.ts';
import { plainText } from '../view/markdown.ts';
import { fluxNameText } from '../view/renderedSubject.ts';
import type { Rendered } from '../view/renderedHead.ts';
import type { FieldCommand } from './commandIds.ts';
import { type FieldTarget, fieldTarget, type FieldTargetParts, ownerArgument, statedTarget } from './fieldTarget.ts';
import { type FileChangeParts, offerChange, renderedFiles, type RenderedFiles, tell } from './fileChange.ts';
import { withPatience } from './patientProgress.ts';
import { renderTarget } from './renderTarget.ts';

export interface FieldCommandsParts extends FieldTargetParts, FileChangeParts {
  /** Of the connected cluster. */
  readonly session: () => ClusterSession | undefined;
}

const annotationsGuide =
  'https://fluxcd.io/flux/components/kustomize/kustomizations/#controlling-the-apply-behavior-of-resources';

/** `argument`: what VS Code hands to a command. Throws a Failure. */
export async function fieldCommand(command: FieldCommand, argument: unknown, parts: FieldCommandsParts): Promise<void> {
  if (command === 'detectDrift') {
    return detectDrift(argument, parts);
  }
  const target = await fieldTarget(argument, parts);
  if (target) {
    await (command === 'copyLiveValue' ? copyLiveValue : ignoreField)(target, parts);
  }
}

async function copyLiveValue(target: FieldTarget, parts: FieldCommandsParts): Promise<void> {
  const { owner, difference, field } = target;
  const what = fieldOfObject(field, difference.id);
  const session = sessionOf(owner, parts);
  const files = await filesOf(target, parts);
  if (!files) {
    return;
  }
  const { rendered } = files;
  const found = await withPatience(`Looking for ${what} in the files`, parts.clock, async (signal) => {
    const live = await readObject(difference.id, session, signal);
    const wanted = wantedField({ live, path: field.path, hidden: field.hidden === true }, rendered);
    if ('refused' in wanted) {
      return wanted;
    }
    const release = rendered.kind === 'HelmRelease' ? documentName(rendered) : undefined;
    const texts = await files.texts(release ?? difference.id, signal);
    const places = release ? valuePlaces(texts, release, wanted) : manifestPlaces(texts, wanted);
    return provenPlace(wanted, places, rendered.objects, async (place) => (await files.attempt(place, signal)).objects);
  });
  await offerOrTell(what, found, files, parts);
}

async function ignoreField(target: FieldTarget, parts: FieldCommandsParts): Promise<void> {
  const { owner, difference, field } = target;
  const what = fieldOfObject(field, difference.id);
  const session = sessionOf(owner, parts);
  const files = await filesOf(target, parts);
  if (!files || !(await mayIgnore(files.rendered, session, parts))) {
    return;
  }
  const { rendered } = files;
  const { kind } = rendered;
  const found = await withPatience(`Looking for ${fluxNameText(rendered.name)}`, parts.clock, async (signal) => {
    if (field.path.includes(mask)) {
      return { refused: 'A key on the way to it is secret, and would have to stand in the file.' };
    }
    // Rules select by metadata: of a Secret nothing more is asked for.
    const live = await session.api.getMetadata(await servedAs(difference.id, session, signal), difference.id, signal);
    const texts = await files.texts({ kind }, signal);
    const rule = { id: difference.id, path: field.path };
    const ignores = ({ inForce }: Rendered): boolean =>
      ignoreRules(valueOf(inForce, ignorePaths[kind])).pointersFor(live).includes(jsonPointer(field.path));
    if (ignores(rendered)) {
      return { refused: 'The files pass over it already: they only have to be committed, pushed and applied.' };
    }
    const places = documentPlaces(texts, documentName(rendered), (root) => ignoreEdit(root, kind, rule));
    return onlyPlace(places, (place) => files.attempt(place, signal), ignores);
  });
  const name = fluxNameText(rendered.name);
  const isOff = kind === 'HelmRelease' && !detects(rendered);
  const also = `helm-controller looks for no drift of ${name} at all: the rule counts once its drift detection is turned on.`;
  await offerOrTell(`what ${name} ignores`, found, files, parts, { subject: what, ...(isOff && { also }) });
}

const modePath = ['spec', 'driftDetection', 'mode'];

function modeOf({ inForce }: Rendered): unknown {
  return valueOf(inForce, modePath);
}

function detects(rendered: Rendered): boolean {
  return modeOf(rendered) === 'warn' || modeOf(rendered) === 'enabled';
}

async function detectDrift(argument: unknown, parts: FieldCommandsParts): Promise<void> {
  const row = typeof argument === 'string' ? parts.views.keyOfRow(argument) : ownerArgument(argument);
  const key = row ?? (argument === undefined || argument instanceof vscode.Uri ? parts.shown.frontKey : undefined);
  const stated = key === undefined ? await renderTarget(argument, 'values', parts) : await statedTarget(key, parts);
  const files = stated && (await renderedFiles(stated, parts));
  if (!files) {
    return;
  }
  const { rendered } = files;
  const name = fluxNameText(rendered.name);
  if (rendered.kind !== 'HelmRelease') {
    throw new Failure('invalid', `${name} is applied with each reconcile: only a HelmRelease has drift detection`);
  }
  if (detects(rendered)) {
    return tell(`${name} has drift detection already (${String(modeOf(rendered))}).`);
  }
  const found = await withPatience(`Looking for ${name}`, parts.clock, async (signal) => {
    const texts = await files.texts({ kind: 'HelmRelease' }, signal);
    const places = documentPlaces(texts, documentName(rendered), () => ({ path: modePath, value: 'warn' }));
    return onlyPlace(
      places,
      (place) => files.attempt(place, signal),
      (next) => modeOf(next) === 'warn',
    );
  });
  await offerOrTell(`drift detection of ${name}`, found, files, parts);
}

/** An unknown field of a Kustomization fails the whole apply of its parent: the cluster has to know `spec.ignore`. */
async function mayIgnore(rendered: Rendered, session: ClusterSession, parts: FieldCommandsParts): Promise<boolean> {
  if (rendered.kind === 'HelmRelease') {
    return true;
  }
  const definition: ObjectId = {
    group: 'apiextensions.k8s.io',
    kind: 'CustomResourceDefinition',
    namespace: '',
    name: 'kustomizations.kustomize.toolkit.fluxcd.io',
  };
  const served = await withPatience('Asking what Kustomizations may ignore', parts.clock, async (signal) => {
    try {
      const found = await readObject(definition, session, signal);
      return servesIgnore(found, versionOf(rendered.inForce.apiVersion));
    } catch (error) {
      if (isFailure(error, 'forbidden') || isFailure(error, 'notFound')) {
        return undefined;
      }
      throw error;
    }
  });
  if (served === true) {
    return true;
  }
  const why =
    served === false
      ? `${session.context} does not know spec.ignore of a Kustomization, which came with Flux 2.9`
      : `Whether ${session.context} knows spec.ignore of a Kustomization (Flux 2.9) cannot be read`;
  const button = 'Open documentation';
  const text = `${why}; a field that is unknown there would fail the whole apply. An annotation on the object itself, kustomize.toolkit.fluxcd.io/ssa: Ignore or IfNotPresent, has Flux leave all of it alone.`;
  if ((await vscode.window.showInformationMessage(plainText(text, 1_000), button)) === button) {
    await vscode.env.openExternal(vscode.Uri.parse(annotationsGuide));
  }
  return false;
}

type Found = Parameters<typeof offerChange>[1] | Refused;

async function offerOrTell(
  what: string,
  found: Found,
  files: RenderedFiles,
  parts: FieldCommandsParts,
  { subject = what, also }: { readonly subject?: string; readonly also?: string } = {},
): Promise<void> {
  if ('refused' in found) {
    return tell(`${subject}: ${found.refused}`);
  }
  await offerChange(what, found, files, parts, also);
}

/** The files that render the owner of the field. */
async function filesOf(
  { owner, difference }: FieldTarget,
  parts: FieldCommandsParts,
): Promise<RenderedFiles | undefined> {
  if (difference.change !== 'change' && difference.change !== 'recreate') {
    throw new Failure('invalid', 'the object would not be changed, but come or go as a whole');
  }
  const stated = await statedTarget(owner, parts);
  return stated && renderedFiles(stated, parts);
}

function documentName({ inForce }: Rendered): DocumentName {
  return { group: groupOf(inForce.apiVersion), kind: inForce.kind, name: inForce.metadata.name };
}

function sessionOf(owner: FieldTarget['owner'], { session }: FieldCommandsParts): ClusterSession {
  const now = session();
  const context = parseObjectKey(owner)?.context;
  if (!now || now.context !== context) {
    throw new Failure('unreachable', `${context ?? owner} is no longer the connected context`);
  }
  return now;
}

/** Without `managedFields`. Never a Secret: nothing of one may come into a file. */
async function readObject(id: ObjectId, session: ClusterSession, signal: AbortSignal): Promise<KubernetesObject> {
  if (id.kind === 'Secret' && id.group === '') {
    throw new Failure('invalid', 'values of Secrets are not written to files');
  }
  return session.api.get(await servedAs(id, session, signal), id, signal);
}

async function servedAs(id: ObjectId, { api, context }: ClusterSession, signal: AbortSignal): Promise<ApiResource> {
  const resource = await api.findResource(id, signal);
  if (!resource) {
    throw new Failure('notFound', `${context} does not serve the kind ${id.kind}`);
  }
  return resource;
}
