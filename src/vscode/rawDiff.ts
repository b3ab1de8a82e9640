/**
 * The document of a file against what lives, for a render that failed: offered beside the error, never run instead of one. Says who
 * builds the file; what is compared and masked is decided in `drift`.
 */
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { ClusterApi } from '../cluster/clusterApi.ts';
import { compareStatedDocument, type DocumentOfFile } from '../drift/compareStatedDocument.ts';
import type { Comparison } from '../drift/difference.ts';
import type { ObjectId } from '../flux/objectKey.ts';
import { asRecord, asText } from '../flux/untyped.ts';
import type { ClusterInputs, FluxName } from '../render/desired.ts';
import type { ManifestReader } from '../render/readManifest.ts';
import type { Renderer } from '../render/renderer.ts';
import type { ManifestTargetParts } from './manifestTarget.ts';
import type { RenderTarget } from './renderTarget.ts';

/** What a message hands to the command. */
export interface RawArgument {
  /** The Kustomization or HelmRelease that could not be rendered. */
  readonly target: RenderTarget;
  /** Given: of what the Kustomization builds, this object. Absent: the document of the target itself. */
  readonly object: DocumentOfFile | undefined;
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
  const { workspace, renderer, read, api, cluster, signal, appliers } = parts;
  const { name, root, path, choice } = target;
  /** Of several none: the live object tells then who has applied it. */
  const ownerOf = async (file: string): Promise<FluxName | undefined> => {
    const owners: readonly ObjectId[] = object ? [] : await appliers(vscode.Uri.file(join(root, file)));
    const [only, another] = owners;
    const found = only && !another ? { ...only, kind: 'Kustomization' as const } : undefined;
    return object ? name : found;
  };
  const state = await workspace.stateOf(root);
  const whole = { state, target: name, object, path: choice?.path ?? path, why, ownerOf };
  return compareStatedDocument({ ...whole, renderer, read, api, cluster, signal });
}
