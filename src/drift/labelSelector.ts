/**
 * Selectors of labels as kubectl and the controllers write them: `app=web,tier in (a, b),!canary` (k8s.io/apimachinery
 * pkg/labels). Pure; selects annotations alike.
 */

type Labels = Readonly<Record<string, string>>;
export type LabelSelector = (labels: Labels) => boolean;

const key = String.raw`(?<key>[A-Za-z0-9][-A-Za-z0-9_./]*)`;
const requirement = new RegExp(
  [
    String.raw`^(?<absent>!)?\s*${key}\s*(?:`,
    String.raw`(?<operator>==|=|!=|>|<)\s*(?<value>[-A-Za-z0-9_.]*)`,
    String.raw`|(?<set>in|notin)\s*\((?<values>[^()]*)\)`,
    String.raw`)?$`,
  ].join(''),
);

/** `undefined` where the text is no selector. An empty one selects everything. */
export function labelSelector(text: string): LabelSelector | undefined {
  const tests = splitOutside(text).map(parseRequirement);
  return tests.every((test) => test !== undefined) ? (labels) => tests.every((test) => test(labels)) : undefined;
}

/** At commas that stand in no parentheses. */
function splitOutside(text: string): readonly string[] {
  const parts = text.match(/(?:[^,()]|\([^()]*\))+/g) ?? [];
  return text.trim() === '' ? [] : parts.map((part) => part.trim());
}

function parseRequirement(text: string): LabelSelector | undefined {
  const groups = requirement.exec(text)?.groups;
  const { key: name = '', absent, operator, value = '', set, values = '' } = groups ?? {};
  if (groups === undefined || (absent !== undefined && (operator !== undefined || set !== undefined))) {
    return undefined;
  }
  const has = (labels: Labels): boolean => Object.hasOwn(labels, name);
  const among = (wanted: readonly string[], labels: Labels): boolean =>
    has(labels) && wanted.includes(labels[name] ?? '');
  const listed = values.split(',').map((one) => one.trim());
  switch (operator ?? set) {
    case undefined:
      return (labels) => has(labels) === (absent === undefined);
    case '=':
    case '==':
      return (labels) => among([value], labels);
    case '!=':
      return (labels) => !among([value], labels); // also where there is no such label
    case 'in':
      return (labels) => among(listed, labels);
    case 'notin':
      return (labels) => !among(listed, labels);
    default:
      return /^-?\d+$/.test(value) ? compared(name, operator === '>', Number(value)) : undefined;
  }
}

function compared(name: string, greater: boolean, limit: number): LabelSelector {
  return (labels) => {
    const text = Object.hasOwn(labels, name) ? (labels[name] ?? '') : '';
    return /^-?\d+$/.test(text) && (greater ? Number(text) > limit : Number(text) < limit);
  };
}
