/**
 * What a user may change in a cluster, as merge patches: reconcile, suspend, resume (spec drift 2). Makes patches and
 * nothing else: sends none. Whether a change took effect is told by `outcomes.ts`, from what the watch brings back.
 */
import { isStatic } from './fluxState.ts';
import type { ObjectId } from './objectKey.ts';
import { idOf } from './objectKey.ts';
import type { FluxObject } from './objects.ts';
import { sourceOf } from './references.ts';
import { isSuspended, suspensionMeans } from './suspension.ts';
import { noteAnnotations, type SuspensionNote, withoutNote } from './suspensionNote.ts';

/** A JSON merge patch; `null` removes a field. */
export type MergePatch = Readonly<Record<string, unknown>>;

export const requestedAtAnnotation = 'reconcile.fluxcd.io/requestedAt';
const forceAtAnnotation = 'reconcile.fluxcd.io/forceAt';
const resetAtAnnotation = 'reconcile.fluxcd.io/resetAt';

/**
 * A token for one request, RFC 3339 with nanoseconds as the flux CLI writes it. To the controllers it is opaque, but it
 * must differ from the last one; two requests in one millisecond differ by the random digits behind.
 */
export function newRequestToken(now: number, random: () => number = Math.random): string {
  const nanos = String(Math.floor(random() * 1e6)).padStart(6, '0');
  return new Date(now).toISOString().replace('Z', `${nanos}Z`);
}

/**
 * `force` and `reset` are for HelmReleases. They must be in the same patch and carry the same token: the controller acts
 * on them only when they equal `requestedAt`, and takes note of them even when it does not act.
 */
export function reconcilePatch(token: string, options: { force?: boolean; reset?: boolean } = {}): MergePatch {
  return annotate({
    [requestedAtAnnotation]: token,
    ...(options.force === true ? { [forceAtAnnotation]: token } : {}),
    ...(options.reset === true ? { [resetAtAnnotation]: token } : {}),
  });
}

/** With the note of who does it in the same patch. `undefined` for a kind that cannot be suspended. */
export function suspendPatch(object: FluxObject, note?: SuspensionNote): MergePatch | undefined {
  const means = suspensionMeans(object);
  const said = note ? noteAnnotations(note) : withoutNote(object);
  switch (means.by) {
    case 'spec':
      return { ...(said ? annotate(said) : {}), spec: { suspend: true } };
    case 'annotation':
      return annotate({ ...said, [means.annotation]: 'disabled' });
    case 'none':
      return undefined;
  }
}

/**
 * Removes the field, as the flux CLI does, so that a manifest without it stays in agreement. `token` goes to the kinds
 * that need a request to wake up (flux-operator). The note of who suspended it goes with it. `undefined` for a kind that cannot be
 * suspended.
 */
export function resumePatch(object: FluxObject, token: string): MergePatch | undefined {
  const means = suspensionMeans(object);
  const said = withoutNote(object);
  switch (means.by) {
    case 'spec':
      return { ...(said ? annotate(said) : {}), spec: { suspend: null } };
    case 'annotation':
      return annotate({
        ...said,
        [means.annotation]: 'enabled',
        ...(means.requestOnResume ? { [requestedAtAnnotation]: token } : {}),
      });
    case 'none':
      return undefined;
  }
}

function annotate(annotations: Readonly<Record<string, string | null>>): MergePatch {
  return { metadata: { annotations } };
}

/**
 * Whether a reconcile may be asked for. `suspended`: the controller would take note of the request without doing
 * anything, which looks like success. `static`: nobody reconciles the kind (an OCI HelmRepository, an ExternalArtifact).
 */
export function canReconcile(object: FluxObject): 'yes' | 'suspended' | 'static' {
  if (isStatic(object) || object.kind === 'ExternalArtifact') {
    return 'static';
  }
  return isSuspended(object) ? 'suspended' : 'yes';
}

/** False for kinds without a means, and for what is already suspended. */
export function canSuspend(object: FluxObject): boolean {
  return suspensionMeans(object).by !== 'none' && !isSuspended(object);
}

/** The objects to reconcile one after another, each waited for before the next; or which link forbids it. */
export type ReconcileChain =
  | { readonly state: 'chain'; readonly steps: readonly FluxObject[] }
  | {
      readonly state: 'refused';
      /** `unsupported`: a source that only its unwatched producer could renew (ExternalArtifact). */
      readonly reason: 'suspended' | 'notFound' | 'unsupported';
      readonly id: ObjectId;
    };

/**
 * The order of `--with-source`: a Kustomization's source, then itself; a HelmRelease's chart source, HelmChart, itself.
 * Static links are left out: reconciling them is a success without effect. Any suspended or missing link refuses all.
 * `lookup` is also asked for producers of ExternalArtifacts and may know none.
 */
export function reconcileChain(object: FluxObject, lookup: (id: ObjectId) => FluxObject | undefined): ReconcileChain {
  const steps: FluxObject[] = [];
  const seen = new Set<FluxObject>();
  let link: FluxObject | undefined = object;
  while (link && !seen.has(link)) {
    seen.add(link);
    const can = canReconcile(link);
    if (can === 'suspended') {
      return { state: 'refused', reason: 'suspended', id: idOf(link) };
    }
    if (can === 'yes') {
      steps.unshift(link);
    }
    const sourceId = sourceOf(link);
    const source: FluxObject | undefined = sourceId && lookup(sourceId);
    if (sourceId && source === undefined) {
      return link.kind === 'ExternalArtifact'
        ? { state: 'refused', reason: 'unsupported', id: idOf(link) }
        : { state: 'refused', reason: 'notFound', id: sourceId };
    }
    if (link.kind === 'ExternalArtifact' && source === undefined) {
      return { state: 'refused', reason: 'unsupported', id: idOf(link) };
    }
    link = source;
  }
  return { state: 'chain', steps };
}
