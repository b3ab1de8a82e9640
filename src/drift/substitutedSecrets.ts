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
import { appliedSince, lastWritten } from './appliedSince.ts';
import { specApplied, suspendedAlone } from './appliedSpec.ts';

/** Texts are secret: they go nowhere but into a seal. */
export interface SecretsRead {
  readonly texts: readonly string[];
  /**
   * `Secret apps/variables`: may hold more, and could not be read. Also one that is gone, optional or not: what was applied with it
   * lives on until the Kustomization is reconciled, and nobody can tell any more which texts were its.
   */
  readonly unread: readonly string[];
}

export interface SubstitutedSecrets extends SecretsAbove {
  /** Into what the Kustomization builds; nothing for an object that is none. */
  readonly within: SecretsRead;
  /** What lives was applied with another spec, which may have taken in Secrets that it names no more. Absent: it was not. */
  readonly wasOtherwise?: boolean;
}

export interface SecretsAbove {
  /** Into the object itself, by the Kustomizations that applied it and each other. */
  readonly above: SecretsRead;
  /**
   * A Secret of `above` may have been written since it was substituted, or a parent may have taken in others when it applied last: the
   * object, or what it builds, may hold older texts, which are in no Secret any more. False where there is none.
   */
  readonly mayBeOlder: boolean;
}

export interface SecretReader {
  readonly api: ClusterApi;
  /** Sends a request in its turn. */
  readonly send: <T>(request: (signal: AbortSignal) => Promise<T>) => Promise<T>;
}

/** Throws `cancelled` and `unauthorized`. */
export async function substitutedSecrets(live: KubernetesObject, reader: SecretReader): Promise<SubstitutedSecrets> {
  const nothing = { texts: [], unread: [] };
  const isBuilt = live.kind === 'Kustomization';
  const within = isBuilt ? await secretsOf(live, reader) : nothing;
  const wasOtherwise = isBuilt && !(await isApplied(live, reader));
  return { within, wasOtherwise, ...(await secretsAbove(live, reader)) };
}

/** Throws `cancelled` and `unauthorized`. */
async function isApplied(live: KubernetesObject, { api, send }: SecretReader): Promise<boolean> {
  const verdict = specApplied(live);
  if (verdict !== 'suspended') {
    return verdict === 'yes';
  }
  const resource = await send((signal) => api.findResource(idOf(live), signal));
  const managed =
    resource && (await readable(() => send((signal) => api.getWithManagedFields(resource, idOf(live), signal))));
  return managed !== undefined && managed !== 'refused' && suspendedAlone(managed);
}

/** The Kustomization itself or one above it, and when the Secrets were written that it takes into what it builds; `undefined` for none. */
interface Level {
  readonly kustomization: KubernetesObject;
  readonly written: number | undefined;
  readonly wasOtherwise?: boolean;
}

/** Up the Kustomizations that applied each other, each of which substitutes into what it builds. Throws `cancelled` and `unauthorized`. */
export async function secretsAbove(live: KubernetesObject, reader: SecretReader): Promise<SecretsAbove> {
  const { api, send } = reader;
  const levels: Level[] = live.kind === 'Kustomization' ? [{ kustomization: live, written: undefined }] : [];
  const texts: string[] = [];
  const unread: string[] = [];
  const seen = new Set([keyOf(idOf(live))]);
  for (let below = live; ;) {
    const owner = ownerOf(below)?.id;
    if (owner?.kind !== 'Kustomization' || seen.has(keyOf(owner))) {
      return { above: { texts, unread }, mayBeOlder: mayBeOlder(levels) };
    }
    seen.add(keyOf(owner));
    const resource = await send((signal) => api.findResource(owner, signal));
    const kustomization = resource && (await readable(() => send((signal) => api.get(resource, owner, signal))));
    if (kustomization === undefined || kustomization === 'refused') {
      return { above: { texts, unread: [...unread, keyOf(owner)] }, mayBeOlder: mayBeOlder(levels) };
    }
    const read = await secretsOf(kustomization, reader);
    texts.push(...read.texts);
    unread.push(...read.unread);
    const wasOtherwise = !(await isApplied(kustomization, reader));
    levels.push({ kustomization, written: read.written, wasOtherwise });
    below = kustomization;
  }
}

/** What a level substitutes goes through all levels below it, each of which must have applied since. */
function mayBeOlder(levels: readonly Level[]): boolean {
  const top = levels.findLastIndex(({ written }) => written !== undefined);
  const isOlder = levels
    .slice(0, top + 1)
    .some(({ kustomization, written = 0 }) => !appliedSince(kustomization, written));
  return isOlder || levels.some(({ wasOtherwise }) => wasOtherwise === true);
}

function keyOf({ kind, namespace, name }: ObjectId): string {
  return `${kind} ${namespace}/${name}`;
}

async function secretsOf(
  kustomization: KubernetesObject,
  reader: SecretReader,
): Promise<SecretsRead & Pick<Level, 'written'>> {
  const { namespace = '' } = kustomization.metadata;
  const texts: string[] = [];
  const unread: string[] = [];
  let written: number | undefined;
  for (const name of referenced(kustomization)) {
    const secret = await secretOf(namespace, name, reader);
    if (secret === 'refused' || secret === undefined) {
      unread.push(`Secret ${namespace}/${name}${secret === undefined ? ' (which is gone)' : ''}`);
    } else {
      texts.push(...textsOfSecret(secret));
      written = Math.max(written ?? 0, lastWritten(secret));
    }
  }
  return { texts, unread, written };
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
  return readable(() => send((signal) => api.getWithManagedFields(resource, { namespace, name }, signal)));
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
