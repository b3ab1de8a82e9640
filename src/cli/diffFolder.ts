/**
 * `driftline diff --path DIR`: a folder before Flux has applied it. Follows its Flux Kustomizations, renders all that they lead to,
 * and says what is there already, what would change and what is missing. Compares by `drift`.
 */
import { isFailure } from '../base/failure.ts';
import { clusterFolders } from '../drift/clusterFolders.ts';
import type { Comparison, ObjectDifference } from '../drift/difference.ts';
import { groupOf } from '../flux/kinds.ts';
import { idOf } from '../flux/objectKey.ts';
import type { KubernetesObject } from '../flux/objects.ts';
import { asText, fieldAt } from '../flux/untyped.ts';
import { isBelow, resolvePath } from '../manifests/repositoryPath.ts';
import type { FluxName, RenderedKustomization, RenderedRelease, StatedFluxObject } from '../render/desired.ts';
import type { RenderOptions } from '../render/renderer.ts';
import { lenientInputs } from './lenientInputs.ts';
import { diffRendered, listeners, requiredCluster, requiredRepository, settle } from './diffObject.ts';
import type { DiffCluster, DiffRepository } from './diffParts.ts';
import type { DiffRun } from './diffRun.ts';
import type { Missing } from './findings.ts';
import { inputsOf } from './neededInputs.ts';
import { titleOf } from './renderTarget.ts';
import { UsageError } from './usageError.ts';

/** One object to be followed, with what tells it from others of its name. */
interface Step {
  readonly name: FluxName;
  readonly path?: string | undefined;
  readonly owner?: FluxName | undefined;
}

/** Throws `UsageError`, and `Failure` for what concerns the whole. What cannot be rendered is told, and the rest goes on. */
export async function diffFolder(run: DiffRun): Promise<void> {
  const { findings } = run;
  const repository = requiredRepository(run);
  const cluster = requiredCluster(run);
  findings.from = repository.workingTree.label;
  findings.against = `cluster ${cluster.context}`;
  const built = await followAll(repository, cluster, run);
  await tellMissing(built, cluster, run);
  findings.target = repository.folder === '' ? '.' : repository.folder;
  findings.from = repository.workingTree.label;
  findings.complete = true;
}

/** All objects that are rendered on the way. */
async function followAll(repository: DiffRepository, cluster: DiffCluster, run: DiffRun): Promise<readonly Rendered[]> {
  const all: Rendered[] = [];
  const seen = new Set<string>();
  const stated = await rootSteps(repository, run);
  const steps: Step[] = [...stated];
  const root = stated.some(({ isRoot }) => isRoot) ? undefined : await bootstrapRoot(repository, run);
  if (root) {
    all.push(root);
    steps.push(...stepsOf(root));
    await compareRoot(root, cluster, run);
  }
  if (steps.length === 0 && !root) {
    throw new UsageError(`${repository.folder === '' ? '.' : repository.folder} holds no Flux Kustomization.`);
  }
  // What is rendered adds what it leads to.
  for (const step of steps) {
    // Without a namespace it may be one of several: tenants call theirs alike.
    const key = JSON.stringify([step.name, step.name.namespace === '' ? step.path : undefined]);
    if (seen.has(key)) {
      continue;
    }
    seen.add(key);
    run.progress(`${seen.size} of ${Math.max(steps.length, seen.size)}: rendering ${titleOf(step.name)}`);
    const rendered = await renderStep(step, repository, run);
    if (rendered) {
      all.push(rendered);
      steps.push(...stepsOf(rendered));
      await compareStep(rendered, cluster, run);
    }
  }
  return all;
}

type Rendered = RenderedKustomization | RenderedRelease;

/** What files below the folder state; `isRoot`: it builds the folder itself, as bootstrap leaves it. */
async function rootSteps(
  { workingTree, folder }: DiffRepository,
  { parts, signal }: DiffRun,
): Promise<readonly (Step & { readonly isRoot: boolean })[]> {
  const all = await parts.renderer.stated(workingTree, signal);
  const stated = all.filter(({ name, path }) => name.kind === 'Kustomization' && isBelow(path, folder));
  checkOneCluster(stated, folder);
  return stated.map(({ name, path, object }) => {
    const own = resolvePath('', (asText(fieldAt(object, 'spec', 'path')) ?? '').replace(/^\/+/, ''));
    return { name, path, isRoot: own === folder };
  });
}

/** Of two Kustomizations of one name the second would take the place of the first. Throws `UsageError`. */
function checkOneCluster(stated: readonly StatedFluxObject[], folder: string): void {
  const own = clusterFolders(stated);
  if (own.length > 0) {
    const files = new Set(stated.map(({ path }) => path));
    throw new UsageError(
      `${folder === '' ? '.' : folder} has Kustomizations of one name several times, so it is no one cluster: ${own.join(', ')}.`,
      own.filter((one) => !files.has(one)).map((one) => `  driftline diff --path ${one}`),
    );
  }
}

/** The folder as `flux bootstrap --path` would have it applied. */
async function bootstrapRoot(
  { workingTree, folder }: DiffRepository,
  { parts, findings, signal }: DiffRun,
): Promise<RenderedKustomization | undefined> {
  const name: FluxName = { kind: 'Kustomization', namespace: 'flux-system', name: 'flux-system' };
  const options: RenderOptions = { state: workingTree, signal };
  try {
    const { objects, notes } = await parts.renderFolder(folder, options);
    const inForce = {
      apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
      kind: 'Kustomization',
      metadata: { namespace: name.namespace, name: name.name },
      spec: { path: `./${folder}`, prune: true },
    };
    return { kind: 'Kustomization', name, inForce, parents: [], objects, variables: [], notes };
  } catch (error) {
    if (!isFailure(error) || error.reason === 'cancelled') {
      throw error;
    }
    findings.fail(folderTitle(folder), error);
    return undefined;
  }
}

function folderTitle(folder: string): string {
  return `folder ${folder === '' ? '.' : folder}`;
}

/** Flux objects that a Kustomization applies. */
function stepsOf(rendered: Rendered): readonly Step[] {
  return rendered.objects.flatMap(({ object }): Step[] => {
    const kind = fluxKind(object);
    const { namespace = '', name } = object.metadata;
    return kind === undefined ? [] : [{ name: { kind, namespace, name }, owner: rendered.name }];
  });
}

function fluxKind({ apiVersion, kind }: KubernetesObject): FluxName['kind'] | undefined {
  const group = groupOf(apiVersion);
  const isKustomization = kind === 'Kustomization' && group === 'kustomize.toolkit.fluxcd.io';
  const isRelease = kind === 'HelmRelease' && group === 'helm.toolkit.fluxcd.io';
  return isKustomization || isRelease ? kind : undefined;
}

/**
 * `undefined` where it cannot be rendered, which has been told. `lenient`: what is missing leaves unknown what it would set, for
 * everything else can be compared all the same; that it is missing is told of its own.
 */
async function renderStep(
  { name, path, owner }: Step,
  repository: DiffRepository,
  run: DiffRun,
  lenient = false,
): Promise<Rendered | undefined> {
  const { workingTree, folder } = repository;
  const { parts, findings, signal } = run;
  const { renderer, puller, cluster } = parts;
  const options: RenderOptions = {
    state: workingTree,
    signal,
    ...(cluster && { cluster: lenient ? lenientInputs(cluster.inputs) : cluster.inputs }),
    ...(puller && { puller }),
  };
  const render = (
    one: FluxName,
    more: RenderOptions,
  ): ReturnType<typeof renderer.kustomization | typeof renderer.release> =>
    one.kind === 'Kustomization' ? renderer.kustomization(one, more) : renderer.release(one, more);
  try {
    const known = path === undefined ? options : { ...options, path };
    let rendered = await render(name, known);
    if (rendered.kind === 'ambiguous') {
      const { choices } = rendered;
      const near = choices.filter((choice) => isBelow(choice.path, folder));
      const mine = choices.filter((choice) => JSON.stringify(choice.owner) === JSON.stringify(owner));
      const [choice] = near.length === 1 ? near : mine;
      rendered = choice
        ? await render(choice.name, { ...options, path: choice.path, ...(choice.owner && { owner: choice.owner }) })
        : rendered;
    }
    if (rendered.kind === 'ambiguous') {
      throw new UsageError(rendered.message);
    }
    return rendered;
  } catch (error) {
    if (isFailure(error, 'cancelled')) {
      throw error;
    }
    if (!lenient && (isFailure(error, 'invalid') || isFailure(error, 'notFound'))) {
      return renderStep({ name, path, owner }, repository, run, true);
    }
    if (name.kind === 'HelmRelease' && isFailure(error, 'notFound')) {
      findings.settle(name, [unrendered(name, error.message)]);
    } else {
      findings.fail(name, error);
    }
    return undefined;
  }
}

/** A chart that cannot be had leaves its release unknown, not the whole. */
function unrendered({ kind, namespace, name }: FluxName, message: string): ObjectDifference {
  return {
    id: { group: 'helm.toolkit.fluxcd.io', kind, namespace, name },
    apiVersion: 'helm.toolkit.fluxcd.io/v2',
    change: 'unknown',
    paths: [],
    reason: `its objects cannot be rendered: ${message}`,
  };
}

async function compareRoot(root: RenderedKustomization, cluster: DiffCluster, run: DiffRun): Promise<void> {
  const { findings, signal } = run;
  const { name } = root;
  const { from } = findings;
  const [live] = await cluster.find(name, signal);
  const comparison = await cluster.compareKustomization({
    rendered: root,
    live,
    from,
    signal,
    ...listeners(name, run),
  });
  settle(name, beforeFlux(comparison), run);
}

async function compareStep(rendered: Rendered, cluster: DiffCluster, run: DiffRun): Promise<void> {
  const { findings, signal } = run;
  const [live] = await cluster.find(rendered.name, signal);
  try {
    await diffRendered(rendered, live, run, 'cluster', beforeFlux);
  } catch (error) {
    if (!isFailure(error) || error.reason === 'cancelled' || error.reason === 'unauthorized') {
      throw error;
    }
    findings.fail(rendered.name, error);
  }
}

/** Flux's own kinds come with Flux, so that they are not served yet is no riddle. */
function beforeFlux(comparison: Comparison): Comparison {
  const objects = comparison.objects.map((one): ObjectDifference =>
    one.change === 'unknown' && one.because === 'notServed' && /(?:^|\.)fluxcd\.io$/.test(one.id.group)
      ? { ...one, change: 'create', because: 'afterDefinition', reason: 'its kind comes with Flux' }
      : one,
  );
  return { ...comparison, objects };
}

/** ConfigMaps and Secrets that are named, and that neither the files make nor the cluster has. */
async function tellMissing(
  all: readonly Rendered[],
  cluster: DiffCluster,
  { findings, signal }: DiffRun,
): Promise<void> {
  const key = ({ kind, namespace, name }: Omit<Missing, 'neededBy'>): string => JSON.stringify([kind, namespace, name]);
  const made = new Set(all.flatMap(({ objects }) => objects.map(({ object }) => key(idOf(object)))));
  const asked = new Set<string>();
  for (const input of all.flatMap(({ inForce }) => inputsOf(inForce))) {
    const { kind, namespace, name, field, optional, of } = input;
    if (optional || made.has(key(input)) || asked.has(key(input))) {
      continue;
    }
    asked.add(key(input));
    if (!(await cluster.exists(kind, namespace, name, signal))) {
      findings.miss({ kind, namespace, name, neededBy: `${titleOf(of)} names it in ${field}` });
    }
  }
  for (const { id, change, because, apiVersion } of findings.objects) {
    const kind = { kind: 'CustomResourceDefinition', namespace: '', name: `${id.kind} (${apiVersion})` };
    if (change === 'unknown' && because === 'notServed' && !asked.has(key(kind))) {
      asked.add(key(kind));
      findings.miss({ ...kind, neededBy: `${id.kind} ${id.name} is of that kind` });
    }
  }
}
