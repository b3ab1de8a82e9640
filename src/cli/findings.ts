/**
 * What a run of `driftline diff` has found so far: kept while it runs, so that what there is can be told when it is interrupted.
 * Asks nothing and prints nothing.
 */
import type { ConfigDiff } from '../drift/configDiff.ts';
import { changeOrder } from '../drift/compareStates.ts';
import type { ObjectDifference } from '../drift/difference.ts';
import type { IdentityWarning } from '../drift/identityChange.ts';
import type { FluxName, RenderNote } from '../render/desired.ts';
import type { TitledNote } from './reportOutcomes.ts';
import { titleOf } from './renderTarget.ts';

/** A difference with whose it is. */
export interface FoundDifference extends ObjectDifference {
  /** The Kustomization or HelmRelease; a folder as a person names it. */
  readonly of: FluxName | string;
  readonly movedFrom?: FluxName;
}

/** Values of a HelmRelease that differ: they explain most of what its objects do. */
export interface FoundConfig {
  readonly of: FluxName;
  readonly config: ConfigDiff;
}

/** Something that objects of files refer to, and that neither the files nor the cluster have. */
export interface Missing {
  readonly kind: string;
  /** `''` for kinds without namespaces. */
  readonly namespace: string;
  readonly name: string;
  /** Which field of whom names it. */
  readonly neededBy: string;
}

export class Findings {
  readonly #objects: FoundDifference[] = [];
  readonly #notes: TitledNote[] = [];
  readonly #configs: FoundConfig[] = [];
  readonly #missing: Missing[] = [];
  readonly #warnings: IdentityWarning[] = [];
  readonly #failures: { readonly title: string; readonly error: unknown }[] = [];
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
    return changeOrder.flatMap((change) => this.#objects.filter((one) => one.change === change));
  }

  get notes(): readonly TitledNote[] {
    return this.#notes;
  }

  get configs(): readonly FoundConfig[] {
    return this.#configs;
  }

  get failures(): readonly { readonly title: string; readonly error: unknown }[] {
    return this.#failures;
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
  add(of: FoundDifference['of'], difference: ObjectDifference & { readonly movedFrom?: FluxName }): void {
    this.#objects.push({ ...difference, of });
  }

  /** All of one owner, in place of what was added of it before. */
  settle(
    of: FoundDifference['of'],
    differences: readonly (ObjectDifference & { readonly movedFrom?: FluxName })[],
  ): void {
    const others = this.#objects.filter((one) => nameOfOwner(one.of) !== nameOfOwner(of));
    this.#objects.splice(0, Infinity, ...others, ...differences.map((difference) => ({ ...difference, of })));
  }

  note(of: FoundDifference['of'], notes: readonly RenderNote[]): void {
    // What is warned of in red needs no note beside it.
    const told = new Set(this.#warnings.map(({ sentence }) => sentence));
    const others = notes.filter(({ message }) => !told.has(message));
    this.#notes.push(...others.map((note) => ({ ...note, title: nameOfOwner(of) })));
  }

  explain(of: FluxName, config: ConfigDiff): void {
    this.#configs.push({ of, config });
  }

  miss(missing: Missing): void {
    this.#missing.push(missing);
  }

  fail(of: FoundDifference['of'], error: unknown): void {
    this.#failures.push({ title: nameOfOwner(of), error });
  }
}

/** `HelmRelease media/plex` */
export function nameOfOwner(of: FoundDifference['of']): string {
  return typeof of === 'string' ? of : titleOf(of);
}
