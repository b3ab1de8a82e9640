/**
 * Renders what a command line names in one state of a repository: one object, the objects of a file, or a folder. Chooses what
 * is rendered and says so; how it is rendered is the renderer's.
 */
import { posix } from 'node:path';
import { isFailure } from '../base/failure.ts';
import { displayName } from '../flux/objectKey.ts';
import { asText, fieldAt } from '../flux/untyped.ts';
import type {
  DesiredObject,
  FluxName,
  RenderNote,
  RenderedKustomization,
  RenderedRelease,
  RepositoryState,
  StatedFluxObject,
} from '../render/desired.ts';
import type { Ambiguous, RenderOptions, Renderer } from '../render/renderer.ts';
import type { BuiltFolder } from '../render/renderFolder.ts';
import type { Target } from './findTarget.ts';
import { UsageError } from './usageError.ts';

/** A folder that no Flux Kustomization stands for. */
export interface RenderedFolder {
  readonly kind: 'folder';
  readonly objects: readonly DesiredObject[];
  readonly notes: readonly RenderNote[];
}

export type Rendered = RenderedKustomization | RenderedRelease | RenderedFolder;

export type FolderRenderer = (folder: string, options: RenderOptions) => Promise<BuiltFolder>;

export interface TargetParts {
  readonly renderer: Renderer;
  readonly renderFolder: FolderRenderer;
  readonly options: RenderOptions;
  /** Of the objects of a file those of one kind alone. */
  readonly only?: FluxName['kind'] | undefined;
}

/** What became of one object or folder, as `title` names it. `key` is what was asked for: the same in every state. */
export type TargetOutcome = { readonly key: string; readonly title: string } & (
  { readonly state: 'rendered'; readonly rendered: Rendered } | { readonly state: 'failed'; readonly error: unknown }
);

/**
 * In the order of the file. Empty where this state of the repository has no such thing. What cannot be rendered is an outcome
 * beside the others; throws `UsageError` where it is not clear what is meant, and `Failure('cancelled')`.
 */
export async function renderTarget(target: Target, parts: TargetParts): Promise<readonly TargetOutcome[]> {
  const stated = await parts.renderer.stated(parts.options.state, parts.options.signal);
  switch (target.by) {
    case 'name': {
      const outcome = await renderOne(titleOf(target.name), () => renderName(target.name, parts));
      const unknown = outcome.state === 'failed' && isFailure(outcome.error, 'notFound');
      // Also a name that no text has may be found, for builds rename: so the renderer is asked first.
      return unknown && !stated.some(({ name }) => isMeant(name, target.name)) ? [] : [outcome];
    }
    case 'file': {
      const outcomes: TargetOutcome[] = [];
      const isWanted = ({ path, name: { kind } }: StatedFluxObject): boolean =>
        path === target.path && (parts.only === undefined || parts.only === kind);
      for (const { name } of stated.filter(isWanted).sort((a, b) => a.line - b.line)) {
        outcomes.push(await renderOne(titleOf(name), () => renderName(name, parts)));
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
export function titleOf(name: FluxName): string {
  return `${name.kind} ${displayName(name)}`;
}

function folderTitle(path: string): string {
  return `folder ${path === '' ? '.' : path}`;
}

/** A document may leave its namespace to the kustomization.yaml that takes it in: then any may be meant. */
function isMeant(stated: FluxName, wanted: FluxName): boolean {
  const sameNamespace = [wanted.namespace, ''].includes(stated.namespace) || wanted.namespace === '';
  return stated.kind === wanted.kind && stated.name === wanted.name && sameNamespace;
}

async function renderOne(key: string, render: () => Promise<Rendered>): Promise<TargetOutcome> {
  try {
    const rendered = await render();
    // A name that was given without its namespace is told in full, but for a folder, which is what was asked for.
    const title = rendered.kind === 'folder' || key.startsWith('folder ') ? key : titleOf(rendered.name);
    return { state: 'rendered', key, title, rendered };
  } catch (error) {
    if (error instanceof UsageError || isFailure(error, 'cancelled')) {
      throw error;
    }
    return { state: 'failed', key, title: key, error };
  }
}

async function renderName(
  name: FluxName,
  { renderer, options }: TargetParts,
): Promise<RenderedKustomization | RenderedRelease> {
  const rendered = await (name.kind === 'Kustomization'
    ? renderer.kustomization(name, options)
    : renderer.release(name, options));
  if (rendered.kind === 'ambiguous') {
    throw severalMeant(rendered, options.state);
  }
  return rendered;
}

/** Each choice as a command line, with no more words than tell it from the others. */
function severalMeant({ message, choices }: Ambiguous, state: RepositoryState): UsageError {
  const names = choices.map(({ name }) => `${name.kind === 'Kustomization' ? 'ks' : 'hr'}/${displayName(name)}`);
  const owners = choices.map(({ owner }, at) => `${names[at]} ${owner ? `--owner ${displayName(owner)}` : ''}`.trim());
  const commands = choices.map(({ path }, at) => {
    const [name = '', owner = ''] = [names[at], owners[at]];
    return isOnly(name, names) ? name : isOnly(owner, owners) ? owner : `${name} --file ${path}`;
  });
  const width = Math.max(...commands.map((command) => command.length));
  return new UsageError(`${message} (${state.label})`, [
    'Say which one:',
    ...choices.map(({ path }, at) => {
      const command = commands[at] ?? '';
      return `  driftline build ${command.endsWith(path) ? command : `${command.padEnd(width)}  # ${path}`}`;
    }),
  ]);
}

function isOnly(text: string, texts: readonly string[]): boolean {
  return texts.filter((each) => each === text).length === 1;
}

async function renderFolderTarget(
  folder: string,
  stated: readonly StatedFluxObject[],
  parts: TargetParts,
): Promise<Rendered> {
  const [kustomization, ...others] = stated.filter(
    ({ name, object }) => name.kind === 'Kustomization' && pathOf(object) === folder,
  );
  if (kustomization && others.length === 0) {
    const rendered = await renderName(kustomization.name, {
      ...parts,
      options: { ...parts.options, path: kustomization.path },
    });
    const message = `Built as ${titleOf(rendered.name)} (${kustomization.path}:${kustomization.line}).`;
    return { ...rendered, notes: [{ severity: 'information', message }, ...rendered.notes] };
  }
  const message = kustomization
    ? `Built as kustomize alone would, without variables, for several Kustomizations have this path: ${[
        kustomization,
        ...others,
      ]
        .map(({ name, path }) => `ks/${displayName(name)} (${path})`)
        .join(', ')}.`
    : 'Built as kustomize alone would, without variables: no Flux Kustomization of the repository has this path.';
  const { objects, notes } = await parts.renderFolder(folder, parts.options);
  return { kind: 'folder', objects, notes: [{ severity: 'approximate', message }, ...notes] };
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
