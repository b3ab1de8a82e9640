/**
 * Fields that a Flux object tells its controller to pass over when it looks for drift: `spec.ignore` of a Kustomization,
 * `spec.driftDetection.ignore` of a HelmRelease (fluxcd/pkg ssa/jsondiff). Pure; which object a rule is matched against is the
 * caller's matter, for the controllers differ in it.
 */
import { isFailure } from '../base/failure.ts';
import { groupOf, versionOf } from '../flux/kinds.ts';
import type { KubernetesObject } from '../flux/objects.ts';
import { asList, asRecord, asText } from '../flux/untyped.ts';
import type { FieldPath } from '../render/desired.ts';
import { filterTexts } from '../registry/chooseVersion.ts';
import { labelSelector } from './labelSelector.ts';
import { valueAt } from './managedFields.ts';

export interface IgnoreRules {
  /** JSON pointers of the rules that select the object. */
  pointersFor(object: KubernetesObject): readonly string[];
  /** Why the controller refuses the rules, after which it applies nothing. `undefined` where it takes them. */
  readonly problem: string | undefined;
}

interface Rule {
  readonly pointers: readonly string[];
  readonly selects: (object: KubernetesObject) => boolean;
}

/** What is no rule is left out, as the API server has checked the form. */
export function ignoreRules(stated: unknown): IgnoreRules {
  const problems: string[] = [];
  const rules = (asList(stated) ?? []).flatMap((each): Rule[] => {
    const { paths, target } = asRecord(each) ?? {};
    const pointers = (asList(paths) ?? []).flatMap((path) => asText(path) ?? []);
    const selects = readTarget(asRecord(target) ?? {}, problems);
    return [{ pointers, selects }];
  });
  return {
    pointersFor: (object) => rules.filter(({ selects }) => selects(object)).flatMap(({ pointers }) => pointers),
    get problem() {
      return problems[0];
    },
  };
}

type Part = readonly [field: string, of: (object: KubernetesObject) => string];

const patternFields: readonly Part[] = [
  ['group', ({ apiVersion }) => groupOf(apiVersion)],
  ['version', ({ apiVersion }) => versionOf(apiVersion)],
  ['kind', ({ kind }) => kind],
  ['name', ({ metadata }) => metadata.name],
  ['namespace', ({ metadata }) => metadata.namespace ?? ''],
];

function readTarget(target: Readonly<Record<string, unknown>>, problems: string[]): Rule['selects'] {
  const patterns = patternFields.flatMap(([field, of]) => {
    const pattern = asText(target[field]) ?? '';
    return pattern === '' ? [] : [{ of, matches: wholeMatch(pattern, field, problems) }];
  });
  const labels = readSelector(target['labelSelector'], 'label', problems);
  const annotations = readSelector(target['annotationSelector'], 'annotation', problems);
  return (object) =>
    patterns.every(({ of, matches }) => matches(of(object))) &&
    labels(object.metadata.labels ?? {}) &&
    annotations(object.metadata.annotations ?? {});
}

function readSelector(
  stated: unknown,
  what: string,
  problems: string[],
): (of: Readonly<Record<string, string>>) => boolean {
  const selector = labelSelector(asText(stated) ?? '');
  if (!selector) {
    problems.push(`The ignore rules have an invalid ${what} selector: ${String(stated)}`);
    return () => false;
  }
  return selector;
}

/** An expression for the whole text. It is the repository's, and is run with a time limit, once for each text. */
function wholeMatch(pattern: string, field: string, problems: string[]): (text: string) => boolean {
  if (/^[\w-]+$/.test(pattern)) {
    return (text) => text === pattern;
  }
  const flags = /^\(\?[is]+\)/.exec(pattern)?.[0] ?? '';
  const anchored = `${flags}^(?:${pattern.slice(flags.length)})$`;
  const known = new Map<string, boolean>();
  const ask = (text: string): boolean => {
    try {
      return filterTexts([text], anchored).length > 0;
    } catch (error) {
      if (!isFailure(error)) {
        throw error;
      }
      problems.push(`The ignore rules have an expression for ${field} that cannot be used: ${error.message}`);
      return false;
    }
  };
  ask(''); // so that what is no expression is known at once
  return (text) => {
    const answer = known.get(text) ?? ask(text);
    known.set(text, answer);
    return answer;
  };
}

/** Steps of a JSON pointer in a value: a position of a list for a number, counted from the end for a negative one. */
export function pointerPath(pointer: string, value: unknown): FieldPath | undefined {
  if (!pointer.startsWith('/')) {
    return undefined;
  }
  const path: (string | number)[] = [];
  let here = value;
  for (const step of pointer.slice(1).split('/')) {
    const name = step.replaceAll('~1', '/').replaceAll('~0', '~');
    const list = asList(here);
    const at = list && /^-?\d+$/.test(name) ? Number(name) : undefined;
    const key = list && at !== undefined ? (at < 0 ? list.length + at : at) : name;
    here = valueAt(here, key);
    if (here === undefined) {
      return undefined;
    }
    path.push(key);
  }
  return path;
}

/** `value` with what `source` has at these pointers, without what it has not: a field that is passed over stays as it is. */
export function withFieldsOf<T>(value: T, source: unknown, pointers: readonly string[]): T {
  return pointers.reduce((object, pointer) => {
    const [here, there] = [pointerPath(pointer, object), pointerPath(pointer, source)];
    if (there) {
      return setAt(object, there, valueOfPath(source, there)) as T;
    }
    return here ? (removeAt(object, here) as T) : object;
  }, value);
}

export function withoutPointers<T>(value: T, pointers: readonly string[]): T {
  return withFieldsOf(value, undefined, pointers);
}

function valueOfPath(value: unknown, path: FieldPath): unknown {
  return path.reduce(valueAt, value);
}

/** Where a map or a list on the way is missing, nothing is set: there is no place for it. */
function setAt(value: unknown, [first, ...others]: FieldPath, item: unknown): unknown {
  if (first === undefined) {
    return item;
  }
  const list = asList(value);
  if (list && typeof first === 'number') {
    return first < list.length ? list.with(first, setAt(list[first], others, item)) : [...list, item];
  }
  const record = asRecord(value);
  return record ? { ...record, [first]: setAt(valueAt(record, first), others, item) } : value;
}

function removeAt(value: unknown, [first, ...others]: FieldPath): unknown {
  const [list, record] = [asList(value), asRecord(value)];
  if (list) {
    return others.length > 0 && typeof first === 'number'
      ? list.with(first, removeAt(list[first], others))
      : list.filter((_item, at) => at !== first);
  }
  if (!record || first === undefined) {
    return value;
  }
  const entries = Object.entries(record).flatMap(([key, item]): [string, unknown][] =>
    key !== first ? [[key, item]] : others.length > 0 ? [[key, removeAt(item, others)]] : [],
  );
  return Object.fromEntries(entries);
}
