/**
 * How a controller takes a variable that nothing sets: as an error, or as empty text. Asked of the cluster when a build meets
 * such a variable, and assumed, with the reason, where nothing tells.
 */
import { type Failure, isFailure } from '../base/failure.ts';
import type { ClusterInputs, RenderNote } from './desired.ts';
import { information } from './renderNote.ts';

export interface Strictness {
  readonly strict: boolean;
  /** Whoever reads of the error has to know that it was assumed; `undefined` where the cluster tells. */
  readonly assumed?: string;
}

/** Whether this is the error of a variable that nothing sets (envsubst of fluxcd/pkg). */
export function isUnsetVariable(error: unknown): error is Failure {
  return isFailure(error, 'invalid') && unsetVariable(error.message) !== undefined;
}

/** The variable that envsubst names in its refusal. */
export function unsetVariable(message: string): string | undefined {
  return /variable not set \(strict mode\): "([^"]+)"/.exec(message)?.[1];
}

/** Throws `Failure` where the question was cancelled. */
export async function strictnessOf(
  cluster: ClusterInputs | undefined,
  signal: AbortSignal | undefined,
): Promise<Strictness> {
  if (cluster === undefined) {
    return assumed('there is no cluster to ask');
  }
  try {
    const strict = await cluster.strictSubstitution?.(signal);
    return strict === undefined
      ? assumed(`the Deployment of kustomize-controller in ${cluster.context} does not tell`)
      : { strict };
  } catch (error) {
    if (isFailure(error) && error.reason !== 'cancelled') {
      return assumed(`its Deployment in ${cluster.context} cannot be read: ${error.message}`);
    }
    throw error;
  }
}

function assumed(why: string): Strictness {
  return { strict: true, assumed: `assumed: kustomize-controller is strict, as since 1.9 by default; ${why}` };
}

/** What a reader has to know of a build that a strict controller would refuse with `error`. */
export function emptyVariablesNote(cluster: ClusterInputs | undefined, what: string, error: Failure): RenderNote {
  const name = unsetVariable(error.message) ?? '';
  const where = cluster === undefined ? '' : ` of ${cluster.context}`;
  return information(
    `${what}: kustomize-controller${where} is not strict, so variables that nothing sets (the first is ${name}) become empty text.`,
  );
}
