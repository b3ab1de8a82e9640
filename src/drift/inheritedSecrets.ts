/**
 * What a Kustomization or HelmRelease as it lives holds of Secrets of its parents, for a render of it: asked before the render, which
 * takes all that stands in the object for its author's text. Shows nothing.
 */
import { type Clock, systemClock } from '../base/clock.ts';
import { Sealed } from '../base/sealed.ts';
import type { ClusterApi } from '../cluster/clusterApi.ts';
import type { FluxObject } from '../flux/objects.ts';
import { DerivedTexts } from './derivedTexts.ts';
import { inheritedTexts } from './inheritedTexts.ts';
import { PoliteRequests } from './politeRequests.ts';
import { type SecretsAbove, secretsAbove } from './substitutedSecrets.ts';

/** `undefined`: nothing. Throws `cancelled` and `unauthorized`. */
export type InheritedReader = (live: FluxObject, signal: AbortSignal) => Promise<Sealed<readonly string[]> | undefined>;

export function inheritedReader(api: ClusterApi, clock: Clock = systemClock()): InheritedReader {
  return async (live, signal) => {
    // A server that is busy has not refused.
    const requests = new PoliteRequests({ clock, signal });
    const above = await secretsAbove(live, { api, send: (request) => requests.send(request) });
    const texts = inheritedFrom(above, live);
    return texts.length === 0 ? undefined : new Sealed(texts);
  };
}

/**
 * Texts of `live` that hold something of those Secrets; all that may, where one cannot be read or may have held something else before.
 * `built`: see `inheritedTexts`.
 */
export function inheritedFrom(
  { above, mayBeOlder }: SecretsAbove,
  live: FluxObject,
  built?: FluxObject,
): readonly string[] {
  const { contents, steering } = inheritedTexts(live, built);
  if (mayBeOlder || above.unread.length > 0) {
    return contents;
  }
  const derived = new DerivedTexts(above.texts);
  const values = steering.map((listed) => listed.slice(listed.indexOf(': ') + 2));
  return above.texts.length === 0 ? [] : [...contents, ...steering, ...values].filter((text) => derived.has(text));
}
