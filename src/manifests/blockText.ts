/**
 * Places inside a literal block (`|`) of a YAML text: a patch written there has line numbers of its own, and a finding
 * must point at the line in the file.
 */
import type { YamlScalar } from './yamlNode.ts';

/**
 * Maps offsets of the block's value to offsets of the file's text. `undefined` when the scalar is no literal block, whose
 * lines are the only ones that stand in the text as they are.
 */
export function blockOffsets(block: YamlScalar, text: string): ((offset: number) => number) | undefined {
  if (!block.literalBlock || typeof block.value !== 'string') {
    return undefined;
  }
  // For each line of the value: where it starts there, and how far that is from its place in the file.
  const starts: { value: number; shift: number }[] = [];
  let inValue = 0;
  let inText = text.indexOf('\n', block.start) + 1;
  for (const line of block.value.split('\n')) {
    const end = text.indexOf('\n', inText);
    const written = text.slice(inText, end < 0 ? text.length : end).replace(/\r$/, '');
    const indent = Math.max(0, written.length - line.length);
    starts.push({ value: inValue, shift: inText + indent - inValue });
    inValue += line.length + 1;
    if (end < 0) {
      break;
    }
    inText = end + 1;
  }
  return (offset) => offset + (starts.findLast((start) => start.value <= offset)?.shift ?? 0);
}
