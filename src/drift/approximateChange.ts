/**
 * What an apply would change, told without asking the server: what is desired is laid over what lives, and what the controller set
 * before or takes over, and does not set now, is taken away. Knows no defaults, no webhooks and no forms of the same value but
 * those of quantities, so it is approximate. Pure.
 */
import { parseJson } from '../base/parseJson.ts';
import { allSteps } from '../base/turns.ts';
import type { KubernetesObject } from '../flux/objects.ts';
import { asList, asRecord } from '../flux/untyped.ts';
import { type FieldTrie, fieldOwners, mergeKeysAt, nodeAt, unionOf, valueAt } from './managedFields.ts';
import { NamedItems } from './namedItems.ts';
import { type Prediction, predictSteps } from './predictChange.ts';
import { sameQuantity } from './sameQuantity.ts';
import { isOwn, kustomizeController, pruneFields } from './takenBack.ts';

export interface Undecided {
  readonly desired: KubernetesObject;
  readonly live: KubernetesObject;
  readonly mergesOnly: boolean;
  readonly ignored: readonly string[];
  /** See `takenBack.ts`. */
  readonly overridden?: readonly string[] | undefined;
}

export function approximateChange(undecided: Undecided): Prediction {
  return allSteps(approximateSteps(undecided));
}

/** The same in steps, for objects with thousands of fields: see `Turns`. */
export function* approximateSteps(undecided: Undecided): Generator<void, Prediction> {
  const { desired, live, mergesOnly, ignored, overridden } = undecided;
  const owners = fieldOwners(live);
  yield;
  const owned = unionOf(owners.map(({ fields }) => fields));
  yield;
  const wanted = withTargetPorts(desired);
  const merged = overlay(live, wanted, owned, false);
  yield;
  const own = fieldsOf(wanted, owned);
  yield;
  const last = unionOf(owners.filter(isOwn).map(({ fields }) => fields));
  const others = owners.filter((owner) => !isOwn(owner)).map(({ fields }) => fields);
  const managed = unionOf([own, ...others]);
  yield;
  const applied = pruneFields(merged, { taken: last, last, managed });
  yield;
  const dryRun = withOwnFields(applied as KubernetesObject, live, own);
  yield;
  return yield* predictSteps({ live, dryRun, mergesOnly, ignored, overridden });
}

/** The controller sends 0 where a Service states none, and the server takes it for the port. */
function withTargetPorts(desired: KubernetesObject): KubernetesObject {
  const ports = asList(desired.spec?.['ports']);
  if (desired.kind !== 'Service' || desired.apiVersion !== 'v1' || !ports) {
    return desired;
  }
  const filled = ports.map((port) => {
    const fields = asRecord(port);
    return fields?.['targetPort'] === 0 ? { ...fields, targetPort: fields['port'] } : port;
  });
  return { ...desired, spec: { ...desired.spec, ports: filled } };
}

/** Fields whose values are quantities, which the server writes in a form of its own. */
const amounts: ReadonlySet<string> = new Set([
  'limits',
  'requests',
  'capacity',
  'hard',
  'overhead',
  'sizeLimit',
  'averageValue',
]);

/** As the server would merge them: maps by key, lists with named items by their names, all else replaced. */
function overlay(live: unknown, desired: unknown, owned: FieldTrie | undefined, isAmount: boolean): unknown {
  const [old, wanted] = [asRecord(live), asRecord(desired)];
  if (old && wanted) {
    const entries = Object.entries(wanted).map(([key, item]): [string, unknown] => [
      key,
      overlay(valueAt(old, key), item, nodeAt(owned, old, key), isAmount || amounts.has(key)),
    ]);
    return { ...old, ...Object.fromEntries(entries) };
  }
  const [items, wantedItems] = [asList(live), asList(desired)];
  const keys = mergeKeysAt(owned);
  if (items && wantedItems && keys) {
    return overlayItems(items, wantedItems, { keys, owned, isAmount });
  }
  return isAmount && sameQuantity(live, desired) ? live : desired;
}

function overlayItems(
  items: readonly unknown[],
  wanted: readonly unknown[],
  { keys, owned, isAmount }: { keys: readonly string[]; owned: FieldTrie | undefined; isAmount: boolean },
): readonly unknown[] {
  const named = new NamedItems(
    items.map((item, at) => [item, at]),
    keys,
  );
  const over = new Map<number, unknown>();
  const added = wanted.filter((each) => {
    const positions = named.of(each);
    positions.filter((at) => !over.has(at)).forEach((at) => over.set(at, each));
    return positions.length === 0;
  });
  const kept = items.map((item, at) =>
    over.has(at) ? overlay(item, over.get(at), nodeAt(owned, items, at), isAmount) : item,
  );
  return [...kept, ...added];
}

/** The set of fields that an apply of the object would own. */
function fieldsOf(desired: unknown, owned: FieldTrie | undefined): FieldTrie {
  const record = asRecord(desired);
  if (record && Object.keys(record).length > 0) {
    const below = Object.entries(record).map(([key, item]): [string, FieldTrie] => [
      `f:${key}`,
      fieldsOf(item, owned?.below.get(`f:${key}`)),
    ]);
    return { member: false, below: new Map(below) };
  }
  const keys = mergeKeysAt(owned);
  const items = asList(desired);
  if (!keys || !items) {
    return { member: true, below: new Map() };
  }
  const steps = new NamedItems([...(owned?.below.keys() ?? [])].flatMap(itemOfStep), keys);
  const below = items.map((item): [string, FieldTrie] => {
    const whole = stepOf(item, keys);
    const step = owned?.below.has(whole) === true ? whole : (steps.of(item)[0] ?? whole);
    return [step, { ...fieldsOf(item, owned?.below.get(step)), member: true }];
  });
  return { member: false, below: new Map(below) };
}

function stepOf(item: unknown, keys: readonly string[]): string {
  return `k:${JSON.stringify(Object.fromEntries(keys.map((key) => [key, valueAt(item, key)])))}`;
}

/** The fields that a step names an item by; nothing for a step that is of no keyed list. */
function itemOfStep(step: string): readonly (readonly [item: unknown, step: string])[] {
  return step.startsWith('k:') ? [[parseJson(step.slice(2)), step]] : [];
}

/** The prediction reads what the controller would own from the answer's managed fields. */
function withOwnFields(answer: KubernetesObject, live: KubernetesObject, own: FieldTrie): KubernetesObject {
  const others = (live.metadata.managedFields ?? []).filter((entry) => {
    const { manager, operation, subresource } = asRecord(entry) ?? {};
    return manager !== kustomizeController || operation !== 'Apply' || (subresource ?? '') !== '';
  });
  const entry = { manager: kustomizeController, operation: 'Apply', fieldsV1: written(own) };
  return { ...answer, metadata: { ...answer.metadata, managedFields: [...others, entry] } };
}

function written({ member, below }: FieldTrie): Readonly<Record<string, unknown>> {
  const entries = [...below].map(([step, trie]): [string, unknown] => [step, written(trie)]);
  return Object.fromEntries([...(member && entries.length > 0 ? ([['.', {}]] as const) : []), ...entries]);
}
