/**
 * The texts of Secrets that may stand in what Helm has stored of a release and in its live objects: none of these has a render
 * that tells where they went. What is read stays sealed.
 */
import { Sealed } from '../base/sealed.ts';
import type { ClusterApi } from '../cluster/clusterApi.ts';
import type { StoredRelease } from '../cluster/helmStorage.ts';
import type { FluxObject } from '../flux/objects.ts';
import type { RenderedRelease } from '../render/desired.ts';
import { maskedConfigPair } from '../render/maskedConfig.ts';
import { SecretTexts } from '../render/secretTexts.ts';
import { textsOfSecret } from '../render/textsOfSecret.ts';
import type { PoliteRequests } from './politeRequests.ts';
import type { PlacedObject } from './storedObjects.ts';
import { type SecretReader, substitutedSecrets } from './substitutedSecrets.ts';

export interface ReleaseSecrets {
  readonly texts: Sealed<readonly string[]>;
  /** Those of `texts` that Kustomizations substitute into the HelmRelease: there they are plain text. */
  readonly substituted: Sealed<readonly string[]>;
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
  /** A server that is busy is asked again, for what it has not answered it has not refused. */
  readonly requests: PoliteRequests;
}

/**
 * What renders know; what Secrets of the release's own manifest hold; stored values that no plain text proves; and what
 * Kustomizations substitute from Secrets now, which a render of the live HelmRelease cannot tell from its author's text.
 */
export async function releaseSecrets(sources: SecretSources): Promise<ReleaseSecrets> {
  const { live, stored, objects, renders, api, requests } = sources;
  const texts = new SecretTexts();
  renders.forEach(({ secrets }) => texts.add(secrets?.reveal()));
  objects.forEach(({ object }) => texts.add(textsOfSecret(object.reveal())));
  if (stored) {
    const next = renders.at(0) ?? { values: [] };
    texts.addDifferences(stored.config.reveal(), maskedConfigPair(stored.config, next, live).before);
  }
  const send: SecretReader['send'] = (request) => requests.send(request);
  const nothing = { texts: [], unread: [] };
  const { above } = live ? await substitutedSecrets(live, { api, send }) : { above: nothing };
  above.texts.forEach((text) => texts.add(text));
  return { texts: new Sealed(texts.all), substituted: new Sealed(above.texts), unread: above.unread };
}
