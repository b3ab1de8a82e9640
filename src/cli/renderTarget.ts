/**
 * Renders what a command line names in one state of a repository: one object, the objects of a file, or a folder. Chooses what
 * is rendered and says so; how it is rendered is the renderer's.
 */
import { posix } from 'node:path';
import { isFailure } from '../base/failure.ts';
import { asText, fieldAt } from '../flux/untyped.ts';
import type {
  FluxName,
  RenderNote,
  RenderedKustomization,
  RenderedRelease,
  RepositoryState,
  StatedFluxObject,
} from '../render/desired.ts';
import type { Ambiguous, RenderOptions, Renderer } from '../render/renderer.ts';
import type { Target } from './findTarget.ts';
import { UsageError } from './usageError.ts';

export type Rendered = RenderedKustomization | RenderedRelease;

/** Renders a folder that no Flux Kustomization stands for. */
export type FolderRenderer = (folder: string, options: RenderOptions) => Promise<RenderedKustomization>;

export interface TargetParts {
  readonly renderer: Renderer;
  readonly renderFolder: FolderRenderer;
  readonly options: RenderOptions;
}

/** What became of one object or folder. `title` tells it from the others and is the same in every state of the repository. */
export type TargetOutcome =
  | {
      readonly state: 'rendered';
      readonly title: string;
      readonly rendered: Rendered;
      readonly notes: readonly RenderNote[];
    }
  | { readonly state: 'failed'; readonly title: string; readonly error: unknown };

/**
 * In the order of the file. Empty where this state of the repository has no such thing. What cannot be rendered is an outcome
 * beside the others; throws `UsageError` where it is not clear what is meant, and `Failure('cancelled')`.
 */
export async function renderTarget(target: Target, parts: TargetParts): Promise<readonly TargetOutcome[]> {
  const stated = await parts.renderer.stated(parts.options.state, parts.options.signal);
  switch (target.by) {
    case 'name': {
      const found = stated.some(({ name }) => isMeant(name, target.name));
      return found ? [await renderOne(titleOf(target.name), () => renderName(target.name, parts))] : [];
    }
    case 'file': {
      const outcomes: TargetOutcome[] = [];
      for (const { name, path } of stated.filter((each) => each.path === target.path).sort((a, b) => a.line - b.line)) {
        outcomes.push(await renderOne(titleOf(name), () => renderName(name, parts, path)));
      }
      return outcomes;
    }
    case 'folder':
      return (await hasFiles(parts.options.state, target.path, parts.options.signal))
        ? [await renderOne(folderTitle(target.path), () => renderFolderTarget(target.path, stated, parts))]
        : [];
  }
}

/** `HelmRelease media/plex` */
export function titleOf({ kind, namespace, name }: FluxName): string {
  return `${kind} ${namespace === '' ? name : `${namespace}/${name}`}`;
}

function folderTitle(path: string): string {
  return `folder ${path === '' ? '.' : path}`;
}

/** A document may leave its namespace to the kustomization.yaml that takes it in: then any may be meant. */
function isMeant(stated: FluxName, wanted: FluxName): boolean {
  const sameNamespace = [wanted.namespace, ''].includes(stated.namespace) || wanted.namespace === '';
  return stated.kind === wanted.kind && stated.name === wanted.name && sameNamespace;
}

interface RenderedWithNotes {
  readonly rendered: Rendered;
  readonly notes?: readonly RenderNote[];
}

async function renderOne(title: string, render: () => Promise<RenderedWithNotes>): Promise<TargetOutcome> {
  try {
    const { rendered, notes = [] } = await render();
    return { state: 'rendered', title, rendered, notes: [...notes, ...rendered.notes] };
  } catch (error) {
    if (error instanceof UsageError || isFailure(error, 'cancelled')) {
      throw error;
    }
    return { state: 'failed', title, error };
  }
}

/** `path`: the file that was named; it chooses where the same name is built from several. */
async function renderName(name: FluxName, parts: TargetParts, path?: string): Promise<RenderedWithNotes> {
  const first = await callRenderer(name, parts, parts.options);
  if (first.kind !== 'ambiguous') {
    return { rendered: first };
  }
  const [choice, ...others] = first.choices.filter((each) => each.path === path);
  if (choice && others.length === 0) {
    const owner = choice.owner ?? parts.options.owner;
    const second = await callRenderer(choice.name, parts, { ...parts.options, ...(owner && { owner }) });
    if (second.kind !== 'ambiguous') {
      return { rendered: second };
    }
  }
  throw severalMeant(first, parts.options.state);
}

function callRenderer(
  name: FluxName,
  { renderer }: TargetParts,
  options: RenderOptions,
): Promise<Rendered | Ambiguous> {
  return name.kind === 'Kustomization' ? renderer.kustomization(name, options) : renderer.release(name, options);
}

function severalMeant({ message, choices }: Ambiguous, state: RepositoryState): UsageError {
  const lines = choices.map(({ name, owner, path }) => {
    const short = name.kind === 'Kustomization' ? 'ks' : 'hr';
    const words = [short, name.namespace, name.name].filter((word) => word !== '').join('/');
    return [`${words}${owner ? ` --owner ${owner.namespace}/${owner.name}` : ''}`, path] as const;
  });
  const width = Math.max(...lines.map(([words]) => words.length));
  return new UsageError(`${message} (${state.label})`, [
    'Say which one:',
    ...lines.map(([words, path]) => `  driftline build ${words.padEnd(width)}  # ${path}`),
  ]);
}

async function renderFolderTarget(
  folder: string,
  stated: readonly StatedFluxObject[],
  parts: TargetParts,
): Promise<RenderedWithNotes> {
  const [kustomization, ...others] = stated.filter(
    ({ name, object }) => name.kind === 'Kustomization' && pathOf(object) === folder,
  );
  if (kustomization && others.length === 0) {
    const { rendered } = await renderName(kustomization.name, parts, kustomization.path);
    const message = `Built as ${titleOf(rendered.name)} (${kustomization.path}:${kustomization.line}).`;
    return { rendered, notes: [{ severity: 'information', message }] };
  }
  const message = kustomization
    ? `Built without variables, for several Kustomizations have this path: ${[kustomization, ...others]
        .map(({ name, path }) => `ks/${name.namespace === '' ? '' : `${name.namespace}/`}${name.name} (${path})`)
        .join(', ')}.`
    : 'Built without variables, for no Flux Kustomization of the repository has this path.';
  const rendered = await parts.renderFolder(folder, parts.options);
  return { rendered, notes: [{ severity: 'approximate', message }] };
}

/** The folder that a Kustomization builds, as a path of the repository: `./apps/` is `apps`, none at all the top. */
function pathOf(kustomization: unknown): string {
  const path = posix.normalize(`/${asText(fieldAt(kustomization, 'spec', 'path')) ?? ''}`);
  return path.replaceAll(/^\/|\/$/g, '');
}

async function hasFiles(state: RepositoryState, folder: string, signal: AbortSignal | undefined): Promise<boolean> {
  const files = await state.files.list(signal);
  return folder === '' || files.some(({ path }) => path.startsWith(`${folder}/`));
}
