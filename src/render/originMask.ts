/**
 * Masks what came from Secrets in rendered objects, by where it came from and not by the kind it ended up in: an object is
 * compared with the same object of a render that was given scrambled secrets. Renders nothing itself.
 */
import { everythingMasked, information } from './renderNote.ts';
import { isSecret } from '../flux/isSecret.ts';
import type { KubernetesObject } from '../flux/objects.ts';
import { asRecord } from '../flux/untyped.ts';
import { counterparts } from './counterparts.ts';
import type { FieldPath, RenderNote } from './desired.ts';
import { type Keep, mask, maskDifferences, maskLeaves } from './maskDifferences.ts';
import type { MaskedObject, MaskedObjects } from './maskedObject.ts';
import { maskHeld } from './maskHeld.ts';

const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';

/** For a render that no Secret went into: masks what Secrets hold, there and in what is built beside them, and copies of objects in annotations. */
export function maskSecretKinds(objects: readonly KubernetesObject[]): MaskedObjects {
  return maskHeld(
    objects,
    objects.map((object) => maskAlways({ object, masked: [] })),
  );
}

/**
 * Masks what differs between a render and the same render with scrambled secrets: leaves, keys, and objects that are only in
 * one. Objects are matched by kind and name, and those that are left over by their order within a kind.
 */
export function maskByOrigin(real: readonly KubernetesObject[], scrambled: readonly KubernetesObject[]): MaskedObjects {
  const others = counterparts(real, scrambled);
  const keep = keepWhatIsIn(scrambled);
  let renamed = 0;
  let added = 0;
  const objects = real.map((object, index) => {
    const counterpart = others[index];
    added += Number(counterpart === undefined);
    const { value, masked } = counterpart
      ? maskDifferences(object, counterpart, [], keep)
      : maskLeaves(object, [], keep);
    renamed += Number(
      counterpart !== undefined && masked.some(([first, second]) => first === 'metadata' && second === 'name'),
    );
    return maskAlways({ object: value as KubernetesObject, masked });
  });
  const notes: RenderNote[] = [];
  if (renamed > 0) {
    notes.push(
      information(
        `${count(renamed, 'object has a name that comes', 'objects have names that come')} from a Secret: masked.`,
      ),
    );
  }
  if (added > 0) {
    notes.push(
      information(
        `${count(added, 'object exists', 'objects exist')} only with the real values of Secrets: masked as a whole.`,
      ),
    );
  }
  const held = maskHeld(real, objects);
  return { objects: held.objects, notes: [...notes, ...held.notes] };
}

/**
 * For a render that works with the real secrets and fails with scrambled ones, so that nothing tells where they went: masks
 * every value, keys that an author is free to choose, and of kinds and other keys those that hold one of `secrets`. A name may
 * be made of a part of a secret: it is shown only where it is one of `stated`, texts of the repository's own files, and else
 * is a number.
 */
export function maskEverything(
  objects: readonly KubernetesObject[],
  secrets: readonly string[],
  stated: ReadonlySet<string> = new Set(),
): MaskedObjects {
  const known = secrets.map((secret) => secret.trim().toLowerCase()).filter((secret) => secret !== '');
  const isPlain = (text: string): boolean => known.every((secret) => !text.toLowerCase().includes(secret));
  const keep: Keep = {
    key: (key, path) => inEveryObject.has(path.join('.')) || (isPlain(key) && !isFreeKey(path)),
    leaf: (path, value) => {
      const text = String(value);
      const place = path.join('.');
      return isPlain(text) && (types.has(place) || (names.has(place) && stated.has(text)));
    },
  };
  let unnamed = 0;
  return {
    objects: objects.map((object) => {
      const { value, masked } = maskLeaves(object, [], keep);
      const shown = value as KubernetesObject;
      if (shown.metadata.name !== mask) {
        return maskAlways({ object: shown, masked });
      }
      unnamed += 1;
      const metadata = { ...shown.metadata, name: `${mask} ${unnamed}` };
      return maskAlways({ object: { ...shown, metadata }, masked });
    }),
    notes: [everythingMasked],
  };
}

const types: ReadonlySet<string> = new Set(['apiVersion', 'kind']);
const names: ReadonlySet<string> = new Set(['metadata.name', 'metadata.namespace']);
const inEveryObject: ReadonlySet<string> = new Set([...types, 'metadata', ...names]);
/** Below them keys are texts like values. */
const freeKeys: ReadonlySet<string | number> = new Set([
  'data',
  'stringData',
  'binaryData',
  'labels',
  'annotations',
  'matchLabels',
  'nodeSelector',
]);

/** Whether the last key of a path is a text that an author chooses, and no field of a kind. */
export function isFreeKey(path: FieldPath): boolean {
  return path.slice(0, -1).some((above) => freeKeys.has(above));
}

/** Keys, kinds and versions that a render without secrets has as well may be shown wherever they stand. */
function keepWhatIsIn(scrambled: readonly KubernetesObject[]): Keep {
  const keys = new Set(['apiVersion', 'kind', 'metadata', 'name', 'namespace']);
  const collect = (value: unknown): void => {
    for (const [key, item] of Object.entries(asRecord(value) ?? {})) {
      keys.add(key);
      collect(item);
    }
    if (Array.isArray(value)) {
      value.forEach(collect);
    }
  };
  scrambled.forEach(collect);
  const kinds = new Set(scrambled.flatMap(({ apiVersion, kind }) => [`apiVersion ${apiVersion}`, `kind ${kind}`]));
  return {
    key: (key) => keys.has(key),
    leaf: (path, value) => path.length === 1 && kinds.has(`${String(path[0])} ${String(value)}`),
  };
}

/** What is shown of a Secret as it is. Of the rest there are keys of data and nothing else: a typo makes no data readable. */
const shownOfSecret: ReadonlySet<string> = new Set(['apiVersion', 'kind', 'metadata', 'type', 'immutable']);

/** Masks what is never shown, whatever its origin: what a Secret holds, and copies of objects in annotations. */
export function maskAlways(shown: MaskedObject): MaskedObject {
  const { object } = shown;
  const places: string[][] = isSecret(object)
    ? Object.entries(asRecord(object) ?? {}).flatMap(([part, held]) => placesHeld(part, held))
    : [];
  if (Object.hasOwn(asRecord(object.metadata.annotations) ?? {}, lastApplied)) {
    places.push(['metadata', 'annotations', lastApplied]);
  }
  if (places.length === 0) {
    return shown;
  }
  const known = new Set(shown.masked.map((path) => path.join('\n')));
  return {
    object: places.reduce<unknown>((result, place) => withMask(result, place), object) as KubernetesObject,
    masked: [...shown.masked, ...places.filter((place) => !known.has(place.join('\n')))],
  };
}

function placesHeld(part: string, held: unknown): string[][] {
  if (shownOfSecret.has(part) || held === null || held === undefined) {
    return [];
  }
  const entries = part === 'data' || part === 'stringData' ? asRecord(held) : undefined;
  return entries ? Object.keys(entries).map((key) => [part, key]) : [[part]];
}

function withMask(value: unknown, [key, ...rest]: readonly string[]): unknown {
  return key === undefined ? mask : { ...asRecord(value), [key]: withMask(asRecord(value)?.[key], rest) };
}

function count(number: number, one: string, many: string): string {
  return `${number} ${number === 1 ? one : many}`;
}
