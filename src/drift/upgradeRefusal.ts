/**
 * Whether the API server would take an object that an upgrade changes: Helm makes nothing anew, so a field that cannot be changed
 * fails the whole upgrade. Sends one dry-run for an object that changes, and none for any other.
 */
import { isFailure } from '../base/failure.ts';
import type { ClusterApi } from '../cluster/clusterApi.ts';
import type { DesiredObject, FieldPath } from '../render/desired.ts';
import { maskLive } from '../render/maskLive.ts';
import { attempt } from './attempt.ts';
import type { ObjectDifference } from './difference.ts';
import { dryRunKnownFields } from './dryRunKnownFields.ts';
import { dryRunVerdict } from './dryRunVerdict.ts';
import { normalizeDesired } from './normalizeDesired.ts';
import { withServerWords } from './serverWords.ts';
import type { StoredSurroundings } from './storedComparison.ts';
import type { PlacedObject } from './storedObjects.ts';

export interface Upgraded {
  /** As the upgrade would send it. */
  readonly placed: PlacedObject;
  readonly desired: DesiredObject;
  readonly api: ClusterApi;
  readonly around: Pick<StoredSurroundings, 'requests' | 'rights' | 'secrets' | 'hidden'>;
}

/** The difference, with why the upgrade would fail by it, if so. Without the right to patch, and where nothing can be asked, as it is. */
export async function unlessRefused(
  difference: ObjectDifference,
  { placed, desired, api, around }: Upgraded,
): Promise<ObjectDifference> {
  const { resource, id, apiVersion } = placed;
  const { requests, rights, secrets, hidden } = around;
  if (difference.change !== 'change' || resource === undefined) {
    return difference;
  }
  const may = await attempt(() => rights.may('patch', resource, id.namespace));
  if (may === false || isFailure(may)) {
    return difference;
  }
  const sent = normalizeDesired(placed.object.reveal());
  const { answer } = await dryRunKnownFields({ api, requests }, resource, id, sent, 'helm-controller');
  if (!isFailure(answer)) {
    return difference;
  }
  const { because } = dryRunVerdict(answer, { object: sent, exists: true, force: false, buildsNamespace: () => true });
  if (because !== 'immutable') {
    return difference; // what else a dry-run meets (a webhook, a definition that comes along) says nothing of the upgrade
  }
  const words = 'The upgrade would fail, for a field cannot be changed';
  const masked = maskLive({ desired, secrets });
  const shownPath = (path: FieldPath): FieldPath => masked.shownPath(path);
  // What lives may hold secrets of before, and the server quotes what differs.
  const refusal = { failure: answer, sent, desired, secrets, hidden, mayQuote: true, shownPath };
  const reason = withServerWords(words, refusal);
  const { paths, before, after } = difference; // pods are not replaced by an upgrade that fails
  return {
    id,
    apiVersion,
    change: 'unknown',
    because,
    reason,
    paths,
    ...(before && { before }),
    ...(after && { after }),
  };
}
