/**
 * What a comparison of many owners has found so far: kept while it runs, so that what there is can be told when it is interrupted.
 * Asks nothing and shows nothing.
 */
import type { Missing } from './compareFolder.ts';
import type { ConfigDiff } from './configDiff.ts';
import { inChangeOrder } from './changeOrder.ts';
import type { ObjectDifference } from './difference.ts';
import type { IdentityWarning } from './identityChange.ts';
import type { FluxName, RenderNote } from '../render/desired.ts';
import { displayName } from '../flux/objectKey.ts';

/** A difference as it is found. */
export interface ToldDifference extends ObjectDifference {
  readonly movedFrom?: FluxName;
  /** See `ChangedObject`. */
  readonly deletedFirst?: true;
  /** What it was compared with, where that is not what the run compares with. */
  readonly against?: string;
}

/** Whose a difference is. */
export interface Owner {
  /** The Kustomization or HelmRelease; a folder as a person names it. */
  readonly of: FluxName | string;
  /** What tells it from others of its name, such as the file that states it; as found it is given where there are others alone. */
  readonly place?: string | undefined;
}

/** A difference with whose it is. */
export interface FoundDifference extends ToldDifference, Owner {}

/** An owner of which nothing is known, or not all. */
export interface OwnerFailure {
  readonly title: string;
  readonly error: unknown;
  /** What could not be done with it. */
  readonly step: 'rendered' | 'compared';
}

/** Values of a HelmRelease that differ: they explain most of what its objects do. */
export interface FoundConfig {
  readonly of: FluxName;
  /** See `Owner`. */
  readonly place?: string | undefined;
  readonly config: ConfigDiff;
  /** Whose the old ones are, where that is not what the run compares with. */
  readonly against?: string | undefined;
}

export class Findings {
  /** By `nameOfOwner`, in the order in which they were last settled: of hundreds one is replaced without a walk over the others. */
  readonly #objects = new Map<string, FoundDifference[]>();
  readonly #notes: (RenderNote & Owner)[] = [];
  /** By `nameOfOwner`. */
  readonly #configs = new Map<string, FoundConfig>();
  readonly #missing: Missing[] = [];
  readonly #warnings: IdentityWarning[] = [];
  readonly #failures: (Owner & Pick<OwnerFailure, 'error' | 'step'>)[] = [];
  /** By the name of the owner. */
  readonly #places = new Map<string, Set<string>>();
  /** `ks/flux-system/apps`, `changed`, the folder; as written until it is found. */
  target: string;
  from = '';
  against = '';
  /** All has been compared that was meant to be. */
  complete = false;

  constructor(target: string) {
    this.target = target;
  }

  /** By what they do, as comparisons order them. */
  get objects(): readonly FoundDifference[] {
    return inChangeOrder([...this.#objects.values()].flat()).map(({ place, ...one }) => ({
      ...one,
      ...(place !== undefined && this.#isShared(one.of) && { place }),
    }));
  }

  get notes(): readonly (RenderNote & { readonly title: string })[] {
    // What is warned of in red needs no note beside it.
    const warned = new Set(this.#warnings.map(({ sentence }) => sentence));
    return this.#notes
      .filter(({ message }) => !warned.has(message))
      .map(({ severity, message, ...owner }) => ({ severity, message, title: this.#title(owner) }));
  }

  get configs(): readonly FoundConfig[] {
    return [...this.#configs.values()].map(({ place, ...one }) => ({
      ...one,
      ...(place !== undefined && this.#isShared(one.of) && { place }),
    }));
  }

  get failures(): readonly OwnerFailure[] {
    return this.#failures.map(({ error, step, ...owner }) => ({ error, step, title: this.#title(owner) }));
  }

  get missing(): readonly Missing[] {
    return this.#missing;
  }

  get warnings(): readonly IdentityWarning[] {
    return this.#warnings;
  }

  warn(warnings: readonly IdentityWarning[]): void {
    this.#warnings.push(...warnings);
    const told = new Set(warnings.map(({ sentence }) => sentence));
    this.#notes.splice(0, Infinity, ...this.#notes.filter(({ message }) => !told.has(message)));
  }

  /** One of several that are still compared. */
  add(of: Owner['of'], difference: ToldDifference): void {
    const name = nameOfOwner({ of });
    const known = this.#objects.get(name) ?? [];
    known.push({ ...difference, of });
    this.#objects.set(name, known);
  }

  /** All of one owner, in place of what was added of it before. */
  settle(of: Owner['of'], differences: readonly ToldDifference[], place?: string): void {
    this.#know(of, place);
    const name = nameOfOwner({ of, place });
    this.#objects.delete(name);
    this.#objects.set(
      name,
      differences.map((difference) => ({ ...difference, of, place })),
    );
  }

  note(of: Owner['of'], notes: readonly RenderNote[], place?: string): void {
    this.#know(of, place);
    this.#notes.push(...notes.map((note) => ({ ...note, of, place })));
  }

  /** In place of what was told of that owner before; `undefined`: of its values nothing is to be told. */
  explain(of: FluxName, config: ConfigDiff | undefined, told: Pick<FoundConfig, 'place' | 'against'> = {}): void {
    this.#know(of, told.place);
    const name = nameOfOwner({ of, place: told.place });
    this.#configs.delete(name);
    if (config) {
      this.#configs.set(name, { of, config, ...told });
    }
  }

  miss(missing: Missing): void {
    this.#missing.push(missing);
  }

  fail(of: Owner['of'], error: unknown, place?: string, step: OwnerFailure['step'] = 'rendered'): void {
    this.#know(of, place);
    this.#failures.push({ of, place, error, step });
  }

  #know(of: Owner['of'], place: string | undefined): void {
    const name = nameOfOwner({ of });
    this.#places.set(name, (this.#places.get(name) ?? new Set()).add(place ?? ''));
  }

  #isShared(of: Owner['of']): boolean {
    return (this.#places.get(nameOfOwner({ of }))?.size ?? 0) > 1;
  }

  #title({ of, place }: Owner): string {
    return nameOfOwner(this.#isShared(of) ? { of, place } : { of });
  }
}

/** `HelmRelease media/plex`, `Kustomization flux-system/apps (clusters/staging/apps.yaml)` */
export function nameOfOwner({ of, place }: Owner): string {
  const name = typeof of === 'string' ? of : `${of.kind} ${displayName(of)}`;
  return place === undefined ? name : `${name} (${place})`;
}
