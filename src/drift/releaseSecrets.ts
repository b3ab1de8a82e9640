/**
 * The texts of Secrets that may stand in what Helm has stored of a release and in its live objects: none of these has a render
 * that tells where they went. What is read stays sealed.
 */
import { isFailure } from '../base/failure.ts';
import { Sealed } from '../base/sealed.ts';
import type { ClusterApi } from '../cluster/clusterApi.ts';
import type { StoredRelease } from '../cluster/helmStorage.ts';
import type { FluxObject, KubernetesObject } from '../flux/objects.ts';
import { ownerOf } from '../flux/references.ts';
import { asList, asRecord, asText, fieldAt } from '../flux/untyped.ts';
import type { RenderedRelease } from '../render/desired.ts';
import { textsOfSecret } from '../render/maskKnownTexts.ts';
import { maskedConfigPair } from '../render/maskedConfig.ts';
import { SecretTexts } from '../render/secretTexts.ts';
import type { PlacedObject } from './storedObjects.ts';

export interface ReleaseSecrets {
  readonly texts: Sealed<readonly string[]>;
  /** `Secret apps/variables`: may have been substituted into the release, and could not be read. Then no value may be shown. */
  readonly unread: readonly string[];
}

export interface SecretSources {
  readonly live: FluxObject | undefined;
  readonly stored: StoredRelease | undefined;
  readonly objects: readonly PlacedObject[];
  /** Renders of the release: what they know of Secrets. */
  readonly renders: readonly RenderedRelease[];
  readonly api: ClusterApi;
  readonly signal: AbortSignal;
}

/**
 * What renders know; what Secrets of the release's own manifest hold; stored values that no plain text proves; and what
 * Kustomizations substitute from Secrets now, which a render of the live HelmRelease cannot tell from its author's text.
 */
export async function releaseSecrets(sources: SecretSources): Promise<ReleaseSecrets> {
  const { live, stored, objects, renders } = sources;
  const texts = new SecretTexts();
  renders.forEach(({ secrets }) => texts.add(secrets?.reveal()));
  objects.forEach(({ object }) => texts.add(textsOfSecret(object.reveal())));
  if (stored) {
    const next = renders.at(0) ?? { values: [] };
    texts.addDifferences(stored.config.reveal(), maskedConfigPair(stored.config, next, live).before);
  }
  const unread = live ? await addSubstituted(live, texts, sources) : [];
  return { texts: new Sealed(texts.all), unread };
}

/** Up the Kustomizations that applied each other, each of which substitutes into what it builds. */
async function addSubstituted(
  release: FluxObject,
  texts: SecretTexts,
  { api, signal }: SecretSources,
): Promise<readonly string[]> {
  const unread: string[] = [];
  const seen = new Set<string>();
  let below: KubernetesObject = release;
  for (;;) {
    const owner = ownerOf(below)?.id;
    const key = `${owner?.kind ?? ''} ${owner?.namespace ?? ''}/${owner?.name ?? ''}`;
    if (owner?.kind !== 'Kustomization' || seen.has(key)) {
      return unread;
    }
    seen.add(key);
    const resource = await api.findResource(owner, signal);
    const kustomization = resource && (await readable(() => api.get(resource, owner, signal)));
    if (kustomization === undefined || kustomization === 'refused') {
      return [...unread, key];
    }
    for (const name of substitutedSecrets(kustomization)) {
      const secret = await secretOf(owner.namespace, name, api, signal);
      if (secret === 'refused') {
        unread.push(`Secret ${owner.namespace}/${name}`);
      } else if (secret) {
        texts.add(textsOfSecret(secret));
      }
    }
    below = kustomization;
  }
}

function substitutedSecrets(kustomization: KubernetesObject): readonly string[] {
  const references = asList(fieldAt(kustomization.spec, 'postBuild', 'substituteFrom')) ?? [];
  return references.flatMap((reference) => {
    const { kind, name } = asRecord(reference) ?? {};
    return kind === 'Secret' ? (asText(name) ?? []) : [];
  });
}

async function secretOf(
  namespace: string,
  name: string,
  api: ClusterApi,
  signal: AbortSignal,
): Promise<KubernetesObject | 'refused' | undefined> {
  const resource = await api.findResource({ group: '', kind: 'Secret', version: 'v1' }, signal);
  const question = { verb: 'get', group: '', resource: 'secrets', namespace, name };
  if (!resource || (await api.mayI(question, signal)) === false) {
    return 'refused';
  }
  return readable(() => api.get(resource, { namespace, name }, signal));
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
