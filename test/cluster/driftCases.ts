/**
 * What is done to objects before the controller looks: classes of mutations, and a case of each for any seed. The same class,
 * number and seed give the same case. Data in, data out.
 */
import { type SeededRandom, seededRandom } from '../support/seededRandom.ts';
import type { ApiObject } from './apiClient.ts';
import type { LiveWrite } from './driftWrites.ts';

/** One object and what happens to it. */
export interface DriftCase {
  /** Name of the class. */
  readonly drift: string;
  /** Number within the class. */
  readonly number: number;
  readonly seed: number;
  /** Unique in the cluster; name of the object. */
  readonly name: string;
  /** What is done, in words. */
  readonly what: string;
  /** As Git has it at first, and the controller applies it; `undefined` where it comes later. */
  readonly first: ApiObject | undefined;
  /** As Git has it when the prediction is made; the same as `first` in most cases. */
  readonly then: ApiObject | undefined;
  readonly writes: readonly LiveWrite[];
  /** With `spec.force`; with `spec.ignore`; alone, because it fails the whole Kustomization. */
  readonly kustomization?: 'forced' | 'ignoring' | 'alone';
}

/** What a class makes; the rest is filled in. `then` is `first` unless it is given. */
export interface DriftPlan extends Pick<DriftCase, 'what' | 'first' | 'writes' | 'kustomization'> {
  readonly then?: ApiObject | undefined;
}

export interface CaseInput {
  readonly random: SeededRandom;
  readonly name: string;
  readonly namespace: string;
  /** Counts up within the class, so that each kind of a list has its turn. */
  readonly number: number;
}

export interface DriftClass {
  readonly name: string;
  readonly count: number;
  readonly plan: (input: CaseInput) => DriftPlan;
}

/** The same for the same three, whatever other cases there are. */
export function makeCase(
  each: DriftClass,
  place: { readonly number: number; readonly seed: number; readonly namespace: string },
): DriftCase {
  const { number, seed, namespace } = place;
  const random = seededRandom(seed * 100_003 + textNumber(each.name) + number * 7919);
  // Some kinds are of the cluster: the end of the namespace's name keeps two runs apart.
  const name = `${each.name.toLowerCase().replaceAll(/[^a-z]+/g, '-')}-${seed}-${number}-${namespace.slice(-8)}`;
  const plan = each.plan({ random, name, namespace, number });
  const then = 'then' in plan ? plan.then : plan.first;
  return { drift: each.name, number, seed, name, ...plan, then };
}

function textNumber(text: string): number {
  return Array.from(text).reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 1_000_003, 7);
}
