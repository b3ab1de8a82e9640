/**
 * A Flux object as it is in force: what its own parents make of the text that states it, from the root down, each parent as it
 * is in force itself. Where several builds could be meant it says so instead of choosing.
 */
import { type Failure, isFailure } from '../base/failure.ts';
import { groupOf } from '../flux/kinds.ts';
import type { KubernetesObject } from '../flux/objects.ts';
import { displayName } from '../flux/objectKey.ts';
import type { BuildOwners, Chain } from './buildOwners.ts';
import { type BuildElsewhere, shared } from './builtData.ts';
import type { FluxName, RenderNote } from './desired.ts';
import type { StatedDocument } from './fileModel.ts';
import type { FluxSync } from './fluxSync.ts';
import { buildKustomization, type Built } from './kustomizationBuild.ts';
import { markInherited } from './inheritedContents.ts';
import { likeness, mostAlike } from './likeness.ts';
import { notStated } from './notStated.ts';
import type { RenderContext } from './renderContext.ts';
import type { Ambiguous } from './renderer.ts';
import { plainTwin, secretTwin, type Twin } from './twin.ts';
import { loadVariables } from './variables.ts';

export interface InForce {
  readonly document: StatedDocument;
  readonly object: Twin<KubernetesObject>;
  /** From the root down to the direct parent. */
  readonly parents: readonly FluxName[];
  /** The files that state the parents, in their order. */
  readonly parentFiles: readonly string[];
  /** What the parents build, in their order. */
  readonly builds: readonly Built[];
  readonly notes: readonly RenderNote[];
}

export interface Wanted {
  readonly name: FluxName;
  /** The direct parent that is meant. */
  readonly owner?: FluxName | undefined;
  /** A file that states the object or one of its parents. */
  readonly path?: string | undefined;
}

type FoundWay = InForce & { readonly chain: Chain };

interface Way {
  readonly document: StatedDocument;
  readonly chain: Chain;
}

/** Throws `Failure('notFound')` when no file states the object, and what the builds of its parents throw. */
export async function findInForce(
  context: RenderContext,
  owners: BuildOwners,
  wanted: Wanted,
): Promise<InForce | Ambiguous> {
  const ways = waysTo(context, owners, wanted);
  const all: FoundWay[] = [];
  const dead: { readonly way: Way; readonly why: string }[] = [];
  let failure: Failure | undefined;
  for (const way of ways) {
    try {
      const built = await follow(context, owners, way);
      all.push(...built.filter((one) => isNamed(one, wanted.name)).map((one) => ({ ...one, chain: way.chain })));
      // A name with variables may have become any other: that one is missing says nothing of the one that is wanted.
      if (built.length === 0 && !(way.document.name !== wanted.name.name && way.document.name.includes('${'))) {
        dead.push({ way, why: title(way.chain.at(-1)) });
      }
    } catch (error) {
      if (!isFailure(error) || error.reason === 'cancelled' || error.reason === 'timeout') {
        throw error;
      }
      failure ??= error;
    }
  }
  const found = withoutPatches(all);
  const [only, another] = found;
  if (only && !another) {
    return only;
  }
  if (only && another) {
    return ambiguous(wanted, found);
  }
  if (failure !== undefined) {
    throw failure;
  }
  const [first] = dead;
  if (!first) {
    throw await notStated(context, wanted.name, wanted.path);
  }
  // The builds leave it out, so it is read as a person would apply it by hand.
  const own = await ownObject(context, first.way.document);
  const message = `${first.why} reads ${first.way.document.path}, but does not build this object: shown as the file states it.`;
  return { ...own, notes: [...own.notes, { severity: 'approximate', message }] };
}

/** Any document as its parents build it; of several ways the first is taken. `undefined` where they leave it out. */
export async function documentInForce(
  context: RenderContext,
  owners: BuildOwners,
  document: StatedDocument,
): Promise<Twin<KubernetesObject> | undefined> {
  const [chain = []] = owners.chains(document);
  const [found] = await follow(context, owners, { document, chain });
  return found?.object;
}

/**
 * What the Kustomization that builds a document makes of it; of several the one whose file is nearest to who asks. A build that
 * needs the document itself is not followed, for that would not end.
 */
export function buildElsewhere(context: RenderContext, owners: BuildOwners): BuildElsewhere {
  return async (document, near) => {
    const closeness = (chain: Chain): number => Math.max(0, ...chain.map((owner) => shared(owner, near)));
    const [chain = []] = owners.chains(document).toSorted((a, b) => closeness(b) - closeness(a));
    const owner = chain.at(-1);
    if (!owner) {
      return undefined;
    }
    const by = title(owner);
    if (context.underWay.has(document)) {
      return { by, object: undefined };
    }
    context.underWay.add(document);
    try {
      const [found] = await follow(context, owners, { document, chain });
      return { by, object: found?.object };
    } catch (error) {
      if (!isFailure(error) || error.reason === 'cancelled' || error.reason === 'timeout') {
        throw error;
      }
      return { by, object: undefined }; // that it fails is no reason for who asks to fail
    } finally {
      context.underWay.delete(document);
    }
  };
}

/** The documents that could be meant, with the ways from the roots to each. */
function waysTo(context: RenderContext, owners: BuildOwners, { name, owner, path }: Wanted): Way[] {
  const all = [
    ...context.parts.snapshot.appliers(name.kind),
    ...owners.kustomizations.filter((one) => name.kind === 'Kustomization' && owners.syncOf(one)),
  ].filter((one) => one.name === name.name || mayBeRenamed(one, name) || mayBeSubstituted(one.name, name.name));
  const sameName = all.filter((document) => document.name === name.name);
  const candidates = sameName.length > 0 ? sameName : all;
  const near = candidates.filter(({ namespace }) => [name.namespace, ''].includes(namespace) || name.namespace === '');
  // A build may set another namespace than the text has: only then the others count.
  const documents = near.length > 0 ? near : candidates;
  return documents
    .flatMap((document) => owners.chains(document).map((chain) => ({ document, chain })))
    .filter(({ chain }) => owner === undefined || isOwner(chain.at(-1), owner))
    .filter(({ document, chain }) => path === undefined || [document, ...chain].some((one) => one.path === path));
}

/** `namePrefix` and `nameSuffix` of a build: the name in the cluster holds the one in the text. */
function mayBeRenamed(document: StatedDocument, name: FluxName): boolean {
  return document.name.length > 2 && name.name.includes(document.name);
}

/** A name with variables may become any that begins and ends as its text does. */
function mayBeSubstituted(stated: string, name: string): boolean {
  const [before, after] = [stated.indexOf('${'), stated.lastIndexOf('}') + 1];
  return (
    before >= 0 &&
    after > before &&
    name.length >= before + stated.length - after &&
    name.startsWith(stated.slice(0, before)) &&
    name.endsWith(stated.slice(after))
  );
}

function isOwner(document: StatedDocument | undefined, owner: FluxName): boolean {
  return (
    document !== undefined &&
    owner.kind === document.kind &&
    owner.name === document.name &&
    (document.namespace === '' || owner.namespace === '' || owner.namespace === document.namespace)
  );
}

/** What the last build of a way makes of the document: none where it leaves it out, several where it makes copies. */
async function follow(context: RenderContext, owners: BuildOwners, { document, chain }: Way): Promise<InForce[]> {
  const [root, ...rest] = [...chain, document];
  let reached = [await rootInForce(context, owners, root)];
  for (const next of rest) {
    const below: InForce[] = [];
    for (const parent of reached) {
      below.push(...(await take(context, owners, parent, next)));
    }
    reached = below;
  }
  return reached;
}

/**
 * A root is applied by hand or by bootstrap, and from then on builds itself, with whatever its own kustomization.yaml changes in
 * it: repeated until nothing changes any more.
 */
async function rootInForce(context: RenderContext, owners: BuildOwners, document: StatedDocument): Promise<InForce> {
  const sync = owners.syncOf(document);
  if (sync) {
    const object = await patchedSync(context, sync);
    return { document, object: plainTwin(object), parents: [], parentFiles: [], builds: [], notes: [] };
  }
  let root = await ownObject(context, document);
  if (document.kind !== 'Kustomization' || !owners.buildsItself(document)) {
    const message = `Nothing in the repository builds ${document.path}: ${title(document)} is taken as the file states it.`;
    return { ...root, notes: [...root.notes, { severity: 'information', message }] };
  }
  for (let round = 0; round < 3; round += 1) {
    const [itself] = await take(context, owners, root, document);
    if (!itself || isSame(itself.object, root.object)) {
      break;
    }
    root = { ...root, object: itself.object };
  }
  return root;
}

/** flux-operator puts source and Kustomization into one build with the controllers, and its patches over all of them. */
async function patchedSync(context: RenderContext, { kustomization, patches }: FluxSync): Promise<KubernetesObject> {
  const own = kustomization.object as unknown as KubernetesObject;
  if (patches.length === 0) {
    return own;
  }
  const { session, builds } = context.parts;
  // Only those that may concern it: kustomize refuses a patch whose object is not there.
  const concerning = patches.filter((patch) => /Kustomization/.test(JSON.stringify(patch)));
  const tree = 'flux-instance';
  const set = {
    'kustomization.yaml': JSON.stringify({ resources: ['sync.yaml'], patches: concerning }),
    'sync.yaml': JSON.stringify(own),
  };
  const key = `${tree} ${JSON.stringify(set)}`;
  let reply = builds.get(key);
  if (!reply) {
    await session.request('files', { tree, clear: true, set });
    reply = await session.request('kustomization', {
      tree,
      kustomization: { ...kustomization.object, spec: { path: '.' } },
      variables: [],
      strict: false,
    });
    builds.set(key, reply, false);
  }
  const [built] = reply.objects;
  return built ? { ...built, metadata: own.metadata } : own;
}

function isSame(a: Twin<KubernetesObject>, b: Twin<KubernetesObject>): boolean {
  return JSON.stringify(a.real['spec']) === JSON.stringify(b.real['spec']);
}

/** The document out of the build of its parent. */
async function take(
  context: RenderContext,
  owners: BuildOwners,
  parent: InForce,
  document: StatedDocument,
): Promise<InForce[]> {
  const variables = await loadVariables(context, {
    kustomization: parent.object,
    builds: parent.builds,
    definedIn: parent.document.path,
    elsewhere: buildElsewhere(context, owners),
  });
  const built = await buildKustomization(context, {
    kustomization: parent.object,
    definedIn: parent.document.path,
    variables: variables.sources,
    keepUnknown: variables.keepUnknown,
  });
  const name: FluxName = { kind: 'Kustomization', ...nameOf(parent.object.real) };
  return pick(built.objects, document).map((object) => ({
    document,
    object,
    parents: [...parent.parents, name],
    parentFiles: [...parent.parentFiles, parent.document.path],
    builds: [...parent.builds, built],
    notes: [...parent.notes, ...variables.notes, ...built.notes],
  }));
}

/** Objects of the document's kind and name; else, as a build may put text around names or into them, those whose name fits. */
function pick(objects: Twin<readonly KubernetesObject[]>, document: StatedDocument): Twin<KubernetesObject>[] {
  const ofKind = (list: readonly KubernetesObject[]): KubernetesObject[] =>
    list.filter((object) => object.kind === document.kind && groupOf(object.apiVersion) === document.group);
  const real = ofKind(objects.real);
  const exact = real.filter((object) => object.metadata.name === document.name);
  const inNamespace = exact.filter((object) => (object.metadata.namespace ?? '') === document.namespace);
  const around = real.filter((object) => object.metadata.name.includes(document.name));
  const substituted = real.filter((object) => mayBeSubstituted(document.name, object.metadata.name));
  const picked =
    [inNamespace, exact, around.length === 1 ? around : [], substituted].find((list) => list.length > 0) ?? [];
  return mostAlike(picked, document.object).map((object) => {
    if (!objects.secret) {
      return plainTwin(object);
    }
    const others = objects.scrambled === undefined ? [] : ofKind(objects.scrambled);
    const isIt = (other: KubernetesObject): boolean =>
      other.metadata.name === object.metadata.name && other.metadata.namespace === object.metadata.namespace;
    const sameOrder = others.length === real.length ? others[real.indexOf(object)] : undefined;
    return secretTwin(object, others.find(isIt) ?? sameOrder);
  });
}

/** The object of the file as the controllers' reader of YAML reads it. */
async function ownObject(context: RenderContext, document: StatedDocument): Promise<InForce> {
  const { state, session } = context.parts;
  const rest = { document, parents: [], parentFiles: [], builds: [], notes: [] };
  const bytes = await state.files.read(document.path);
  const text = bytes === undefined ? '' : Buffer.from(bytes).toString('utf8');
  try {
    const { objects } = await session.request('parse', { text });
    const own = objects.find(
      (object) =>
        object.kind === document.kind &&
        groupOf(object.apiVersion) === document.group &&
        object.metadata.name === document.name &&
        (object.metadata.namespace ?? '') === document.namespace,
    );
    return { ...rest, object: statedTwin(context, own ?? (document.object as unknown as KubernetesObject)) };
  } catch (error) {
    if (isFailure(error, 'invalid')) {
      // Another document of the file is broken; what was read of this one is good.
      return { ...rest, object: statedTwin(context, document.object as unknown as KubernetesObject) };
    }
    throw error;
  }
}

/** What nothing has built is its author's, but for what parents have put into an object as it lives. */
function statedTwin(context: RenderContext, object: KubernetesObject): Twin<KubernetesObject> {
  const inherited = context.parts.inherited?.reveal() ?? [];
  context.addSecrets(inherited);
  return inherited.length === 0 ? plainTwin(object) : markInherited(object, new Set(inherited));
}

/** A patch states the object again: of documents that become one object of one build, the one that says most of it. */
function withoutPatches(found: readonly FoundWay[]): readonly FoundWay[] {
  const byObject = new Map<string, FoundWay>();
  for (const one of found) {
    const { chain, object, document } = one;
    const origin = chain.length === 0 ? [document] : chain; // what nothing builds is one object for each document
    const key = JSON.stringify([origin.map(({ path, line }) => [path, line]), nameOf(object.real)]);
    const other = byObject.get(key);
    if (!other || likeness(document.object, object.real) > likeness(other.document.object, other.object.real)) {
      byObject.set(key, one);
    }
  }
  return [...byObject.values()];
}

/** By the name that it has or the one that its text gives it. */
function isNamed({ object, document }: InForce, { namespace, name }: FluxName): boolean {
  const own = nameOf(object.real);
  const isThere = ['', own.namespace, document.namespace].includes(namespace) || own.namespace === '';
  return isThere && (own.name === name || document.name === name);
}

function nameOf(object: KubernetesObject): { readonly namespace: string; readonly name: string } {
  return { namespace: object.metadata.namespace ?? '', name: object.metadata.name };
}

function ambiguous(wanted: Wanted, found: readonly InForce[]): Ambiguous {
  const choices = found.map((one) => {
    // The file that tells it from the others: its own, else the nearest parent's.
    const path = filesOf(one).find((file) => found.every((other) => other === one || !filesOf(other).includes(file)));
    const { namespace, name } = nameOf(one.object.real);
    return {
      name: { kind: wanted.name.kind, namespace, name },
      owner: one.parents.at(-1),
      path: path ?? one.document.path,
    };
  });
  const where = choices.map(({ path }) => path).join(', ');
  return {
    kind: 'ambiguous',
    message: `${described(wanted)} is stated or built ${found.length} times: ${where}`,
    choices,
  };
}

/** Its own file, then those of its parents from the nearest up. */
function filesOf(one: InForce): readonly string[] {
  return [one.document.path, ...one.parentFiles.toReversed()];
}

function described({ name }: Wanted): string {
  return `${name.kind} ${displayName(name)}`;
}

function title(document: StatedDocument | undefined): string {
  return document === undefined ? 'Nothing' : `${document.kind} ${displayName(document)}`;
}
