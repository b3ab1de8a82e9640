/**
 * The comment lines at the head of every rendered document: what was rendered from what, what a reader must know of it, and
 * what went wrong. One line for each thing, whatever text a chart or a repository brought.
 */
import type { FluxName, RenderedKustomization, RenderedRelease } from '../render/desired.ts';
import { plainText } from './markdown.ts';
import { fluxNameText, renderedTitle, type RenderedSubject } from './renderedSubject.ts';
import type { RenderProblem } from './renderProblem.ts';

export type Rendered = RenderedKustomization | RenderedRelease;

export interface RenderedContent {
  readonly subject: RenderedSubject;
  /** `working tree`, `working tree and cluster homelab`. */
  readonly from: string;
  /** The newest that could be rendered. */
  readonly rendered: Rendered | undefined;
  /** Why what the files say now cannot be. */
  readonly problem: RenderProblem | undefined;
}

/** Ends with a line break. `more` are lines of the document's own kind, each a label with its text. */
export function renderedHead(content: RenderedContent, more: readonly HeadLine[]): string {
  const { subject, from, rendered, problem } = content;
  const lines: HeadLine[] = [
    ['Rendered from', from],
    ...(rendered === undefined ? [] : [...linesOf(rendered), ...more, ...notesOf(rendered)]),
  ];
  return [
    ...(problem === undefined ? [] : problemLines(problem, rendered !== undefined)),
    comment(renderedTitle(subject)),
    '#',
    ...lines.map(([label, text]) => `# ${label.padEnd(labelWidth)}${plainText(text, longestLine)}`),
    '',
  ].join('\n');
}

/** Label and text. */
export type HeadLine = readonly [label: string, text: string];

const labelWidth = 15;
/** Enough for a controller's sentence; the rest of a chart's error is a page of Go templates. */
const longestLine = 1_000;

/** One comment line of any text. */
export function comment(text: string): string {
  return `# ${plainText(text, longestLine)}`.trimEnd();
}

function linesOf(rendered: Rendered): HeadLine[] {
  const { parents } = rendered;
  const chain = parents.map(({ namespace, name }) => `${namespace}/${name}`).join(' > ');
  const builtBy: HeadLine[] = parents.length === 0 ? [] : [['Built by', chain]];
  const suspended: HeadLine[] =
    rendered.inForce.spec?.suspend === true ? [['Suspended', 'Flux applies none of this until it is resumed']] : [];
  if (rendered.kind === 'Kustomization') {
    return [...builtBy, ...suspended];
  }
  const { chart, release } = rendered;
  const app = chart.appVersion === '' ? '' : `, app ${chart.appVersion}`;
  return [
    ['Chart', `${chart.name} ${chart.version}${app}, from ${chart.from}`],
    ['Release', `${release.name} in namespace ${release.namespace}`],
    ...builtBy,
    ...suspended,
  ];
}

/** What makes the result doubtful comes before what is only good to know. */
function notesOf({ notes }: Rendered): HeadLine[] {
  const of = (severity: 'approximate' | 'information', label: string): HeadLine[] =>
    notes.filter((note) => note.severity === severity).map(({ message }): HeadLine => [label, message]);
  return [...of('approximate', 'Approximate'), ...of('information', 'Note')];
}

function problemLines({ place, message, hint }: RenderProblem, hasOlder: boolean): string[] {
  return [
    ...(place === undefined ? [] : [comment(`${place.path}:${place.line}`)]),
    ...wrapped(`Error: ${message}`).map(comment),
    ...(hint === undefined ? [] : [comment(hint)]),
    comment(hasOlder ? 'Below is what was rendered before this error.' : 'Nothing could be rendered yet.'),
    '',
  ];
}

/** Columns that an editor beside another one shows. */
const readable = 76;

/** In lines that can be read without scrolling, broken between words; a word that is longer stays whole. */
function wrapped(text: string): string[] {
  const lines: string[] = [];
  for (const word of plainText(text, longestLine).split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + word.length < readable) {
      lines[lines.length - 1] = `${last} ${word}`;
    } else {
      lines.push(word);
    }
  }
  return lines;
}

/** `1 object`, `12 objects`. */
export function counted(count: number, what: string, plural = `${what}s`): string {
  return `${count} ${count === 1 ? what : plural}`;
}

/** `Kustomization flux-system/apps` */
export function ownerText(owner: FluxName | undefined): string {
  return owner === undefined ? 'built by no Kustomization' : `built by ${fluxNameText(owner)}`;
}
