/**
 * Finds images in Helm values, where four fifths of all image statements of Flux repositories stand (pinning 2.4). Every
 * chart names them its own way, so this goes by shape: only shapes that hold nothing but images are taken.
 */
import { itemStep, type ManifestPath } from '../manifests/manifestPath.ts';
import { isUnset, plainText, stringAt, stringOf, valueAt, type YamlMap, type YamlNode } from '../manifests/yamlNode.ts';
import type { Site } from './candidate.ts';
import { judgeChangedValue } from './changedValue.ts';
import { type IsAutomated, isContainerList } from './containerImages.ts';
import { readImageReference } from './imageReference.ts';
import { judgeDigest, judgeReference, judgeTag } from './imageVerdict.ts';

/** Whose values these are. Paths start at the object's root. */
export interface ValuesOwner {
  readonly kind: string;
  readonly name: string;
  /** Where the values stand: `['spec', 'values']`, or `[]` for a file of values. */
  readonly path: ManifestPath;
  /** Values that `valuesFrom` writes over, as dotted paths (`image.tag`). */
  readonly targetPaths: ReadonlySet<string>;
  /** Images whose version the release's own post-renderers decide. */
  readonly overriddenImages: ReadonlySet<string>;
  readonly isAutomated: IsAutomated;
}

/** Below these, text that looks like an image is somebody's configuration. */
const skippedKeys = new Set([
  'env',
  'envFrom',
  'envVars',
  'extraEnv',
  'annotations',
  'labels',
  'podAnnotations',
  'podLabels',
]);

export function findValuesImages(values: YamlNode | undefined, owner: ValuesOwner): Site[] {
  const sites: Site[] = [];
  const add = (site: Site | undefined): void => {
    if (site) {
      sites.push(site);
    }
  };
  const visit = (node: YamlNode, path: ManifestPath, key: string): void => {
    if (node.type === 'list') {
      node.items.forEach((item, index) =>
        visit(item, [...path, itemStep(index, item)], isContainerList(key) ? key : ''),
      );
    } else if (node.type === 'map') {
      add(imageObject(node, path, key, owner));
      for (const entry of node.entries.values()) {
        if (entry.value.type === 'scalar') {
          add(changedTag(node, entry.key, entry.value, [...path, entry.key], owner));
          add(imageString(node, entry.key, entry.value, [...path, entry.key], isContainerList(key), owner));
        } else if (!skippedKeys.has(entry.key)) {
          visit(entry.value, [...path, entry.key], entry.key);
        }
      }
    }
  };
  if (values) {
    visit(values, owner.path, '');
  }
  return sites;
}

/** `image`, `initImage`, `sidecar_image`, but not `SIDECAR_IMAGE`: that is a variable of some program. */
function isImageKey(key: string): boolean {
  return /image$/i.test(key) && !(/^[A-Z0-9_]+$/.test(key) && key.includes('_'));
}

/** A map that describes an image: below an image key, or with a repository and a tag. */
function imageObject(map: YamlMap, path: ManifestPath, key: string, owner: ValuesOwner): Site | undefined {
  const repository = stringAt(map, 'repository');
  const wrongDigest = isImageKey(key) || repository !== undefined ? wrongDigestSite(map, path, owner) : undefined;
  if (wrongDigest) {
    return wrongDigest;
  }
  const tagKey = map.entries.has('tag') ? 'tag' : isImageKey(key) && map.entries.has('version') ? 'version' : undefined;
  const tag = tagKey === undefined ? undefined : valueAt(map, tagKey);
  const text = plainText(tag);
  if (tagKey === undefined || !tag || text === undefined || text === '' || hasDigest(map, repository)) {
    return undefined; // no tag is the chart's own default, which follows the chart's version
  }
  const isAddress = repository?.includes('://') === true;
  const isImage = isImageKey(key) || (repository !== undefined && !isAddress);
  if (isAddress || (!isImage && text !== 'latest')) {
    return undefined; // `tag: latest` means an image wherever it stands; any other word could be a Git tag
  }
  const name = imageName(map, repository);
  const context = { name, automated: owner.isAutomated(tag), pullPolicy: stringAt(map, 'pullPolicy') };
  return siteOf(
    tag,
    text,
    (resolved) => (resolved === text ? judgeChangedValue(tag) : undefined) ?? judgeTag(resolved, context),
    name,
    [
      [...path, tagKey],
      [...path, 'digest'],
    ],
    owner,
  );
}

function hasDigest(map: YamlMap, repository: string | undefined): boolean {
  return repository?.includes('@') === true || !isUnset(valueAt(map, 'digest')) || !isUnset(valueAt(map, 'sha'));
}

const digestKeys = ['digest', 'sha', 'sha256'];

/** A digest that is none, beside the repository or at its end: no tag helps where the chart puts it into the image. */
function wrongDigestSite(map: YamlMap, path: ManifestPath, owner: ValuesOwner): Site | undefined {
  const name = imageName(map, stringAt(map, 'repository')?.split('@')[0]);
  for (const key of ['repository', ...digestKeys]) {
    const node = valueAt(map, key);
    const text = stringOf(node) ?? '';
    const judge = (resolved: string) => judgeDigest(resolved.slice(resolved.indexOf('@') + 1), name);
    if (node && (key !== 'repository' || text.includes('@')) && judge(text)) {
      return siteOf(node, text, judge, name, [[...path, key]], owner);
    }
  }
  return undefined;
}

/** `[registry/]repository[/image]`, as charts put it together; `undefined` without any. */
function imageName(map: YamlMap, repository: string | undefined): string | undefined {
  const parts = [stringAt(map, 'registry'), repository, stringAt(map, 'image')];
  const name = parts.filter((part) => part !== undefined && part !== '').join('/');
  return name === '' ? undefined : name;
}

/** A tag without quotes that stands alone, or beside the name of an image without registry. */
function changedTag(
  map: YamlMap,
  key: string,
  node: YamlNode,
  path: ManifestPath,
  owner: ValuesOwner,
): Site | undefined {
  const besideImage = (): boolean =>
    [...map.entries.values()].some((entry) => isImageKey(entry.key) && /^[^:@]+$/.test(stringOf(entry.value) ?? ''));
  const verdict = key === 'imageTag' || (key === 'tag' && besideImage()) ? judgeChangedValue(node) : undefined;
  return verdict && !hasDigest(map, undefined)
    ? siteOf(node, plainText(node) ?? '', () => verdict, undefined, [path], owner)
    : undefined;
}

/** A string that is a whole image, or a name whose tag stands beside it. */
function imageString(
  map: YamlMap,
  key: string,
  node: YamlNode,
  path: ManifestPath,
  inContainerList: boolean,
  owner: ValuesOwner,
): Site | undefined {
  const text = stringOf(node);
  if (text === undefined || text === '') {
    return undefined;
  }
  const automated = owner.isAutomated(node);
  if (key === 'imageTag' && text === 'latest') {
    return siteOf(node, text, (resolved) => judgeTag(resolved, { automated }), undefined, [path], owner);
  }
  const isImage = (isImageKey(key) || key === 'imageName') && (inContainerList || /[/:@]/.test(text));
  if (!isImage || isPartOfRepository(map, text) || isPicture(text)) {
    return undefined;
  }
  const image = readImageReference(text);
  const name = image.state === 'reference' ? image.name : undefined;
  if (name !== undefined && image.state === 'reference' && image.tag === undefined && image.digest === undefined) {
    const beside = versionBeside(map, key);
    if (beside) {
      const tag = plainText(beside.value);
      const context = { name, automated: owner.isAutomated(beside.value) };
      const judge = (resolved: string) =>
        (resolved === tag ? judgeChangedValue(beside.value) : undefined) ?? judgeTag(resolved, context);
      const place = [...path.slice(0, -1), beside.key];
      if (tag !== undefined && judgeDigest(tag, name)) {
        return siteOf(beside.value, tag, (resolved) => judgeDigest(resolved, name), name, [place], owner);
      }
      return /tag$/i.test(beside.key) && tag !== undefined
        ? siteOf(beside.value, tag, judge, name, [place], owner)
        : undefined;
    }
  }
  const context = { needsTag: true, automated, pullPolicy: stringAt(map, 'imagePullPolicy') };
  const listKey = inContainerList ? path.at(-3) : undefined;
  const site = siteOf(node, text, (resolved) => judgeReference(resolved, context), name, [path], owner);
  // kustomize's `images` looks for lists of these two names in every object, Helm values included.
  const overridable = listKey === 'containers' || listKey === 'initContainers';
  return site?.value && overridable ? { ...site, value: { ...site.value, image: name } } : site;
}

function isPicture(text: string): boolean {
  return /\.(?:png|jpe?g|svg|gif|webp|ico|avif|iso|img|qcow2|raw(?:\.xz)?)$/i.test(text);
}

/** `image` beside `repository` is the last part of the name, unless it says a version and nothing else there does. */
function isPartOfRepository(map: YamlMap, text: string): boolean {
  const hasVersion = ['tag', 'version', 'digest'].some((key) => map.entries.has(key));
  return map.entries.has('repository') && (hasVersion || !/[:@]/.test(text));
}

/** Another key of the same map that says this image's version, by its name: the chart puts both together. */
function versionBeside(map: YamlMap, imageKey: string): { key: string; value: YamlNode } | undefined {
  const bare = (key: string): string => key.toLowerCase().replace(/[-_]/g, '');
  const own = bare(imageKey);
  const owners = ['', 'image', own, own.replace(/image(?:name)?$/, '')]; // `initTag` beside `initImage`
  const keys = [...map.entries.values()].filter(({ key }) => {
    const [, before] = /^(.*?)(?:tag|version|digest|sha(?:256)?)$/.exec(bare(key)) ?? [];
    return before !== undefined && owners.includes(before);
  });
  return keys.find(({ key, value }) => /digest$|sha(?:256)?$/i.test(key) && !isUnset(value)) ?? keys[0];
}

function siteOf(
  node: YamlNode,
  text: string,
  judge: Site['judge'],
  name: string | undefined,
  places: readonly ManifestPath[],
  owner: ValuesOwner,
): Site | undefined {
  const dotted = places.map((place) => dottedPath(place.slice(owner.path.length)));
  if (
    dotted.some((place) => isOverwritten(place, owner.targetPaths)) ||
    (name !== undefined && owner.overriddenImages.has(name))
  ) {
    return undefined;
  }
  const value = owner.name === '' ? undefined : { kind: owner.kind, name: owner.name, places, image: undefined };
  return { span: node, text, judge, value };
}

function isOverwritten(place: string, targets: ReadonlySet<string>): boolean {
  return [...targets].some(
    (target) => place === target || place.startsWith(`${target}.`) || place.startsWith(`${target}[`),
  );
}

/** The way in which `valuesFrom[].targetPath` names a place (Helm's strvals). */
function dottedPath(path: ManifestPath): string {
  return path.reduce<string>(
    (text, step) =>
      typeof step === 'string'
        ? `${text}${text === '' ? '' : '.'}${step.replaceAll('.', '\\.')}`
        : `${text}[${step.index}]`,
    '',
  );
}
