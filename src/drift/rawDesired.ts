/**
 * One document of a file as the object that its Kustomization would send, as far as the text alone tells: in its place, with the
 * labels of its owner, without what only a build knows. Pure; what was decided is named, so that a reader can be told.
 */
import { Sealed } from '../base/sealed.ts';
import { inventoryOf } from '../flux/inventory.ts';
import { isSecret } from '../flux/isSecret.ts';
import { groupOf } from '../flux/kinds.ts';
import type { ObjectId } from '../flux/objectKey.ts';
import type { FluxObject, KubernetesObject } from '../flux/objects.ts';
import { asRecord, asText, fieldAt } from '../flux/untyped.ts';
import type { DesiredObject, FieldPath, FluxName } from '../render/desired.ts';
import { mask } from '../render/maskDifferences.ts';
import { maskSecretKinds } from '../render/originMask.ts';
import { isOpen, leaveOutVariables } from './leaveOutVariables.ts';

const group = 'kustomize.toolkit.fluxcd.io';

/** Where the object lives, or would. */
export interface RawPlace {
  readonly namespace: string;
  readonly name: string;
}

/**
 * By what the owner has applied, which also knows what kustomize files say of names and namespaces; else by what the owner says of
 * both. `owner`: as it lives. `asked`: the namespace by which a reader has named the object, for a text that has none.
 */
export function rawPlace(document: KubernetesObject, owner: FluxObject | undefined, asked?: string): RawPlace {
  const own = document.metadata.namespace ?? asked ?? '';
  const { targetNamespace } = owner?.spec ?? {};
  const { name, ids: same } = appliedIds(document, owner);
  const [only] = same;
  const isOwn = same.some(({ namespace }) => namespace === own);
  return only && same.length === 1 && !isOwn
    ? { namespace: only.namespace, name }
    : { namespace: isOwn ? own : (targetNamespace ?? own), name };
}

/** Whether the inventory of `owner` has an object that the document may have become. */
export function hasApplied(owner: FluxObject, document: KubernetesObject): boolean {
  return appliedIds(document, owner).ids.length > 0;
}

/** What the document is called where the owner applies it, and all of that name that it has applied. */
function appliedIds(
  { apiVersion, kind, metadata }: KubernetesObject,
  owner: FluxObject | undefined,
): { readonly name: string; readonly ids: readonly ObjectId[] } {
  const { namePrefix, nameSuffix } = owner?.spec ?? {};
  const name = `${asText(namePrefix) ?? ''}${metadata.name}${asText(nameSuffix) ?? ''}`;
  const inventory = owner && inventoryOf(owner);
  const items = typeof inventory === 'string' ? [] : (inventory ?? []);
  const isSame = (id: ObjectId): boolean => id.kind === kind && id.group === groupOf(apiVersion) && id.name === name;
  return { name, ids: items.map(({ id }) => id).filter(isSame) };
}

export interface RawInputs {
  readonly place: RawPlace;
  /** As the cluster serves the kind. */
  readonly apiVersion: string;
  /** Who applies it; `undefined` where nobody is known to. */
  readonly owner: FluxName | undefined;
  /** `spec` of the owner, where it is known. */
  readonly ownerSpec: FluxObject['spec'];
  readonly live: KubernetesObject | undefined;
  /** A parent of the owner has substituted Secrets into it, today's or older ones: what it says of its objects may hold them. */
  readonly ownerHoldsSecrets: boolean;
  /** The other objects of the file: what Secrets among them hold is masked here too. */
  readonly beside: readonly KubernetesObject[];
}

export interface RawDesired {
  readonly desired: DesiredObject;
  /** Fields with variables, which say nothing yet. */
  readonly leftOut: readonly FieldPath[];
}

/** Throws nothing; an object that SOPS has encrypted is the caller's to refuse. */
export function rawDesired(document: KubernetesObject, inputs: RawInputs): RawDesired {
  const { live, beside } = inputs;
  const labelled = withOwner(placed(document, inputs), inputs);
  const object = isSecret(labelled) ? withEncodedTexts(labelled) : labelled;
  const { value, filled, dropped } = isSubstituted(document, inputs)
    ? leaveOutVariables(object, live)
    : { value: object, filled: [], dropped: [] };
  const real = value as KubernetesObject;
  const [shown = { object: real, masked: [] }] = maskSecretKinds([real, ...beside]).objects;
  const hidden = [...filled, ...(inputs.ownerHoldsSecrets ? commonPaths(inputs) : [])];
  const desired = {
    object: hidden.reduce<unknown>((result, path) => maskedAt(result, path), shown.object) as KubernetesObject,
    real: new Sealed(real),
    masked: [...shown.masked, ...hidden],
    unstable: [],
  };
  return { desired, leftOut: [...filled, ...dropped] };
}

/** Without `spec.postBuild` a `${…}` is text like any other; of an owner that is not known it may be either. */
function isSubstituted({ metadata }: KubernetesObject, { owner, ownerSpec }: RawInputs): boolean {
  const isOff = [metadata.labels, metadata.annotations].some((map) => map?.[`${group}/substitute`] === 'disabled');
  return !isOff && (owner === undefined || ownerSpec === undefined || ownerSpec['postBuild'] !== undefined);
}

/** Whether variables stand where an object is told from others. */
export function isUnnamed({ apiVersion, kind, metadata }: KubernetesObject): boolean {
  return [apiVersion, kind, metadata.name, metadata.namespace ?? ''].some(isOpen);
}

function placed(document: KubernetesObject, { place, apiVersion }: RawInputs): KubernetesObject {
  const { name, namespace } = place;
  const others = Object.entries(document.metadata).filter(([key]) => key !== 'name' && key !== 'namespace');
  const metadata = { name, ...(namespace === '' ? {} : { namespace }), ...Object.fromEntries(others) };
  return { ...document, apiVersion, metadata };
}

/** The owner's labels first: what `commonMetadata` says wins, as there (pkg/ssa/utils `SetCommonMetadata`). */
function withOwner(object: KubernetesObject, { owner, ownerSpec }: RawInputs): KubernetesObject {
  const named = owner ? { [`${group}/name`]: owner.name, [`${group}/namespace`]: owner.namespace } : {};
  const { labels, annotations, ...rest } = object.metadata;
  const all = { ...labels, ...named, ...common(ownerSpec, 'labels') };
  const notes = { ...annotations, ...common(ownerSpec, 'annotations') };
  return {
    ...object,
    metadata: {
      ...rest,
      ...(Object.keys(all).length > 0 && { labels: all }),
      ...(Object.keys(notes).length > 0 && { annotations: notes }),
    },
  };
}

function common(ownerSpec: FluxObject['spec'], part: 'labels' | 'annotations'): Readonly<Record<string, string>> {
  return (asRecord(fieldAt(ownerSpec, 'commonMetadata', part)) ?? {}) as Readonly<Record<string, string>>;
}

/** Where in an object stands what the owner puts on all of them. */
function commonPaths({ ownerSpec }: RawInputs): readonly FieldPath[] {
  return (['labels', 'annotations'] as const).flatMap((part) =>
    Object.keys(common(ownerSpec, part)).map((key) => ['metadata', part, key]),
  );
}

/** As the server keeps them; texts with variables stay as they are, for what lives is put in their place. */
function withEncodedTexts(secret: KubernetesObject): KubernetesObject {
  const { stringData, ...rest } = asRecord(secret) ?? {};
  const encoded = Object.entries(asRecord(stringData) ?? {}).map(([key, text]): [string, unknown] => {
    const isText = typeof text === 'string' && !isOpen(text);
    return [key, isText ? Buffer.from(text).toString('base64') : text];
  });
  return (stringData === undefined
    ? secret
    : { ...rest, data: { ...asRecord(rest['data']), ...Object.fromEntries(encoded) } }) as unknown as KubernetesObject;
}

function maskedAt(value: unknown, [first, ...others]: FieldPath): unknown {
  if (first === undefined) {
    return mask;
  }
  if (Array.isArray(value) && typeof first === 'number') {
    return value.with(first, maskedAt(value[first], others));
  }
  return { ...asRecord(value), [first]: maskedAt(asRecord(value)?.[first], others) };
}
