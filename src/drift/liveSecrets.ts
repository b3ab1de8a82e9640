/**
 * What of live objects may not be shown because Secrets are in it that the cluster's own Kustomizations substitute. The render that
 * they are compared with may no longer know of them: a change may have dropped the reference.
 */
import { Sealed } from '../base/sealed.ts';
import type { FluxObject } from '../flux/objects.ts';
import type { RenderedKustomization, RenderNote } from '../render/desired.ts';
import { approximate } from '../render/renderNote.ts';
import type { ComparisonSurroundings } from './comparisonSurroundings.ts';
import type { ObjectDifference } from './difference.ts';
import { inheritedFrom } from './inheritedSecrets.ts';
import { type SubstitutedSecrets, substitutedSecrets } from './substitutedSecrets.ts';

export class LiveSecrets {
  /** What the render knows, and what is substituted into what lives. */
  readonly secrets: Sealed<readonly string[]> | undefined;
  /** See `LiveSides.substituted`. */
  readonly substituted: Sealed<readonly string[]> | undefined;
  /** What lives has been made with variables of Secrets, or may have been. */
  readonly substitutes: boolean;
  /**
   * The Kustomization as it lives may hold older texts of a parent's Secret, or may have taken in Secrets that it names no more: a render
   * of it shows them as its author's.
   */
  readonly distrustsLive: boolean;
  readonly #unread: readonly string[];
  readonly #hidesNew: boolean;

  /** `live`: the Flux Kustomization in the cluster; nothing of it lives where there is none. Throws `cancelled` and `unauthorized`. */
  static async of(
    live: FluxObject | undefined,
    rendered: RenderedKustomization,
    { api, requests }: Pick<ComparisonSurroundings, 'api' | 'requests'>,
  ): Promise<LiveSecrets> {
    const send = requests.send.bind(requests);
    return new LiveSecrets(rendered, live, live && (await substitutedSecrets(live, { api, send })));
  }

  constructor(
    { secrets, parents, inForce }: RenderedKustomization,
    live: FluxObject | undefined,
    found: SubstitutedSecrets | undefined,
  ) {
    const { within, above, mayBeOlder, wasOtherwise = false } = found ?? unknown;
    // A render that has gone through the parents knows what they substitute; one of the live object takes it for its author's text.
    const isOfLive = parents.length === 0;
    const inherited = live ? inheritedFrom({ above, mayBeOlder }, live, isOfLive ? undefined : inForce) : [];
    const ofParents = isOfLive ? [...above.texts, ...inherited] : above.texts;
    const texts = [...within.texts, ...ofParents];
    this.secrets = texts.length === 0 ? secrets : new Sealed([...(secrets?.reveal() ?? []), ...texts]);
    this.substituted = isOfLive && ofParents.length > 0 ? new Sealed(ofParents) : undefined;
    this.distrustsLive = wasOtherwise || (mayBeOlder && inherited.length > 0);
    this.substitutes = within.texts.length > 0 || inherited.length > 0 || wasOtherwise;
    this.#unread = [...within.unread, ...above.unread];
    this.#hidesNew = isOfLive && above.unread.length > 0;
  }

  get hidden(): boolean {
    return this.#unread.length > 0;
  }

  /** Without the sides in which an unknown secret may be. */
  shown(difference: ObjectDifference): ObjectDifference {
    if (!this.hidden || (difference.change === 'create' && !this.#hidesNew)) {
      return difference;
    }
    const kept = Object.entries(difference).filter(([key]) => key !== 'before' && key !== 'after');
    return Object.fromEntries(kept) as unknown as ObjectDifference;
  }

  get notes(): readonly RenderNote[] {
    const message = `Live values are not shown: ${this.#unread.join(', ')} cannot be read, from which they may come.`;
    return this.hidden ? [approximate(message)] : [];
  }
}

const nothing = { texts: [], unread: [] };
const unknown: SubstitutedSecrets = { within: nothing, above: nothing, mayBeOlder: false };
