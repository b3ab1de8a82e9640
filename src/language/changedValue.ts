/**
 * Tags that YAML changes on their way: written without quotes, they are numbers or dates to the controllers, which print
 * them in their own form (pinning 2.4). Says what becomes of one; where tags stand is the finders' matter.
 */
import { exponentOf, readGoScalar } from '../manifests/goScalar.ts';
import type { YamlNode } from '../manifests/yamlNode.ts';
import type { Verdict } from './candidate.ts';

/** `undefined` where the text arrives as it is written. */
export function judgeChangedValue(node: YamlNode): Verdict | undefined {
  if (node.type !== 'scalar' || !node.plain) {
    return undefined;
  }
  const { source } = node;
  const read = readGoScalar(source);
  if (!read) {
    return undefined;
  }
  const rule = 'image-value-changed-by-yaml';
  if (read.printed !== source) {
    return { rule, message: `${source} is a ${read.via} in YAML and arrives as ${read.printed}: put it in quotes` };
  }
  const exponent = exponentOf(read.printed);
  // Charts that turn it into an integer first exist, and nothing here tells which do.
  return exponent === undefined
    ? undefined
    : {
        rule,
        severity: 'warning',
        message: `${source} is a number in YAML, and most charts print it as ${exponent}: put it in quotes`,
      };
}
