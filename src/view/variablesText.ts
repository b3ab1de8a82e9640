/**
 * The variables of a Flux Kustomization as a table: what nothing sets comes first, then what is used, what is set for nothing,
 * and what is set to something unknown. Prints no secret: those are masked before they come here.
 */
import type { EffectiveVariable } from '../render/desired.ts';
import type { PrintObject } from './appliedText.ts';
import { originText } from './originText.ts';
import { comment, counted, type HeadLine, type RenderedContent, renderedHead } from './renderedHead.ts';

/** Each piece ends with a line break. */
export function* variablesText(content: RenderedContent, print: PrintObject): Generator<string, void> {
  const { rendered } = content;
  const variables = rendered?.kind === 'Kustomization' ? rendered.variables : [];
  const groups = groupsOf(variables);
  yield renderedHead(content, headLines(groups));
  if (rendered?.kind === 'Kustomization' && variables.length === 0) {
    yield `\n${comment('It sets no variable, and nothing that it builds refers to one.')}\n`;
  }
  for (const { title, variables: own } of groups) {
    if (own.length > 0) {
      yield `\n${comment(title)}\n${rowsOf(own, print)}`;
    }
  }
}

interface Group {
  readonly word: string;
  readonly title: string;
  readonly variables: readonly EffectiveVariable[];
}

function groupsOf(variables: readonly EffectiveVariable[]): Group[] {
  const isSet = ({ value }: EffectiveVariable): boolean => value !== undefined;
  const isUnknown = ({ value, origin }: EffectiveVariable): boolean => value === undefined && origin !== undefined;
  return [
    {
      word: 'not set',
      title: 'Referred to and set by nothing: the default in the text counts, else the build may fail',
      variables: variables.filter((variable) => !isSet(variable) && !isUnknown(variable)),
    },
    { word: 'used', title: 'Used', variables: variables.filter((variable) => isSet(variable) && variable.used) },
    {
      word: 'set for nothing',
      title: 'Set, and nothing that is built refers to it',
      variables: variables.filter((variable) => isSet(variable) && !variable.used),
    },
    {
      word: 'not known here',
      title: 'Set, and the value is not known here: where it is referred to, its name stands in the text',
      variables: variables.filter(isUnknown),
    },
  ];
}

function headLines(groups: readonly Group[]): HeadLine[] {
  const found = groups.filter(({ variables }) => variables.length > 0);
  const words = found.map(({ word, variables }) => `${variables.length} ${word}`).join(', ');
  const count = found.reduce((sum, { variables }) => sum + variables.length, 0);
  return count === 0 ? [] : [['Variables', `${counted(count, 'variable')}: ${words}`]];
}

/** Beyond this column a long value pushes its own remark out, and not those of all others. */
const widestColumn = 48;

function rowsOf(variables: readonly EffectiveVariable[], print: PrintObject): string {
  const rows = variables.map((variable) => {
    const [first = '', ...rest] = textOf(variable, print).split('\n');
    return { first, rest, remark: remarkOf(variable) };
  });
  const fitting = rows.map(({ first }) => first.length).filter((length) => length <= widestColumn);
  const column = Math.max(0, ...fitting);
  return rows
    .flatMap(({ first, rest, remark }) => [
      remark === '' ? first : `${first.padEnd(column)}  ${comment(remark)}`,
      ...rest,
    ])
    .map((line) => `${line}\n`)
    .join('');
}

/** `DOMAIN: example.com`; a value of several lines as JSON, so that a remark fits behind it. */
function textOf({ name, value }: EffectiveVariable, print: PrintObject): string {
  if (value === undefined) {
    return print({ [name]: null }).replace(/ null\n$/, '');
  }
  const text = print({ [name]: value }).slice(0, -1);
  return text.includes('\n') ? `${print({ [name]: 0 }).replace(/ 0\n$/, '')} ${JSON.stringify(value)}` : text;
}

function remarkOf({ origin, overridden }: EffectiveVariable): string {
  const from = origin === undefined ? [] : [originText(origin)];
  const over = overridden.length === 0 ? [] : [`over ${overridden.map(originText).join(', ')}`];
  return [...from, ...over].join(', ');
}
