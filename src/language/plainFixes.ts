/**
 * Fixes that the text alone decides: quotes around a value that YAML would change, a line that has no effect taken away, the
 * field that was meant. Nothing here knows what runs, and nothing is given that does not read back as it should.
 */
import { isDeepStrictEqual } from 'node:util';
import { editField, type TextEdit } from '../manifests/editField.ts';
import { readGoScalar } from '../manifests/goScalar.ts';
import { asMap, isUnset, plainText, type YamlEntry, type YamlNode } from '../manifests/yamlNode.ts';
import { type FixTarget, nodeAt } from './fixTarget.ts';
import { type Finding, type QuickFix, rootAfter, valueWith } from './quickFix.ts';
import { classifyTag } from './tagClass.ts';

export function plainFixes(finding: Finding): QuickFix[] {
  const { rule, target } = finding;
  const quoted = quoteFix(finding);
  if (quoted || !target || target.inBlock) {
    return quoted ? [quoted] : [];
  }
  const key = target.path.at(-1);
  switch (rule) {
    case 'chart-version-ignored':
      return fieldFix(finding, `Remove ${String(key)}, which has no effect`, target.path, undefined);
    case 'source-dead-field':
      return fieldFix(finding, `Remove ${String(key)}, which has no effect`, target.path, undefined);
    case 'source-no-ref':
      return key === 'url' ? namedBranch(finding, target) : [];
    case 'source-branch':
      return key === 'branch' ? meantTag(finding, target) : [];
    case 'image-invalid':
      return key === 'tag' ? plusInTag(finding, target) : [];
    default:
      return [];
  }
}

/** One edit of a field that is the best fix, or none where it cannot be written. */
export function fieldFix(
  { text, target }: Pick<Finding, 'text' | 'target'>,
  title: string,
  path: FixTarget['path'],
  value: unknown,
  preferred = true,
): QuickFix[] {
  const result = target && editField(text, target.document, path, value);
  return result && 'edit' in result ? [{ title, edits: [result.edit], preferred }] : [];
}

/** For a rule that is about the look of a value: written without quotes, YAML takes it for something else. */
export function quoteFix(finding: Finding): QuickFix | undefined {
  const { rule, text, span, target } = finding;
  const source = text.slice(span.start, span.end);
  const isNumber = readGoScalar(source)?.via === 'number' || /^(?:true|false)$/i.test(source);
  const isMeant =
    rule === 'image-value-changed-by-yaml'
      ? readGoScalar(source) !== undefined
      : rule === 'chart-version-invalid' && isNumber;
  if (!target || !isMeant) {
    return undefined;
  }
  const mark = quoteOf(text);
  const edits = [{ start: span.start, end: span.end, text: `${mark}${source}${mark}` }];
  const after = rootAfter(text, target, edits);
  const expected = valueWith(target.root, new Map([[target.node, quotedValue(target, source, after)]]));
  if (!after || !isDeepStrictEqual(valueWith(after, new Map()), expected)) {
    return undefined;
  }
  const uses = countUses(target);
  const elsewhere = uses > 1 ? `, also where its ${uses === 2 ? 'alias stands' : `${uses - 1} aliases stand`}` : '';
  return { title: `Put ${source} in quotes${elsewhere}`, edits, preferred: true };
}

/** Of a patch the whole text is the value, two characters longer. */
function quotedValue({ node, path, inBlock }: FixTarget, source: string, after: YamlNode | undefined): unknown {
  if (!inBlock) {
    return source;
  }
  const block = after && nodeAt(after, path);
  const value = block?.type === 'scalar' && typeof block.value === 'string' ? block.value : '';
  return value.length === String(node.value).length + 2 ? value : undefined;
}

/** The quotes that the text itself prefers. */
function quoteOf(text: string): '"' | "'" {
  const count = (pattern: RegExp): number => text.match(pattern)?.length ?? 0;
  return count(/[:[,-][ \t]*'[^'\r\n]*'/g) > count(/[:[,-][ \t]*"[^"\r\n]*"/g) ? "'" : '"';
}

/** In how many places the value stands: one and its aliases. */
export function countUses({ root, node: wanted }: FixTarget): number {
  const usesIn = (node: YamlNode): number => {
    if (node === wanted) {
      return 1;
    }
    const children = node.type === 'list' ? node.items : [...(asMap(node)?.entries.values() ?? [])].map((e) => e.value);
    return children.reduce((sum, child) => sum + usesIn(child), 0);
  };
  return usesIn(root);
}

/** What Flux does without a reference, in words: whoever reads the file then sees which branch it is. */
function namedBranch(finding: Finding, { path }: FixTarget): QuickFix[] {
  const branch = [...path.slice(0, -1), 'ref', 'branch'];
  return fieldFix(finding, 'State the branch that is followed: master', branch, 'master', false);
}

function meantTag(finding: Finding, target: FixTarget): QuickFix[] {
  const branch = plainText(target.node) ?? '';
  return classifyTag(branch) === 'exact-version' ? renameFix(finding, `Follow the tag ${branch}`, 'tag', branch) : [];
}

/** A registry takes no plus; source-controller reads the underscore back as one. */
function plusInTag(finding: Finding, { path, node }: FixTarget): QuickFix[] {
  const tag = plainText(node) ?? '';
  const good = tag.replaceAll('+', '_');
  return tag.includes('+') && path.at(-2) === 'ref' ? fieldFix(finding, `Write ${good}`, path, good) : [];
}

/**
 * Another key, and its value, in the place of the one that is underlined: comments stay where they are. None where the map has
 * that key already, or where the value also stands elsewhere.
 */
export function renameFix(
  { text, target }: Pick<Finding, 'text' | 'target'>,
  title: string,
  key: string,
  value: string,
): QuickFix[] {
  const map = target && asMap(nodeAt(target.root, target.path.slice(0, -1)));
  const entry = map?.entries.get(String(target?.path.at(-1)));
  if (!target || !map || !entry || target.inBlock || !isUnset(map.entries.get(key)?.value)) {
    return [];
  }
  const written = valueEdits(text, target, value);
  const edits = written && [{ ...spanOf(entry), text: key }, ...written];
  const after = edits && rootAfter(text, target, edits);
  const expected = renamed(target, map, { entry, key, value });
  const isProven = after !== undefined && isDeepStrictEqual(valueWith(after, new Map()), expected);
  return edits && isProven ? [{ title, edits, preferred: true }] : [];
}

function spanOf({ keySpan: { start, end } }: YamlEntry): { start: number; end: number } {
  return { start, end };
}

/** Nothing to be written where the value is the same; `undefined` where it cannot be. */
function valueEdits(text: string, { document, path, node }: FixTarget, value: string): TextEdit[] | undefined {
  if (node.value === value) {
    return [];
  }
  const result = editField(text, document, path, value);
  return 'edit' in result ? [result.edit] : undefined;
}

function renamed(
  target: FixTarget,
  map: YamlNode,
  { entry, key, value }: { readonly entry: YamlEntry; readonly key: string; readonly value: string },
): unknown {
  const old = asMap(map)?.entries ?? new Map<string, YamlEntry>();
  const entries = [...old.values()].filter((each) => each.key !== key);
  const fields = entries.map((each) => (each === entry ? [key, value] : [each.key, valueWith(each.value, new Map())]));
  return valueWith(target.root, new Map([[map, Object.fromEntries(fields) as unknown]]));
}
