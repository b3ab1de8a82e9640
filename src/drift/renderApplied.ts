/**
 * Renders a Flux Kustomization of a cluster from what it was applied from last, or from what its source has now. Compares
 * nothing.
 */
import { Failure } from '../base/failure.ts';
import { displayName } from '../flux/objectKey.ts';
import type { FluxObject } from '../flux/objects.ts';
import type { FluxName, RenderedKustomization } from '../render/desired.ts';
import { toldOfLive } from '../render/renderNote.ts';
import type { Renderer } from '../render/renderer.ts';
import { type AppliedParts, type AppliedState, appliedState, nextState } from './appliedState.ts';
import type { FormerRender } from './formerMasks.ts';
import type { InheritedReader } from './inheritedSecrets.ts';
import { liveFile } from './liveState.ts';

export interface RenderedState {
  readonly rendered: RenderedKustomization;
  /** What it was rendered of, as `Comparison.from` has it. */
  readonly from: string;
}

type Parts = AppliedParts & {
  readonly renderer: Renderer;
  /** Absent: nothing but texts tells what parents have put into `live` from Secrets. */
  readonly inherited?: InheritedReader | undefined;
};

/** Throws `Failure` as `appliedState` and the renderer do. */
export async function renderApplied(parts: Parts): Promise<RenderedState> {
  return renderState(parts, await appliedState(parts));
}

/** What was applied last, for who asks for it; nothing was where there is no Kustomization. See `KustomizationToCompare.former`. */
export function formerRender(parts: Omit<Parts, 'live'> & { readonly live: FluxObject | undefined }): FormerRender {
  const { live } = parts;
  return async () => live && (await renderApplied({ ...parts, live })).rendered;
}

/** Throws `Failure` as `nextState` and the renderer do. */
export async function renderNext(parts: Omit<Parts, 'clone'>): Promise<RenderedState> {
  return renderState(parts, await nextState(parts));
}

async function renderState(
  { live, renderer, inherited, signal }: Omit<Parts, 'clone'>,
  { state, cluster, from, notes }: AppliedState,
): Promise<RenderedState> {
  const { namespace = '', name: own } = live.metadata;
  const name: FluxName = { kind: 'Kustomization', namespace, name: own };
  const marked = await inherited?.(live, signal);
  const rendered = await renderer.kustomization(name, { state, cluster, path: liveFile, inherited: marked, signal });
  if (rendered.kind === 'ambiguous') {
    throw new Failure('invalid', `${displayName(name)} of ${cluster.context} cannot be told from another object`);
  }
  // What the render assumed about a repository (who builds the file, which source is meant) is known here.
  const kept = rendered.notes.filter(toldOfLive);
  return { rendered: { ...rendered, notes: [...notes, ...kept] }, from };
}
