/**
 * What Secrets hold that kustomize-controller substitutes into an object of a cluster, or into what a Flux Kustomization of it
 * builds: read of the objects as they live, for a render does not know what was substituted before a change. Shows nothing.
 */
import { isFailure } from '../base/failure.ts';
import type { ClusterApi } from '../cluster/clusterApi.ts';
import { idOf, type ObjectId } from '../flux/objectKey.ts';
import type { KubernetesObject } from '../flux/objects.ts';
import { ownerOf } from '../flux/references.ts';
import { asList, asRecord, asText, fieldAt } from '../flux/untyped.ts';
import { textsOfSecret } from '../render/textsOfSecret.ts';

/** Texts are secret: they go nowhere but into a seal. */
export interface SecretsRead {
  readonly texts: readonly string[];
  /**
   * `Secret apps/variables`: may hold more, and could not be read. Also one that is gone, optional or not: what was applied with it
   * lives on until the Kustomization is reconciled, and nobody can tell any more which texts were its.
   */
  readonly unread: readonly string[];
}

export interface SubstitutedSecrets {
  /** Into what the Kustomization builds; nothing for an object that is none. */
  readonly within: SecretsRead;
  /** Into the object itself, by the Kustomizations that applied it and each other. */
  readonly above: SecretsRead;
}

export interface SecretReader {
  readonly api: ClusterApi;
  /** Sends a request in its turn. */
  readonly send: <T>(request: (signal: AbortSignal) => Promise<T>) => Promise<T>;
}

/** Throws `cancelled` and `unauthorized`. */
export async function substitutedSecrets(live: KubernetesObject, reader: SecretReader): Promise<SubstitutedSecrets> {
  const nothing = { texts: [], unread: [] };
  const within = live.kind === 'Kustomization' ? await secretsOf(live, reader) : nothing;
  return { within, above: await secretsAbove(live, reader) };
}

/** Up the Kustomizations that applied each other, each of which substitutes into what it builds. */
async function secretsAbove(live: KubernetesObject, reader: SecretReader): Promise<SecretsRead> {
  const { api, send } = reader;
  const texts: string[] = [];
  const unread: string[] = [];
  const seen = new Set([keyOf(idOf(live))]);
  for (let below = live; ;) {
    const owner = ownerOf(below)?.id;
    if (owner?.kind !== 'Kustomization' || seen.has(keyOf(owner))) {
      return { texts, unread };
    }
    seen.add(keyOf(owner));
    const resource = await send((signal) => api.findResource(owner, signal));
    const kustomization = resource && (await readable(() => send((signal) => api.get(resource, owner, signal))));
    if (kustomization === undefined || kustomization === 'refused') {
      return { texts, unread: [...unread, keyOf(owner)] };
    }
    const read = await secretsOf(kustomization, reader);
    texts.push(...read.texts);
    unread.push(...read.unread);
    below = kustomization;
  }
}

function keyOf({ kind, namespace, name }: ObjectId): string {
  return `${kind} ${namespace}/${name}`;
}

async function secretsOf(kustomization: KubernetesObject, reader: SecretReader): Promise<SecretsRead> {
  const { namespace = '' } = kustomization.metadata;
  const texts: string[] = [];
  const unread: string[] = [];
  for (const name of referenced(kustomization)) {
    const secret = await secretOf(namespace, name, reader);
    if (secret === 'refused' || secret === undefined) {
      unread.push(`Secret ${namespace}/${name}${secret === undefined ? ' (which is gone)' : ''}`);
    } else {
      texts.push(...textsOfSecret(secret));
    }
  }
  return { texts, unread };
}

function referenced(kustomization: KubernetesObject): readonly string[] {
  const references = asList(fieldAt(kustomization.spec, 'postBuild', 'substituteFrom')) ?? [];
  return references.flatMap((reference) => {
    const { kind, name } = asRecord(reference) ?? {};
    return kind === 'Secret' ? (asText(name) ?? []) : [];
  });
}

async function secretOf(
  namespace: string,
  name: string,
  { api, send }: SecretReader,
): Promise<KubernetesObject | 'refused' | undefined> {
  const resource = await send((signal) => api.findResource({ group: '', kind: 'Secret', version: 'v1' }, signal));
  const question = { verb: 'get', group: '', resource: 'secrets', namespace, name };
  if (!resource || (await send((signal) => api.mayI(question, signal))) === false) {
    return 'refused';
  }
  return readable(() => send((signal) => api.get(resource, { namespace, name }, signal)));
}

/** `undefined`: there is none. */
async function readable(get: () => Promise<KubernetesObject>): Promise<KubernetesObject | 'refused' | undefined> {
  try {
    return await get();
  } catch (error) {
    if (isFailure(error, 'notFound')) {
      return undefined;
    }
    if (!isFailure(error) || error.reason === 'cancelled' || error.reason === 'unauthorized') {
      throw error;
    }
    return 'refused';
  }
}
