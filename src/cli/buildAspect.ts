/**
 * What of a render `driftline build` prints: its objects, or instead of them the values or variables that it was made with, each
 * with its origin. Masks nothing: what came from Secrets is masked before.
 */
import { displayName } from '../flux/objectKey.ts';
import { jsonPointer } from '../manifests/manifestPath.ts';
import { printYaml } from '../manifests/printYaml.ts';
import type { EffectiveValue, EffectiveVariable, FluxName } from '../render/desired.ts';
import { valuesText } from '../view/valuesText.ts';
import { variablesText } from '../view/variablesText.ts';
import type { BuildAspect } from './buildOptions.ts';
import type { Rendered } from './renderTarget.ts';
import { UsageError } from './usageError.ts';

type ShownAspect = Exclude<BuildAspect, 'objects'>;

/** Whose they are. */
export const kindOfAspect: Readonly<Record<ShownAspect, FluxName['kind']>> = {
  values: 'HelmRelease',
  variables: 'Kustomization',
};

/** Throws `UsageError`. */
export function readAspect(options: ReadonlyMap<string, unknown>): BuildAspect {
  const [aspect, another] = (['values', 'variables'] as const).filter((name) => options.has(name));
  if (aspect === undefined) {
    return 'objects';
  }
  if (another !== undefined) {
    throw new UsageError(
      '--values are those of a HelmRelease and --variables those of a Kustomization: one at a time.',
    );
  }
  if (options.has('diff')) {
    throw new UsageError(`--${aspect} prints what there is now; --diff compares the objects that come of it.`);
  }
  return aspect;
}

/** A YAML document with comments on where each value comes from. `from` says what was read, for its head. */
export function aspectAsYaml(aspect: ShownAspect, rendered: Rendered, from: string): string {
  if (rendered.kind === 'folder') {
    return ''; // it has neither, and is refused before
  }
  const subject = { aspect, name: rendered.name, root: '', path: undefined, choice: undefined };
  // Notes go to the messages, as with every other output.
  const content = { subject, from, rendered: { ...rendered, notes: [] }, problem: undefined };
  const text = [...(aspect === 'values' ? valuesText : variablesText)(content, printYaml)].join('');
  // That of values has the mark below its head. Each begins with one, so that outputs can be joined.
  return `---\n${text.replace(/^---\n/m, '')}`;
}

/** One list, whatever their number. */
export function aspectAsJson(aspect: ShownAspect, all: readonly Rendered[]): string {
  const items = all.flatMap((rendered): unknown[] => {
    if (rendered.kind === 'HelmRelease' && aspect === 'values') {
      return [{ of: shortName(rendered.name), values: rendered.values.map(valueAsJson) }];
    }
    return rendered.kind === 'Kustomization' && aspect === 'variables'
      ? [{ of: shortName(rendered.name), variables: rendered.variables.map(variableAsJson) }]
      : [];
  });
  return `${JSON.stringify(items, null, 2)}\n`;
}

/** As a command line names it. */
function shortName({ kind, namespace, name }: FluxName): string {
  return `${kind === 'Kustomization' ? 'ks' : 'hr'}/${displayName({ namespace, name })}`;
}

function valueAsJson({ path, value, origin }: EffectiveValue): unknown {
  return { path: jsonPointer(path.map(String)), value, origin };
}

/** `null`: set by nothing, or to what is not known here, as `origin` tells. */
function variableAsJson({ name, value, origin, overridden, used }: EffectiveVariable): unknown {
  return { name, value: value ?? null, origin: origin ?? null, overridden, used };
}
