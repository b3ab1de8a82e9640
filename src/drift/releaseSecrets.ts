/**
 * The texts of Secrets that may stand in what Helm has stored of a release and in its live objects: none of these has a render
 * that tells where they went. What is read stays sealed.
 */
import { Sealed } from '../base/sealed.ts';
import type { ClusterApi } from '../cluster/clusterApi.ts';
import type { StoredRelease } from '../cluster/helmStorage.ts';
import type { FluxObject } from '../flux/objects.ts';
import { asList, asRecord, fieldAt } from '../flux/untyped.ts';
import type { RenderedRelease } from '../render/desired.ts';
import { maskedConfigPair } from '../render/maskedConfig.ts';
import { KnownTexts } from '../render/maskKnownTexts.ts';
import { SecretTexts } from '../render/secretTexts.ts';
import { textsOfSecret } from '../render/textsOfSecret.ts';
import type { PoliteRequests } from './politeRequests.ts';
import type { PlacedObject } from './storedObjects.ts';
import { type SecretReader, substitutedSecrets } from './substitutedSecrets.ts';

export interface ReleaseSecrets {
  readonly texts: Sealed<readonly string[]>;
  /** Those of `texts` that Kustomizations substitute into the HelmRelease: there they are plain text. */
  readonly substituted: Sealed<readonly string[]>;
  /** Values of Secrets were given to the chart, which may have made anything of them. */
  readonly takePart: boolean;
  /** Values of the release that come from plain text. */
  readonly plain: Sealed<readonly string[]>;
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
  const [plain, ofConfig] = [new SecretTexts(), new SecretTexts()];
  if (stored) {
    const shown = maskedConfigPair(stored.config, renders.at(0) ?? { values: [] }, live).before;
    ofConfig.addDifferences(stored.config.reveal(), shown);
    plain.add(shown);
    plain.add(keysIn(shown));
  }
  plain.add(live?.spec?.values);
  plain.add(keysIn(live?.spec?.values));
  ofConfig.all.forEach((text) => texts.add(text));
  const send: SecretReader['send'] = (request) => requests.send(request);
  const nothing = { texts: [], unread: [] };
  const { above } = live ? await substitutedSecrets(live, { api, send }) : { above: nothing };
  above.texts.forEach((text) => texts.add(text));
  const known = new KnownTexts(texts.all);
  return {
    texts: new Sealed(texts.all),
    substituted: new Sealed(above.texts),
    takePart: ofConfig.any || above.texts.length > 0 || readsSecrets(live),
    plain: new Sealed(plain.all.filter((text) => !known.isIn(text))),
    unread: above.unread,
  };
}

/** What is masked is no word. */
function keysIn(values: unknown): readonly string[] {
  const list = asList(values);
  return list
    ? list.flatMap(keysIn)
    : Object.entries(asRecord(values) ?? {}).flatMap(([key, item]) => [key, ...keysIn(item)]);
}

function readsSecrets(live: FluxObject | undefined): boolean {
  return (asList(fieldAt(live, 'spec', 'valuesFrom')) ?? []).some((source) => fieldAt(source, 'kind') === 'Secret');
}
