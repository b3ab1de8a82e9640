/**
 * One build of a Flux Kustomization that is in force: finds its source, has the engine build it with the real variables and,
 * where Secrets go in, with scrambled ones. Decides neither which object is in force nor what is shown.
 */
import { createHash } from 'node:crypto';
import { Failure, isFailure } from '../base/failure.ts';
import type { KubernetesObject } from '../flux/objects.ts';
import { asList, asText, fieldAt } from '../flux/untyped.ts';
import { isBelow, resolvePath } from '../manifests/repositoryPath.ts';
import type { BuildStart } from './buildFailure.ts';
import { scrambledTexts, withHashesOf } from './copiedSecrets.ts';
import type { RenderNote } from './desired.ts';
import type { DataSource, JsonObject } from './engineProtocol.ts';
import type { SyncedTree } from './engineTree.ts';
import type { BuildReply, RenderContext } from './renderContext.ts';
import { meaningOf, type SourceReference, sourceReference, title } from './sourceMeaning.ts';
import { emptyVariablesNote, isUnsetVariable, strictnessOf } from './strictness.ts';
import { plainTwin, type Twin } from './twin.ts';
import { uncheckedNote } from './uncheckedNote.ts';
import { unreadInputs, unreadNotes } from './unreadFiles.ts';

export interface BuildInput {
  readonly kustomization: Twin<KubernetesObject>;
  /** The file that states it: tells how deep an artifact begins. */
  readonly definedIn: string;
  readonly variables: Twin<readonly DataSource[]>;
  /** Variables may come from where nothing can be read. */
  readonly keepUnknown: boolean;
}

export interface Built {
  readonly objects: Twin<readonly KubernetesObject[]>;
  /** Variables that the built text refers to, and those of them that nothing sets. */
  readonly used: readonly string[];
  readonly unknown: readonly string[];
  readonly notes: readonly RenderNote[];
}

/** Throws `Failure`: `notFound` when the source is neither this repository nor to be had. */
export async function buildKustomization(context: RenderContext, input: BuildInput): Promise<Built> {
  const { kustomization, variables } = input;
  const { real } = kustomization;
  const what = `Kustomization ${real.metadata.namespace ?? ''}/${real.metadata.name}`;
  const { tree, notes } = await sourceTree(context, real, input.definedIn, what);
  const secret = kustomization.secret || variables.secret;
  const run = { flux: asJson(real), sources: variables.real, secret, keepUnknown: input.keepUnknown };
  const { reply, strict, strictNotes } = await runAsStrictly(context, tree, run, what);
  const objects =
    secret || reply.copied
      ? { real: reply.objects, scrambled: await buildScrambled(context, tree, input, { reply, strict }), secret: true }
      : plainTwin(reply.objects);
  if (reply.copied && objects.scrambled === undefined) {
    context.addSecrets(reply.copied);
  }
  const unread = unreadInputs(tree, context.inputsOf(tree), startOf(real));
  return {
    objects,
    used: reply.used,
    unknown: reply.unknown,
    notes: [...notes, ...strictNotes, ...unreadNotes(unread, reply.objects, `${what}: `)],
  };
}

/**
 * The build as strict as the controller is. Strict first: where every variable is set, that is all the same, and nobody has to be
 * asked.
 */
async function runAsStrictly(
  context: RenderContext,
  tree: SyncedTree,
  run: Omit<Run, 'strict'>,
  what: string,
): Promise<{ readonly reply: BuildReply; readonly strict: boolean; readonly strictNotes: readonly RenderNote[] }> {
  const { cluster, signal } = context.parts;
  const failed = (error: unknown): Promise<unknown> => context.failed(error, what, tree, startOf(run.flux));
  try {
    return { reply: await runBuild(context, tree, { ...run, strict: true }), strict: true, strictNotes: [] };
  } catch (error) {
    if (!isUnsetVariable(error)) {
      throw await failed(error);
    }
    const { strict, assumed } = await strictnessOf(cluster, signal);
    if (strict) {
      throw withAssumption(await failed(error), assumed);
    }
    const reply = await runBuild(context, tree, { ...run, strict }).catch(async (again: unknown) => {
      throw await failed(again);
    });
    return { reply, strict, strictNotes: [emptyVariablesNote(cluster, what, error)] };
  }
}

function withAssumption(told: unknown, assumed: string | undefined): unknown {
  return assumed !== undefined && isFailure(told) ? new Failure(told.reason, `${told.message} (${assumed})`) : told;
}

/** `undefined` where it cannot be built with scrambled secrets. */
async function buildScrambled(
  context: RenderContext,
  tree: SyncedTree,
  { kustomization, variables, keepUnknown }: BuildInput,
  { reply: { objects, copied }, strict }: { readonly reply: BuildReply; readonly strict: boolean },
): Promise<readonly KubernetesObject[] | undefined> {
  if (kustomization.scrambled === undefined || variables.scrambled === undefined) {
    return undefined;
  }
  // Where it is built from is no part of what is built: a path out of a Secret leads nowhere when scrambled.
  const { path, sourceRef } = kustomization.real.spec ?? {};
  const flux = { ...kustomization.scrambled, spec: { ...kustomization.scrambled.spec, path, sourceRef } };
  try {
    // A variable in the file of a Secret is one that nothing sets once it is scrambled; what really is not set, the first build told.
    const run = { flux, sources: variables.scrambled, secret: true, keepUnknown, strict: copied ? false : strict };
    const reply = await runBuild(context, tree, copied ? { ...run, scrambled: scrambledTexts(copied) } : run);
    return copied ? withHashesOf(objects, reply.objects) : reply.objects;
  } catch (error) {
    if (isFailure(error, 'invalid')) {
      context.parts.log.debug('A build fails with scrambled secrets: all of its values are masked');
      return undefined;
    }
    throw error;
  }
}

function startOf(flux: unknown): BuildStart {
  return {
    path: asText(fieldAt(flux, 'spec', 'path')) ?? '',
    components: (asList(fieldAt(flux, 'spec', 'components')) ?? []).flatMap((one) => asText(one) ?? []),
  };
}

interface Run {
  readonly flux: JsonObject;
  readonly sources: readonly DataSource[];
  readonly secret: boolean;
  readonly keepUnknown: boolean;
  readonly strict: boolean;
  readonly scrambled?: Readonly<Record<string, string>>;
}

async function runBuild(context: RenderContext, tree: SyncedTree, run: Run): Promise<BuildReply> {
  const { session, builds } = context.parts;
  const { path, components } = startOf(run.flux);
  const inputs = context.inputsOf(tree).version(path, components);
  const key = createHash('sha256')
    .update(JSON.stringify([tree.name, inputs, run.flux, run.sources, run.keepUnknown, run.strict, run.scrambled]))
    .digest('base64');
  const known = builds.get(key);
  if (known) {
    return known;
  }
  const reply = await session.request('kustomization', {
    tree: tree.name,
    kustomization: run.flux,
    variables: run.sources,
    strict: run.strict,
    ...(run.keepUnknown ? { keepUnknown: true } : {}),
    ...(run.scrambled ? { scrambled: run.scrambled } : {}),
  });
  builds.set(key, reply, run.secret);
  return reply;
}

async function sourceTree(
  context: RenderContext,
  kustomization: KubernetesObject,
  definedIn: string,
  what: string,
): Promise<{ readonly tree: SyncedTree; readonly notes: readonly RenderNote[] }> {
  const { snapshot, state } = context.parts;
  const source = sourceReference(kustomization, kustomization.metadata.namespace ?? '');
  const path = asText(fieldAt(kustomization, 'spec', 'path')) ?? '';
  const meaning = meaningOf(source, path, definedIn, { snapshot, remotes: state.remotes });
  if (meaning.means === 'repository') {
    const tree = await context.tree(meaning.view);
    return { tree, notes: [...meaning.notes, ...largeFileNotes(context, tree, path)] };
  }
  return artifactTree(context, source, meaning.why, what);
}

async function artifactTree(
  context: RenderContext,
  source: SourceReference,
  why: string | undefined,
  what: string,
): Promise<{ readonly tree: SyncedTree; readonly notes: readonly RenderNote[] }> {
  const { cluster, filesOnly, signal, session, trees, state } = context.parts;
  const name = title(source);
  const reason = why === undefined ? 'is not this repository' : `cannot be put together here: ${why}`;
  if (filesOnly === true) {
    const remedy = why === undefined ? ' None of its Git remotes is what the source points to.' : '';
    throw new Failure(
      'notFound',
      `${what}: its source ${name} ${reason}, so no file of the ${state.label} says anything of it.${remedy}`,
    );
  }
  if (cluster === undefined) {
    throw new Failure('notFound', `${what}: its source ${name} ${reason}. Connect to a cluster to use its artifact.`);
  }
  const live = await cluster.fluxObject(source.kind, source.namespace, source.name, signal);
  const artifact = live?.status?.artifact;
  if (live === undefined || artifact === undefined) {
    const missing = live === undefined ? 'does not exist' : 'has no artifact yet';
    throw new Failure('notFound', `${what}: its source ${name} ${reason}, and ${missing} in ${cluster.context}.`);
  }
  const archive = await cluster.artifact(live, artifact, signal);
  const tree = await trees.unpack(session, archive);
  const message = `Built from the artifact ${archive.revision} of ${name} in ${cluster.context}.`;
  return {
    tree,
    notes: [
      { severity: 'information', message },
      ...(archive.verified === false ? [uncheckedNote(name, artifact.digest)] : []),
    ],
  };
}

/** Git keeps large files as pointers, which a source packs as they are; a working tree has their content. */
function largeFileNotes(context: RenderContext, tree: SyncedTree, path: string): RenderNote[] {
  const { largeFiles } = context.parts.snapshot;
  const folder = resolvePath('', path.replace(/^\/+/, '')) ?? '';
  const found =
    largeFiles.size === 0
      ? undefined
      : [...tree.places].find(([place, file]) => isBelow(place, folder) && largeFiles.has(file));
  return found === undefined
    ? []
    : [
        {
          severity: 'approximate',
          message: `${found[1]} is kept in Git LFS: Flux would build its pointer, not its content.`,
        },
      ];
}

function asJson(object: KubernetesObject): JsonObject {
  return { ...object };
}
