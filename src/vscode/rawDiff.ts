/**
 * The document of a file against what lives, for a render that failed: offered beside the error, never run instead of one. Finds the
 * text and who applies it; what is compared and masked is decided in `drift`.
 */
import { join } from 'node:path';
import * as vscode from 'vscode';
import { Failure } from '../base/failure.ts';
import { Sealed } from '../base/sealed.ts';
import type { ClusterApi } from '../cluster/clusterApi.ts';
import type { StatedIdentity } from '../drift/builtDocument.ts';
import { compareDocument } from '../drift/compareDocument.ts';
import type { Comparison } from '../drift/difference.ts';
import { groupOf } from '../flux/kinds.ts';
import type { ObjectId } from '../flux/objectKey.ts';
import type { KubernetesObject } from '../flux/objects.ts';
import { asRecord, asText } from '../flux/untyped.ts';
import type { ClusterInputs, FluxName } from '../render/desired.ts';
import type { ManifestReader } from '../render/readManifest.ts';
import type { Renderer } from '../render/renderer.ts';
import { fluxNameText } from '../view/renderedSubject.ts';
import type { ManifestTargetParts, OneObject } from './manifestTarget.ts';
import type { RenderTarget } from './renderTarget.ts';

/** What a message hands to the command. */
export interface RawArgument {
  /** The Kustomization or HelmRelease that could not be rendered. */
  readonly target: RenderTarget;
  /** Given: of what the Kustomization builds, this object. Absent: the document of the target itself. */
  readonly object: OneObject | undefined;
  /** Why it was not rendered, without secrets. */
  readonly why: string;
}

export interface RawDiffParts {
  readonly workspace: ManifestTargetParts['workspace'];
  readonly appliers: ManifestTargetParts['appliers'];
  readonly renderer: Renderer;
  readonly read: ManifestReader;
  readonly api: ClusterApi;
  readonly cluster: ClusterInputs;
  readonly signal: AbortSignal;
}

/** `undefined` for what is none: commands can be run by anybody. */
export function readRawArgument(argument: unknown): RawArgument | undefined {
  const record = asRecord(argument);
  const why = asText(record?.['why']);
  const target = asRecord(record?.['target']);
  const isTarget = asText(target?.['root']) !== undefined && asRecord(target?.['name']) !== undefined;
  return why !== undefined && isTarget ? (record as unknown as RawArgument) : undefined;
}

/** Throws a Failure, `notFound` where no file states it. */
export async function compareRawDocument(argument: RawArgument, parts: RawDiffParts): Promise<Comparison> {
  const { target, object, why } = argument;
  const { workspace, read, api, cluster, signal } = parts;
  const state = await workspace.stateOf(target.root);
  const found = object ?? (await statedDocument(target, parts));
  const bytes = await state.files.read(found.path);
  if (bytes === undefined) {
    throw new Failure('notFound', `${found.path} is not there any more`);
  }
  const objects = await read(new Sealed(Buffer.from(bytes).toString('utf8')), found.path, signal);
  const document = objects.reveal().find((one) => isStated(one, found.stated));
  if (!document) {
    throw new Failure('notFound', `${found.title} is not in ${found.path} any more`);
  }
  const beside = objects.map((all) => all.filter((one) => one !== document));
  const owner = object ? target.name : await ownerOfFile(target.root, found.path, parts);
  const whole = { path: found.path, why, target: target.name, owner };
  return compareDocument({ document: new Sealed(document), beside, ...whole, api, cluster, signal });
}

/** The file of the target itself: the one that was asked about, where several state it. */
async function statedDocument(target: RenderTarget, parts: RawDiffParts): Promise<OneObject> {
  const { renderer, workspace, signal } = parts;
  const { name, root, path, choice } = target;
  const all = await renderer.stated(await workspace.stateOf(root), signal);
  const same = all.filter(
    ({ name: stated }) =>
      stated.kind === name.kind &&
      stated.name === name.name &&
      (stated.namespace === name.namespace || stated.namespace === '' || name.namespace === ''),
  );
  const found = same.find((one) => one.path === (choice?.path ?? path)) ?? same[0];
  if (!found) {
    throw new Failure('notFound', `no file states ${fluxNameText(name)} under that name`);
  }
  const group = groupOf(asText(found.object['apiVersion']) ?? '');
  const { namespace } = found.name;
  const stated = { group, kind: name.kind, name: name.name, namespace: namespace === '' ? undefined : namespace };
  return { title: fluxNameText(name), stated, path: found.path };
}

/** Of several none: the live object tells then who has applied it. */
async function ownerOfFile(root: string, path: string, { appliers }: RawDiffParts): Promise<FluxName | undefined> {
  const owners: readonly ObjectId[] = await appliers(vscode.Uri.file(join(root, path)));
  const [only] = owners;
  return only && owners.length === 1
    ? { kind: 'Kustomization', namespace: only.namespace, name: only.name }
    : undefined;
}

function isStated({ apiVersion, kind, metadata }: KubernetesObject, stated: StatedIdentity): boolean {
  return (
    kind === stated.kind &&
    groupOf(apiVersion) === stated.group &&
    metadata.name === stated.name &&
    (metadata.namespace ?? '') === (stated.namespace ?? '')
  );
}
