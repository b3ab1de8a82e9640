/**
 * What an apply would change, told without asking the server: what is desired is laid over what lives, and what the controller set
 * before or takes over, and does not set now, is taken away. Knows no defaults, no webhooks and no forms of the same value but
 * those of quantities, so it is approximate. Pure.
 */
import { parseJson } from '../base/parseJson.ts';
import type { KubernetesObject } from '../flux/objects.ts';
import { asList, asRecord } from '../flux/untyped.ts';
import { type FieldTrie, fieldOwners, mergeKeysAt, nodeAt, unionOf, valueAt } from './managedFields.ts';
import { type Prediction, predictChange } from './predictChange.ts';
import { sameQuantity } from './sameQuantity.ts';
import { isOwn, kustomizeController, pruneFields } from './takenBack.ts';

export interface Undecided {
  readonly desired: KubernetesObject;
  readonly live: KubernetesObject;
  readonly mergesOnly: boolean;
  readonly ignored: readonly string[];
}

export function approximateChange({ desired, live, mergesOnly, ignored }: Undecided): Prediction {
  const owners = fieldOwners(live);
  const owned = unionOf(owners.map(({ fields }) => fields));
  const wanted = withTargetPorts(desired);
  const merged = overlay(live, wanted, owned, false);
  const own = fieldsOf(wanted, owned);
  const last = unionOf(owners.filter(isOwn).map(({ fields }) => fields));
  const others = owners.filter((owner) => !isOwn(owner)).map(({ fields }) => fields);
  const applied = pruneFields(merged, { taken: last, last, managed: unionOf([own, ...others]) });
  const answer = withOwnFields(applied as KubernetesObject, live, own);
  return predictChange({ live, dryRun: answer, mergesOnly, ignored });
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
    const isNamed = (a: unknown, b: unknown): boolean => keys.every((key) => sameKey(valueAt(a, key), valueAt(b, key)));
    const kept = items.map((item, at) => {
      const over = wantedItems.find((each) => isNamed(item, each));
      return over === undefined ? item : overlay(item, over, nodeAt(owned, items, at), isAmount);
    });
    return [...kept, ...wantedItems.filter((each) => !items.some((item) => isNamed(item, each)))];
  }
  return isAmount && sameQuantity(live, desired) ? live : desired;
}

/** A key that is not stated has a default, which the live item shows. */
function sameKey(live: unknown, desired: unknown): boolean {
  return desired === undefined || live === desired;
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
  const below = items.map((item): [string, FieldTrie] => {
    const whole = stepOf(item, keys);
    const known =
      owned?.below.has(whole) === true ? whole : [...(owned?.below.keys() ?? [])].find((one) => namesItem(one, item));
    const step = known ?? whole;
    return [step, { ...fieldsOf(item, owned?.below.get(step)), member: true }];
  });
  return { member: false, below: new Map(below) };
}

function stepOf(item: unknown, keys: readonly string[]): string {
  return `k:${JSON.stringify(Object.fromEntries(keys.map((key) => [key, valueAt(item, key)])))}`;
}

function namesItem(step: string, item: unknown): boolean {
  const names = step.startsWith('k:') ? asRecord(parseJson(step.slice(2))) : undefined;
  return names !== undefined && Object.entries(names).every(([key, value]) => sameKey(value, valueAt(item, key)));
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
