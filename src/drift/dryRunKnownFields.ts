/**
 * A dry-run as the controllers apply: of a built-in kind they drop fields that it does not have, before they send the object. The
 * server names one such field at a time, so each costs a request more.
 */
import { type Failure, isFailure } from '../base/failure.ts';
import type { ApiResource, ClusterApi } from '../cluster/clusterApi.ts';
import type { ObjectId } from '../flux/objectKey.ts';
import type { KubernetesObject } from '../flux/objects.ts';
import type { FieldPath } from '../render/desired.ts';
import { attempt } from './attempt.ts';
import { isTyped } from './builtInKinds.ts';
import type { PoliteRequests } from './politeRequests.ts';
import { dropUnknownFields } from './unknownFields.ts';

/** What was made for another kind has many; then the server's own words tell more. */
const mostUnknownFields = 4;

export interface DryRun {
  readonly answer: KubernetesObject | Failure;
  /** Fields that the kind does not have. */
  readonly dropped: readonly FieldPath[];
}

/** Throws what `attempt` throws. */
export async function dryRunKnownFields(
  { api, requests }: { readonly api: ClusterApi; readonly requests: PoliteRequests },
  resource: ApiResource,
  id: ObjectId,
  object: KubernetesObject,
  fieldManager: string,
): Promise<DryRun> {
  let body = object;
  const dropped: FieldPath[] = [];
  for (let tries = 0; ; tries += 1) {
    const sent = body;
    const answer = await attempt(() =>
      requests.send((signal) => api.dryRunApply(resource, id, sent, fieldManager, signal)),
    );
    const isRetried = isFailure(answer) && isTyped(sent) && tries < mostUnknownFields;
    const without = isRetried ? dropUnknownFields(sent, answer.message) : undefined;
    if (!without) {
      return { answer, dropped };
    }
    body = without.object;
    dropped.push(...without.dropped);
  }
}
