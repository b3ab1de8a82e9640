/**
 * kustomize's own file (kustomization.yaml) as data: what it builds on, and what it overrides. Reads; does not build.
 */
import { type KustomizePatch, readPatches } from './kustomizePatch.ts';
import { parseManifests } from './parseManifests.ts';
import { itemsOf, plainText, stringAt, stringOf, valueAt, type YamlNode } from './yamlNode.ts';

/** One entry of `images`, in a kustomize file or in `spec.images` of a Flux Kustomization. */
export interface ImageOverride {
  /** Compared letter by letter with the text before tag and digest (kustomize api/internal/image). */
  readonly name: string;
  readonly newName: string | undefined;
  readonly newTag: string | undefined;
  readonly digest: string | undefined;
  readonly tagSuffix: string | undefined;
}

export interface GeneratedConfigMap {
  readonly name: string;
  /** Files with their content, relative to the kustomize file. */
  readonly files: readonly string[];
}

/** Paths are as written: relative to the file's folder, or addresses of remote bases. */
export interface KustomizeFile {
  /** `resources` and the older `bases`. */
  readonly resources: readonly string[];
  readonly components: readonly string[];
  readonly patches: readonly KustomizePatch[];
  readonly images: readonly ImageOverride[];
  readonly configMaps: readonly GeneratedConfigMap[];
}

/** `undefined` when the text is no kustomize file or cannot be parsed. */
export function readKustomizeFile(text: string): KustomizeFile | undefined {
  const root = parseManifests(text, 'kustomization.yaml').manifests.find(
    (manifest) => manifest.group === 'kustomize.config.k8s.io',
  )?.root;
  return root && kustomizeFileOf(root);
}

export function kustomizeFileOf(root: YamlNode): KustomizeFile {
  const texts = (key: string): string[] => itemsOf(valueAt(root, key)).flatMap((item) => stringOf(item) ?? []);
  return {
    resources: [...texts('resources'), ...texts('bases')],
    components: texts('components'),
    patches: readPatches(root),
    images: readImageOverrides(valueAt(root, 'images')),
    configMaps: itemsOf(valueAt(root, 'configMapGenerator')).map((item) => ({
      name: stringAt(item, 'name') ?? '',
      // `values.yaml=prod-values.yaml` puts the second under the name of the first.
      files: itemsOf(valueAt(item, 'files')).flatMap((file) => stringOf(file)?.replace(/^[^=]*=/, '') ?? []),
    })),
  };
}

export function readImageOverrides(list: YamlNode | undefined): ImageOverride[] {
  return itemsOf(list).flatMap((item) => {
    const name = stringAt(item, 'name');
    const field = (key: string): string | undefined => plainText(valueAt(item, key));
    return name === undefined
      ? []
      : [
          {
            name,
            newName: field('newName'),
            newTag: field('newTag'),
            digest: field('digest'),
            tagSuffix: field('tagSuffix'),
          },
        ];
  });
}

/** An image's name on its way through a build, and whether some entry has decided its version. */
export interface OverriddenImage {
  readonly name: string;
  readonly decided: boolean;
}

/** Applies entries in order, as kustomize does: a later entry sees the name that an earlier one gave. */
export function overrideImage(image: OverriddenImage, overrides: readonly ImageOverride[]): OverriddenImage {
  let { name, decided } = image;
  for (const entry of overrides) {
    if (entry.name === name) {
      decided ||= Boolean(entry.newTag) || Boolean(entry.digest) || Boolean(entry.tagSuffix);
      name = entry.newName ?? name;
    }
  }
  return { name, decided };
}
