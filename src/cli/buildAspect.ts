/**
 * What of a render `driftline build` prints: its objects, or instead of them the values or variables that it was made with, each
 * with its origin. Masks nothing: what came from Secrets is masked before.
 */
import { jsonPointer } from '../manifests/manifestPath.ts';
import { printYaml } from '../manifests/printYaml.ts';
import type { EffectiveValue, EffectiveVariable, FluxName } from '../render/desired.ts';
import { valuesText } from '../view/valuesText.ts';
import { variablesText } from '../view/variablesText.ts';
import type { Words } from './optionWords.ts';
import type { Rendered } from './renderTarget.ts';
import { UsageError } from './usageError.ts';

export type BuildAspect = 'objects' | 'values' | 'variables';

/** Whose they are. */
export const kindOfAspect = { values: 'HelmRelease', variables: 'Kustomization' } as const;

/** Throws `UsageError`. */
export function readAspect(options: Words['values']): BuildAspect {
  const [aspect, another] = (['values', 'variables'] as const).filter((name) => options.has(name));
  if (aspect === undefined) {
    return 'objects';
  }
  if (another !== undefined) {
    throw new UsageError('--values are those of a HelmRelease and --variables those of a Kustomization: one at a time.');
  }
  if (options.has('diff')) {
    throw new UsageError(`--${aspect} prints what there is now; --diff compares the objects that come of it.`);
  }
  return aspect;
}

/** YAML documents with comments on where each value comes from. `from` says what was read, for their heads. */
export function aspectAsYaml(aspect: 'values' | 'variables', rendered: Rendered, from: string): string {
  if (rendered.kind === 'folder') {
    return '';
  }
  // Notes go to the messages, as with every other output.
  const shown = { ...rendered, notes: [] };
  const subject = { aspect, name: rendered.name, root: '', path: undefined, choice: undefined };
  const content = { subject, from, rendered: shown, problem: undefined };
  const text = [...(aspect === 'values' ? valuesText : variablesText)(content, printYaml)].join('');
  return text.includes('\n---\n') || text.startsWith('---\n') ? text : `---\n${text}`;
}

/** One list, whatever their number. */
export function aspectAsJson(aspect: 'values' | 'variables', all: readonly Rendered[]): string {
  const items = all.flatMap((rendered): unknown[] => {
    if (rendered.kind === 'HelmRelease' && aspect === 'values') {
      const values = rendered.values.map(({ path, value, origin }) => ({ path: jsonPointer(path), value, origin }));
      return [{ of: shortName(rendered.name), values: nested(rendered.values), origins: values.map(withoutValue) }];
    }
    return rendered.kind === 'Kustomization' && aspect === 'variables'
      ? [{ of: shortName(rendered.name), variables: rendered.variables.map(variableAsJson) }]
      : [];
  });
  return `${JSON.stringify(items, null, 2)}\n`;
}
