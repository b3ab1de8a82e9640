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
import { maskInherited } from '../render/inheritedContents.ts';
import { maskedConfigPair } from '../render/maskedConfig.ts';
import { mask } from '../render/maskDifferences.ts';
import { KnownTexts } from '../render/maskKnownTexts.ts';
import { SecretTexts } from '../render/secretTexts.ts';
import { textsOfSecret } from '../render/textsOfSecret.ts';
import { inheritedFrom } from './inheritedSecrets.ts';
import { inheritedTexts } from './inheritedTexts.ts';
import type { PoliteRequests } from './politeRequests.ts';
import type { PlacedObject } from './storedObjects.ts';
import { type SecretReader, type SecretsAbove, secretsAbove } from './substitutedSecrets.ts';

export interface ReleaseSecrets {
  readonly texts: Sealed<readonly string[]>;
  /** Those of `texts` that Kustomizations substitute into the HelmRelease: there they are plain text. */
  readonly substituted: Sealed<readonly string[]>;
  /**
   * Older texts of a parent's Secret may stand in the HelmRelease as it lives, and in Helm's values: neither it nor a render of it
   * proves that anything is plain.
   */
  readonly distrustsLive: boolean;
  /** Whether what a render shows of the release is known to be plain: it has come through the parents, or has what they gave masked. */
  readonly proves: (render: RenderedRelease) => boolean;
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
  const send: SecretReader['send'] = (request) => requests.send(request);
  const found = live ? await secretsAbove(live, { api, send }) : nothing;
  const { above, mayBeOlder } = found;
  const built = renders.find(({ parents }) => parents.length > 0)?.inForce;
  const inherited = new Set(live ? inheritedFrom(found, live, built) : []);
  texts.add(above.texts);
  const [plain, ofConfig] = [new SecretTexts(), new SecretTexts()];
  // What lives as plain text may be what a parent's Secret held before: only files tell that it is their author's.
  const proves = ({ parents, inForce }: RenderedRelease): boolean =>
    parents.length > 0 || (!mayBeOlder && !inheritedTexts(inForce).contents.some((text) => inherited.has(text)));
  const proving = renders.filter(proves);
  // All that lives may be older: where nothing that is shown comes of it, the words of the chart still tell what is plain.
  const handed = mayBeOlder && proving.length === renders.length ? [] : [...inherited];
  texts.add(handed);
  const own = live && maskInherited(live, inherited);
  if (stored) {
    const stated = own && mayBeOlder ? keysAlone(own) : own;
    const shown = maskedConfigPair(stored.config, proving.at(0) ?? { values: [] }, stated).before;
    ofConfig.addDifferences(stored.config.reveal(), shown);
    plain.add(shown);
    plain.add(mayBeOlder ? [] : keysIn(shown));
  }
  const stating = mayBeOlder ? proving.map(({ inForce }) => inForce) : [own];
  stating.forEach((release) => {
    plain.add(release?.spec?.values);
    plain.add(keysIn(release?.spec?.values));
  });
  ofConfig.all.forEach((text) => texts.add(text));
  const known = new KnownTexts(texts.all);
  return {
    texts: new Sealed(texts.all),
    substituted: new Sealed([...above.texts, ...handed]),
    distrustsLive: mayBeOlder,
    proves,
    takePart: ofConfig.any || above.texts.length > 0 || readsSecrets(live),
    plain: new Sealed(plain.all.filter((text) => !known.isIn(text))),
    unread: above.unread,
  };
}

const nothing: SecretsAbove = {
  above: { texts: [], unread: [] },
  mayBeOlder: false,
};

/**
 * States no value. Its keys prove nothing to be plain, but are no secret texts either, or `image` and `port` would be masked wherever
 * they stand.
 */
function keysAlone(live: FluxObject): FluxObject {
  const { apiVersion, kind, metadata, spec } = live;
  return { apiVersion, kind, metadata, spec: { values: withoutValues(spec?.values) } };
}

function withoutValues(values: unknown): unknown {
  const entries = asRecord(values);
  return entries ? Object.fromEntries(Object.entries(entries).map(([key, item]) => [key, withoutValues(item)])) : mask;
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
