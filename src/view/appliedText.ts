/**
 * What Flux applies, as one text: the head, then each object as a YAML document. Gives the text piece by piece, so that a
 * caller may rest between two objects; what prints an object is handed in.
 */
import type { DesiredObject, LeftAlone } from '../render/desired.ts';
import { fieldPathText } from './originText.ts';
import { comment, counted, type HeadLine, type RenderedContent, renderedHead } from './renderedHead.ts';

/** Prints an object as YAML that ends with a line break. */
export type PrintObject = (object: Readonly<Record<string, unknown>>) => string;

/** Each piece ends with a line break. */
export function* appliedText(content: RenderedContent, print: PrintObject): Generator<string, void> {
  const objects = content.rendered?.objects ?? [];
  const parts = partsOf(objects);
  yield renderedHead(content, headLines(objects, parts));
  for (const { title, objects: own } of sections(parts)) {
    if (title !== undefined) {
      yield `\n# ${'='.repeat(title.length)}\n${comment(title)}\n`;
    }
    for (const object of own) {
      yield documentOf(object, print);
    }
  }
}

interface Parts {
  /** In the order of the build: what is applied, with what says against it. */
  readonly release: readonly DesiredObject[];
  readonly hooks: readonly DesiredObject[];
  readonly crds: readonly DesiredObject[];
}

function partsOf(objects: readonly DesiredObject[]): Parts {
  return {
    release: objects.filter(({ role }) => role === undefined || 'skipped' in role),
    hooks: objects.filter(({ role }) => role !== undefined && 'hook' in role),
    crds: objects.filter(({ role }) => role !== undefined && 'crds' in role),
  };
}

function sections({ release, hooks, crds }: Parts) {
  const all = [
    { title: undefined, objects: release },
    { title: 'Hooks: each runs at its events and is no part of the release', objects: hooks },
    {
      title: 'CRDs from the chart’s crds folder: applied before all else, by the policy of the HelmRelease',
      objects: crds,
    },
  ];
  return all.filter(({ objects }) => objects.length > 0);
}

function headLines(objects: readonly DesiredObject[], { release, hooks, crds }: Parts): HeadLine[] {
  const plain = release.filter(({ role }) => role === undefined).length;
  const once = release.filter(isCreatedOnce).length;
  const never = release.length - plain - once;
  const besides = [
    ...(once === 0 ? [] : [`${once} only where missing`]),
    ...(hooks.length === 0 ? [] : [counted(hooks.length, 'hook')]),
    ...(crds.length === 0 ? [] : [counted(crds.length, 'CRD')]),
  ];
  const applied = plain === 0 ? 'no object' : counted(plain, 'object');
  const masked = objects.reduce((sum, object) => sum + object.masked.length, 0);
  const unstable = objects.filter((object) => object.unstable.length > 0).length;
  return [
    ['Applies', [applied, ...(besides.length === 0 ? [] : [`besides ${besides.join(' and ')}`])].join(', ')],
    ...(never === 0
      ? []
      : [['Leaves alone', `${counted(never, 'object')}, as labels or annotations say`] satisfies HeadLine]),
    ...(masked === 0
      ? []
      : [['Masked', `${counted(masked, 'value')}, shown as •••: from Secrets, or encrypted`] satisfies HeadLine]),
    ...(unstable === 0
      ? []
      : [['Unstable', `${counted(unstable, 'object')} with fields that each render makes anew`] satisfies HeadLine]),
  ];
}

function isCreatedOnce({ role }: DesiredObject): boolean {
  return role !== undefined && 'skipped' in role && role.skipped === 'ssa IfNotPresent';
}

/** Nothing but the last line break is taken off: spaces and empty lines at the end may be part of a value. */
function documentOf(object: DesiredObject, print: PrintObject): string {
  return ['---', ...remarksOf(object), print({ ...object.object }).slice(0, -1), ...unstableOf(object), ''].join('\n');
}

const crdWords = {
  Create: 'Create: applied where the cluster has none of that name',
  CreateReplace: 'CreateReplace: replaces what the cluster has',
  Skip: 'Skip: not applied',
};

const skippedWords: Readonly<Record<LeftAlone, string>> = {
  'reconcile disabled': 'Not applied: kustomize.toolkit.fluxcd.io/reconcile: disabled',
  'ssa Ignore': 'Not applied: kustomize.toolkit.fluxcd.io/ssa: Ignore',
  'ssa IfNotPresent': 'Created once, then left alone: kustomize.toolkit.fluxcd.io/ssa: IfNotPresent',
};

function roleText(role: NonNullable<DesiredObject['role']>): string {
  if ('hook' in role) {
    return `Hook: ${role.hook.join(', ')}`;
  }
  return 'crds' in role ? `Policy: ${crdWords[role.crds]}` : skippedWords[role.skipped];
}

function remarksOf({ template, role, encrypted }: DesiredObject): string[] {
  return [
    ...(template === undefined ? [] : [comment(`Source: ${template}`)]),
    ...(role === undefined ? [] : [comment(roleText(role))]),
    ...(encrypted === true ? [comment('Encrypted with SOPS: its values are not known here')] : []),
  ];
}

function unstableOf({ unstable }: DesiredObject): string[] {
  return unstable.length === 0
    ? []
    : [comment(`Another value at each render: ${unstable.map(fieldPathText).join(', ')}`)];
}
