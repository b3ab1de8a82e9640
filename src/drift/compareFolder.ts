/**
 * A folder of files before Flux has applied it, against a cluster: follows its Flux Kustomizations, renders all that they lead to,
 * and says what is there already, what would change and what is missing. The same for terminal and editor: shows nothing, and
 * asks the cluster by dry-runs, so it runs on the user's action alone.
 */
import { Failure, isFailure } from '../base/failure.ts';
import { groupOf } from '../flux/kinds.ts';
import { displayName, idOf } from '../flux/objectKey.ts';
import type { KubernetesObject } from '../flux/objects.ts';
import { asText, fieldAt } from '../flux/untyped.ts';
import { isBelow, resolvePath } from '../manifests/repositoryPath.ts';
import type {
  ChartPuller,
  FluxName,
  RenderedKustomization,
  RenderedRelease,
  RenderNote,
  RepositoryState,
  StatedFluxObject,
} from '../render/desired.ts';
import type { Renderer, RenderOptions } from '../render/renderer.ts';
import type { BuiltFolder } from '../render/renderFolder.ts';
import { inChangeOrder } from './changeOrder.ts';
import { clusterFolders } from './clusterFolders.ts';
import type { ComparedCluster } from './comparedCluster.ts';
import type { ConfigDiff } from './configDiff.ts';
import { refusedNote } from './comparisonNotes.ts';
import type { Comparison, ObjectDifference } from './difference.ts';
import { lenientInputs } from './lenientInputs.ts';
import { MadeObjects } from './madeElsewhere.ts';
import { inputsOf } from './neededInputs.ts';
import { formerRender } from './renderApplied.ts';

/** Something that objects of files refer to, and that neither the files nor the cluster have. */
export interface Missing {
  readonly kind: string;
  /** `''` for kinds without namespaces. */
  readonly namespace: string;
  readonly name: string;
  /** Which field of whom names it. */
  readonly neededBy: string;
}

/** Is told everything as soon as it is known, and keeps it: that is what there is when the user cancels. */
export interface FolderListener {
  /** One object of an owner that is still compared. */
  add(of: FluxName, difference: ObjectDifference): void;
  /** All of one owner, in place of what was added of it before. */
  settle(of: FluxName, differences: readonly ObjectDifference[]): void;
  note(of: FluxName, notes: readonly RenderNote[]): void;
  /** Values of a release, old against new. */
  explain(of: FluxName, config: ConfigDiff): void;
  /** It could not be rendered or compared; the rest goes on. A text names a folder. */
  fail(of: FluxName | string, error: unknown, place: string | undefined, step: 'rendered' | 'compared'): void;
  miss(missing: Missing): void;
}

export interface FolderToCompare {
  readonly renderer: Renderer;
  readonly renderFolder: (folder: string, options: RenderOptions) => Promise<BuiltFolder>;
  readonly state: RepositoryState;
  /** Path of the repository, `''` for its top. */
  readonly folder: string;
  readonly cluster: ComparedCluster;
  readonly puller?: ChartPuller | undefined;
  readonly signal: AbortSignal;
  readonly told: FolderListener;
  /** What is being done, for a person who waits. */
  readonly onStep: (step: string) => void;
}

type Rendered = RenderedKustomization | RenderedRelease;

export type FolderOutcome =
  /** With all that was rendered on the way. */
  | { readonly state: 'compared'; readonly rendered: readonly Rendered[] }
  /** It holds no Flux Kustomization, and nothing that bootstrap would apply. */
  | { readonly state: 'empty' }
  /** Of two Kustomizations of one name the second would take the place of the first. `folders`: of one cluster each, where one is. */
  | { readonly state: 'severalClusters'; readonly own: readonly string[]; readonly folders: readonly string[] };

/** One object to be followed, with what tells it from others of its name. */
interface Step {
  readonly name: FluxName;
  readonly path?: string | undefined;
  readonly owner?: FluxName | undefined;
}

/** Throws a `Failure` for what concerns the whole: `cancelled`, `unauthorized`. What cannot be rendered is told, and the rest goes on. */
export async function compareFolder(task: FolderToCompare): Promise<FolderOutcome> {
  const { renderer, state, folder, signal } = task;
  const all = await renderer.stated(state, signal);
  const stated = all.filter(({ name, path }) => name.kind === 'Kustomization' && isBelow(path, folder));
  const own = clusterFolders(stated);
  if (own.length > 0) {
    const files = new Set(stated.map(({ path }) => path));
    return { state: 'severalClusters', own, folders: own.filter((one) => !files.has(one)) };
  }
  return new FolderWalk(task).run(stated);
}

class FolderWalk {
  readonly #task: FolderToCompare;
  readonly #rendered: Rendered[] = [];
  readonly #compared: {
    readonly name: FluxName;
    readonly objects: readonly ObjectDifference[];
    readonly tellRefused: boolean;
  }[] = [];
  /** How often a registry wanted a login, which concerns one chart alone. */
  #refusedPulls = 0;
  /** One for all renders, for renders may keep what they pulled by it. */
  readonly #puller: ChartPuller | undefined;

  constructor(task: FolderToCompare) {
    this.#task = task;
    this.#puller = task.puller && this.#watched(task.puller);
  }

  #watched(puller: ChartPuller): ChartPuller {
    return {
      pull: async (request, signal) => {
        try {
          return await puller.pull(request, signal);
        } catch (error) {
          this.#refusedPulls += isFailure(error, 'unauthorized') ? 1 : 0;
          throw error;
        }
      },
    };
  }

  async run(stated: readonly StatedFluxObject[]): Promise<FolderOutcome> {
    const steps: Step[] = stated.map(({ name, path }) => ({ name, path }));
    // Something may build the folder itself, as bootstrap leaves it.
    const root = stated.some(({ object }) => folderOf(object) === this.#task.folder)
      ? undefined
      : await this.#bootstrapRoot();
    if (root) {
      this.#rendered.push(root);
      steps.push(...stepsOf(root));
      await this.#compareStep(root);
    }
    if (steps.length === 0 && !root) {
      return { state: 'empty' };
    }
    await this.#follow(steps);
    await this.#tellMissing(this.#settleMade());
    return { state: 'compared', rendered: this.#rendered };
  }

  /** What is rendered adds what it leads to. */
  async #follow(steps: Step[]): Promise<void> {
    const seen = new Set<string>();
    for (const step of steps) {
      // Without a namespace it may be one of several: tenants call theirs alike.
      const key = JSON.stringify([step.name, step.name.namespace === '' ? step.path : undefined]);
      if (seen.has(key)) {
        continue;
      }
      seen.add(key);
      this.#task.onStep(`${seen.size} of ${Math.max(steps.length, seen.size)}: rendering ${titleOf(step.name)}`);
      const rendered = await this.#render(step);
      if (rendered) {
        this.#rendered.push(rendered);
        steps.push(...stepsOf(rendered));
        await this.#compareStep(rendered);
      }
    }
  }

  /** The folder as `flux bootstrap --path` would have it applied. */
  async #bootstrapRoot(): Promise<RenderedKustomization | undefined> {
    const { state, folder, signal, renderFolder, told } = this.#task;
    const name: FluxName = { kind: 'Kustomization', namespace: 'flux-system', name: 'flux-system' };
    try {
      const { objects, notes } = await renderFolder(folder, { state, signal });
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
      told.fail(`folder ${folder === '' ? '.' : folder}`, error, undefined, 'rendered');
      return undefined;
    }
  }

  /** `undefined` where it cannot be rendered, which has been told. */
  async #render(step: Step): Promise<Rendered | undefined> {
    const { told } = this.#task;
    const { name } = step;
    const refusedBefore = this.#refusedPulls;
    try {
      return await this.#renderLeniently(step);
    } catch (error) {
      const ofChart = this.#refusedPulls > refusedBefore && isFailure(error, 'unauthorized');
      if (!ofChart && concernsAll(error)) {
        throw error;
      }
      if (name.kind === 'HelmRelease' && isFailure(error, 'notFound')) {
        told.settle(name, [unrendered(name, error.message)]);
      } else {
        told.fail(name, error, undefined, 'rendered');
      }
      return undefined;
    }
  }

  /**
   * At the second try what is missing leaves unknown what it would set, for everything else can be compared all the same; that it
   * is missing is told of its own.
   */
  async #renderLeniently(step: Step): Promise<Rendered> {
    try {
      return await this.#renderStep(step, false);
    } catch (error) {
      if (isFailure(error, 'invalid') || isFailure(error, 'notFound')) {
        return this.#renderStep(step, true);
      }
      throw error;
    }
  }

  async #renderStep({ name, path, owner }: Step, lenient: boolean): Promise<Rendered> {
    const { renderer, state, folder, cluster, signal } = this.#task;
    const puller = this.#puller;
    const options: RenderOptions = {
      state,
      signal,
      cluster: lenient ? lenientInputs(cluster.inputs) : cluster.inputs,
      ...(puller && { puller }),
    };
    const render = (one: FluxName, more: RenderOptions): ReturnType<Renderer['kustomization' | 'release']> =>
      one.kind === 'Kustomization' ? renderer.kustomization(one, more) : renderer.release(one, more);
    let rendered = await render(name, path === undefined ? options : { ...options, path });
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
      throw new Failure('conflict', rendered.message);
    }
    return rendered;
  }

  async #compareStep(rendered: Rendered): Promise<void> {
    try {
      await this.#compare(rendered);
    } catch (error) {
      if (concernsAll(error)) {
        throw error;
      }
      this.#task.told.fail(rendered.name, error, undefined, 'compared');
    }
  }

  async #compare(rendered: Rendered): Promise<void> {
    const { cluster, renderer, state, signal, told, onStep } = this.#task;
    const { name } = rendered;
    const [live] = await cluster.find(name, signal);
    const task = {
      live,
      from: state.label,
      signal,
      onProgress: ({ done, total }: { readonly done: number; readonly total: number }) =>
        onStep(`${titleOf(name)}: ${done} of ${total} objects compared`),
      onObject: (difference: ObjectDifference) => told.add(name, difference),
    };
    if (rendered.kind === 'Kustomization') {
      const former = formerRender({ live, cluster: cluster.inputs, inherited: cluster.inherited, renderer, signal });
      this.#settle(name, await cluster.compareKustomization({ ...task, rendered, former }));
      return;
    }
    const comparison = await cluster.compareRelease({ ...task, rendered });
    if (comparison.config) {
      told.explain(name, comparison.config);
    }
    this.#settle(name, comparison);
  }

  #settle(name: FluxName, { objects, notes }: Comparison): void {
    const judged = objects.map(beforeFlux);
    // What is refused by itself may wait for another owner.
    const early = refusedNote(objects).map(({ message }) => message);
    const isEarly = ({ message }: RenderNote): boolean => early.includes(message);
    this.#compared.push({ name, objects: judged, tellRefused: notes.some(isEarly) });
    this.#task.told.settle(name, judged);
    this.#task.told.note(
      name,
      notes.filter((note) => !isEarly(note)),
    );
  }

  /** Only when all is rendered it is known what others make. Gives what is of a kind that nobody brings. */
  #settleMade(): readonly ObjectDifference[] {
    const made = new MadeObjects(this.#rendered);
    const settled = this.#compared.flatMap(({ name, objects, tellRefused }) => {
      const next = objects.map((object) => made.after(object, name));
      if (next.some((object, at) => object !== objects[at])) {
        this.#task.told.settle(name, inChangeOrder(next));
      }
      this.#task.told.note(name, tellRefused ? refusedNote(next) : []);
      return next;
    });
    return settled.filter(({ change, because }) => change === 'unknown' && because === 'notServed');
  }

  /** ConfigMaps, Secrets and definitions that are named, and that neither the files make nor the cluster has. */
  async #tellMissing(notServed: readonly ObjectDifference[]): Promise<void> {
    const { cluster, told, signal } = this.#task;
    const key = ({ kind, namespace, name }: Omit<Missing, 'neededBy'>): string =>
      JSON.stringify([kind, namespace, name]);
    const made = new Set(this.#rendered.flatMap(({ objects }) => objects.map(({ object }) => key(idOf(object)))));
    const asked = new Set<string>();
    for (const input of this.#rendered.flatMap(({ inForce }) => inputsOf(inForce))) {
      const { kind, namespace, name, field, optional, of } = input;
      if (optional || made.has(key(input)) || asked.has(key(input))) {
        continue;
      }
      asked.add(key(input));
      if (!(await cluster.exists(kind, namespace, name, signal))) {
        told.miss({ kind, namespace, name, neededBy: `${titleOf(of)} names it in ${field}` });
      }
    }
    for (const { id, apiVersion } of notServed) {
      const kind = { kind: 'CustomResourceDefinition', namespace: '', name: `${id.kind} (${apiVersion})` };
      if (!asked.has(key(kind))) {
        asked.add(key(kind));
        told.miss({ ...kind, neededBy: `${id.kind} ${displayName(id)} is of that kind` });
      }
    }
  }
}

/** Told of one owner it would be said of each. */
function concernsAll(error: unknown): boolean {
  return !isFailure(error) || error.reason === 'cancelled' || error.reason === 'unauthorized';
}

function titleOf(name: FluxName): string {
  return `${name.kind} ${displayName(name)}`;
}

function folderOf(object: StatedFluxObject['object']): string | undefined {
  return resolvePath('', (asText(fieldAt(object, 'spec', 'path')) ?? '').replace(/^\/+/, ''));
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

/** Flux's own kinds come with Flux, so that they are not served yet is no riddle. */
function beforeFlux(one: ObjectDifference): ObjectDifference {
  return one.change === 'unknown' && one.because === 'notServed' && /(?:^|\.)fluxcd\.io$/.test(one.id.group)
    ? { ...one, change: 'create', because: 'afterDefinition', reason: 'its kind comes with Flux' }
    : one;
}
