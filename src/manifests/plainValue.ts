/**
 * A YAML node as plain JSON data, for code that reads objects and points at no place of a text. What Go's reader of YAML 1.1
 * makes otherwise (`yes`, `0777`) is not minded here: whoever needs it as a controller reads it asks the render engine.
 */
import type { YamlNode } from './yamlNode.ts';

/** Maps become records with own keys only, whatever the keys are called. */
export function plainValue(node: YamlNode): unknown {
  switch (node.type) {
    case 'scalar':
      return node.value;
    case 'list':
      return node.items.map(plainValue);
    case 'map':
      return Object.fromEntries([...node.entries.values()].map(({ key, value }) => [key, plainValue(value)]));
  }
}
