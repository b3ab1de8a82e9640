/**
 * How a kustomize file names what it builds: namespace, prefix, suffix, and the ConfigMaps and Secrets that it makes itself. Reads;
 * does not build.
 */
import { parseManifests } from './parseManifests.ts';
import { itemsOf, plainText, stringAt, valueAt } from './yamlNode.ts';

export interface Naming {
  /** What every object ends up in; `undefined` where each keeps its own. */
  readonly namespace: string | undefined;
  readonly prefix: string;
  readonly suffix: string;
}

export interface GeneratedObject {
  readonly kind: 'ConfigMap' | 'Secret';
  readonly name: string;
  readonly namespace: string | undefined;
  /** Of its entry, into the text. */
  readonly offset: number;
}

export interface KustomizeNaming extends Naming {
  readonly generated: readonly GeneratedObject[];
}

/** Nothing is named otherwise. */
export const ownNames: Naming = { namespace: undefined, prefix: '', suffix: '' };

const generators = { configMapGenerator: 'ConfigMap', secretGenerator: 'Secret' } as const;

/** `undefined` where the text is no kustomize file or cannot be parsed. */
export function readKustomizeNaming(text: string): KustomizeNaming | undefined {
  const root = parseManifests(text, 'kustomization.yaml').manifests.find(
    ({ group }) => group === 'kustomize.config.k8s.io',
  )?.root;
  if (!root) {
    return undefined;
  }
  const field = (key: string): string => plainText(valueAt(root, key)) ?? '';
  return {
    namespace: field('namespace') || undefined,
    prefix: field('namePrefix'),
    suffix: field('nameSuffix'),
    generated: Object.entries(generators).flatMap(([key, kind]) =>
      itemsOf(valueAt(root, key)).map((item) => ({
        kind,
        name: stringAt(item, 'name') ?? '',
        namespace: stringAt(item, 'namespace'),
        offset: item.start,
      })),
    ),
  };
}

/** What an outer build makes of the names that an inner one gives: what is outside comes last, and wins. */
export function namingWithin(outer: Naming, inner: Naming): Naming {
  return {
    namespace: outer.namespace ?? inner.namespace,
    prefix: outer.prefix + inner.prefix,
    suffix: inner.suffix + outer.suffix,
  };
}
