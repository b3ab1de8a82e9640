/**
 * What Driftline needs of a cluster, asked one by one: a server, the Flux kinds, the rights to read and to change them.
 * Reads only, on the user's command only. The words are `view/prerequisitesReport.ts`'s.
 */
import { type Failure, isFailure } from '../base/failure.ts';
import { type FluxKind, fluxKinds } from '../flux/kinds.ts';
import type { ApiResource, ClusterApi } from './clusterApi.ts';
import type { Controllers } from './clusterState.ts';

/** `undefined` for a right that the server would not tell. */
export interface KindRights {
  readonly kind: FluxKind;
  /** The version in use, `undefined` when the kind is not served. */
  readonly version: string | undefined;
  readonly list: boolean | undefined;
  readonly watch: boolean | undefined;
  readonly patch: boolean | undefined;
}

export interface Prerequisites {
  readonly context: string;
  /** `v1.36.3`, or why there was no answer. */
  readonly server: string | Failure;
  readonly kinds: readonly KindRights[];
  readonly controllers: Controllers;
}

/** Rejects only when cancelled; everything else that fails is part of the answer. */
export async function checkPrerequisites(
  api: ClusterApi,
  known: { readonly controllers: Controllers; readonly namespaces: readonly string[] },
  signal: AbortSignal,
): Promise<Prerequisites> {
  const { context } = api;
  const server = await attempt(async () => (await api.serverVersion(signal)).gitVersion);
  if (typeof server !== 'string') {
    return { context, server, kinds: [], controllers: known.controllers };
  }
  const kinds = await Promise.all(fluxKinds.map((kind) => askKind(api, kind, known.namespaces, signal)));
  return { context, server, kinds, controllers: known.controllers };
}

async function askKind(
  api: ClusterApi,
  kind: FluxKind,
  namespaces: readonly string[],
  signal: AbortSignal,
): Promise<KindRights> {
  const found = await attempt(() => api.findResource({ group: kind.group, kind: kind.kind }, signal));
  if (found === undefined || isFailure(found)) {
    return { kind, version: undefined, list: undefined, watch: undefined, patch: undefined };
  }
  const [list, watch, patch] = await Promise.all(
    ['list', 'watch', 'patch'].map((verb) => mayEverywhere(api, found, verb, namespaces, signal)),
  );
  return { kind, version: found.version, list, watch, patch };
}

/** In all the namespaces that the user restricted Driftline to; else cluster-wide. */
async function mayEverywhere(
  api: ClusterApi,
  resource: ApiResource,
  verb: string,
  namespaces: readonly string[],
  signal: AbortSignal,
): Promise<boolean | undefined> {
  const places = namespaces.length === 0 ? [undefined] : namespaces;
  const answers = await Promise.all(
    places.map(async (namespace) => {
      const answer = await attempt(() =>
        api.mayI(
          { verb, group: resource.group, resource: resource.plural, ...(namespace === undefined ? {} : { namespace }) },
          signal,
        ),
      );
      return typeof answer === 'boolean' ? answer : undefined;
    }),
  );
  return answers.includes(undefined) ? undefined : answers.every(Boolean);
}

async function attempt<T>(ask: () => Promise<T>): Promise<T | Failure> {
  try {
    return await ask();
  } catch (error) {
    if (isFailure(error) && error.reason !== 'cancelled') {
      return error;
    }
    throw error;
  }
}
