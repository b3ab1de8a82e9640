/**
 * Where Secrets may have gone in what Helm has stored of a release, and so in what lives of it. Asks for a render of the release where
 * Secrets take part, and reads the chart's own texts for the rest. Compares nothing and shows nothing.
 */
import { isFailure } from '../base/failure.ts';
import { Turns } from '../base/turns.ts';
import type { StoredRelease } from '../cluster/helmStorage.ts';
import { encodeInventoryId, findByInventoryId } from '../flux/inventory.ts';
import { idOf } from '../flux/objectKey.ts';
import type { DesiredObject, FluxName, RenderedRelease, RenderNote } from '../render/desired.ts';
import { KnownTexts } from '../render/maskKnownTexts.ts';
import { approximate } from '../render/renderNote.ts';
import { PlainWords } from './plainWords.ts';
import { type PlainProof, type ProvenObject, provenObject } from './provenObject.ts';
import type { ReleaseSecrets } from './releaseSecrets.ts';
import type { PlacedObject } from './storedObjects.ts';

/** As helm-controller and Helm write them on every object. */
const marks = [
  'Helm',
  'app.kubernetes.io/managed-by',
  'meta.helm.sh/release-name',
  'meta.helm.sh/release-namespace',
  'helm.toolkit.fluxcd.io/name',
  'helm.toolkit.fluxcd.io/namespace',
];

export interface StoredMasksParts {
  /** The HelmRelease, whose name stands on every object. */
  readonly owner: FluxName;
  readonly stored: StoredRelease;
  readonly secrets: ReleaseSecrets;
  /** Renders of the release that there are already. */
  readonly renders: readonly RenderedRelease[];
  /** Renders the release as it lives, with the chart that the cluster has: asked for where there is no other. */
  readonly former: (() => Promise<RenderedRelease | undefined>) | undefined;
  readonly signal: AbortSignal;
}

export class StoredMasks {
  readonly #objects: ReadonlyMap<string, DesiredObject>;
  readonly #proof: PlainProof | undefined;
  readonly #isRendered: boolean;
  readonly #proven = new Map<PlacedObject, ProvenObject>();

  /** Throws `cancelled` and `unauthorized`; without a render less is proven. */
  static async of(parts: StoredMasksParts): Promise<StoredMasks> {
    const { owner, stored, secrets, signal } = parts;
    if (!secrets.takePart) {
      return new StoredMasks([], undefined);
    }
    const asksFormer = parts.renders.length === 0 && !secrets.distrustsLive;
    const former = asksFormer ? await formerOf(parts) : undefined;
    const { chart, chartTexts, name, namespace } = stored;
    const texts = [
      ...marks,
      owner.name,
      owner.namespace,
      name,
      namespace,
      ...Object.values(chart),
      ...secrets.plain.reveal(),
    ];
    const turns = new Turns({ sliceMs: 15, what: 'Reading the chart', signal });
    const words = await PlainWords.of([...texts, ...(chartTexts?.reveal() ?? [])], turns);
    const known = new KnownTexts(secrets.texts.reveal());
    const renders = [...parts.renders, ...(former ? [former] : [])].filter(secrets.proves);
    return new StoredMasks(renders, { words, known });
  }

  constructor(renders: readonly RenderedRelease[], proof: PlainProof | undefined) {
    this.#proof = proof;
    this.#isRendered = renders.length > 0;
    this.#objects = new Map(
      renders.flatMap(({ objects }) =>
        objects.map((desired) => [encodeInventoryId(idOf(desired.real.reveal())), desired] as const),
      ),
    );
  }

  /** The stored object with its masks; `undefined` where no Secret takes part in the release. */
  of(stored: PlacedObject): DesiredObject | undefined {
    if (!this.#proof) {
      return undefined;
    }
    const known = this.#proven.get(stored) ?? provenObject(stored.object.reveal(), this.#find(stored), this.#proof);
    this.#proven.set(stored, known);
    return known.desired;
  }

  /** After the objects have been looked at. */
  get notes(): readonly RenderNote[] {
    const count = [...this.#proven.values()].reduce((sum, { unproven }) => sum + unproven, 0);
    const values = count === 1 ? '1 value is' : `${count} values are`;
    const why = this.#isRendered ? '' : ', and the release could not be rendered to see';
    const message = `${values} masked of what is installed: nothing proves that no Secret went into them${why}.`;
    return count === 0 ? [] : [approximate(message)];
  }

  #find({ id }: PlacedObject): DesiredObject | undefined {
    return findByInventoryId(this.#objects, id);
  }
}

async function formerOf({ former }: StoredMasksParts): Promise<RenderedRelease | undefined> {
  try {
    return await former?.();
  } catch (error) {
    if (!isFailure(error) || error.reason === 'cancelled' || error.reason === 'unauthorized') {
      throw error;
    }
    return undefined; // its chart cannot be had any more, most of all
  }
}
