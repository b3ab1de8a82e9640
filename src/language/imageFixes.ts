/**
 * Fixes that pin an image to what runs: a whole reference, or the tag or digest of a map in Helm values. Which key is the right
 * one follows the shape that the file has; the facts are handed in.
 */
import { canonicalImageName } from '../flux/podImages.ts';
import type { RunningImage } from '../flux/runningVersions.ts';
import { asMap, isUnset, stringAt, stringOf, type YamlMap } from '../manifests/yamlNode.ts';
import { type FixTarget, nodeAt } from './fixTarget.ts';
import { readImageReference } from './imageReference.ts';
import { fieldFix } from './plainFixes.ts';
import type { Finding, QuickFix } from './quickFix.ts';
import { classifyTag } from './tagClass.ts';

/** The one with a digest first; a tag alone only where the workload states one that does not move. */
export function imageFixes(finding: Finding, running: readonly RunningImage[]): QuickFix[] {
  const { target } = finding;
  const stated = target && statedImage(target);
  const image = stated && onlyOne(running, stated);
  if (!target || !stated || !image) {
    return [];
  }
  const { tag, digest } = image;
  const exact = tag !== undefined && classifyTag(tag).startsWith('exact') ? tag : undefined;
  return [
    ...(digest === undefined ? [] : digestFix(finding, target, stated, { tag, digest })),
    ...(exact === undefined
      ? []
      : fieldFix(
          finding,
          `Pin to ${exact}, running now`,
          target.path,
          stated.form === 'whole' ? `${stated.name}:${exact}` : exact,
          digest === undefined,
        )),
  ];
}

interface StatedImage {
  /** `whole`: the value is the reference. `tag`: it is the tag of an image that other keys name. */
  readonly form: 'whole' | 'tag';
  /** As written. */
  readonly name: string;
  /** `''` and `undefined`: none. */
  readonly tag: string | undefined;
  /** The container's, where the value stands in one. */
  readonly container: string | undefined;
  readonly map: YamlMap;
}

function statedImage({ root, path, node }: FixTarget): StatedImage | undefined {
  const key = String(path.at(-1));
  const map = asMap(nodeAt(root, path.slice(0, -1)));
  const text = stringOf(node);
  if (!map || text === undefined) {
    return undefined;
  }
  if (/(?:tag|version)$/i.test(key)) {
    const name = nameBeside(map, key);
    return name === undefined ? undefined : { form: 'tag', name, tag: text, container: undefined, map };
  }
  const image = readImageReference(text);
  const isInList = typeof path.at(-2) === 'number';
  return image.state === 'reference' && !image.name.includes('$')
    ? {
        form: 'whole',
        name: image.name,
        tag: image.tag,
        container: isInList ? stringAt(map, 'name') : undefined,
        map,
      }
    : undefined;
}

/** The name that a chart puts before the tag: `[registry/]repository[/image]`, or the key that the tag is called after. */
function nameBeside(map: YamlMap, tagKey: string): string | undefined {
  const parts = ['registry', 'repository'].flatMap((key) => stringAt(map, key) ?? []).filter((part) => part !== '');
  const image = stringAt(map, 'image');
  if (stringAt(map, 'repository') !== undefined || image !== undefined) {
    return literal([...parts, ...(image === undefined || image === '' ? [] : [image])].join('/'));
  }
  const owner = tagKey.replace(/[-_]?(?:tag|version)$/i, '').toLowerCase();
  const owners = [owner, `${owner}image`, `${owner}imagename`];
  const found = [...map.entries.values()].filter(({ key }) => owners.includes(key.toLowerCase().replace(/[-_]/g, '')));
  const [only, another] = found;
  return only && !another ? literal(stringOf(only.value) ?? '') : undefined;
}

function literal(name: string): string | undefined {
  return name === '' || /[${<:@]/.test(name.replace(/:\d+(?=\/)/, '')) ? undefined : name;
}

/**
 * Several that differ are none: a roll-out is under way, or two workloads run different builds. Where no container tells which
 * is meant, as in Helm values, the tag must be the stated one: another workload of the release may run another tag.
 */
function onlyOne(running: readonly RunningImage[], { name, tag, container }: StatedImage): RunningImage | undefined {
  const wanted = canonicalImageName(name);
  const named = running.filter((image) => image.name === wanted && (container ?? image.container) === image.container);
  const [first] = named;
  const isStated = container !== undefined || tagOrLatest(first?.tag) === tagOrLatest(tag);
  return isStated && named.every((one) => one.tag === first?.tag && one.digest === first?.digest) ? first : undefined;
}

/** What a runtime takes for no tag. */
function tagOrLatest(tag: string | undefined): string {
  return tag === undefined || tag === '' ? 'latest' : tag;
}

function digestFix(
  finding: Finding,
  { path, node }: FixTarget,
  { form, name, map }: StatedImage,
  { tag, digest }: { readonly tag: string | undefined; readonly digest: string },
): QuickFix[] {
  const short = digest.slice(0, 'sha256:'.length + 12);
  const title = `Pin to ${tag === undefined ? '' : `${tag}@`}${short}, running now`;
  const pinned = `${tag === undefined ? '' : `:${tag}`}@${digest}`;
  if (form === 'whole') {
    return fieldFix(finding, title, path, `${name}${pinned}`);
  }
  const beside = ['digest', 'sha'].find((key) => map.entries.has(key) && isUnset(map.entries.get(key)?.value));
  if (beside !== undefined && (tag === undefined || node.value === tag)) {
    // A key called `sha` takes the bare digits: charts write `@sha256:` before it themselves.
    const value = beside === 'sha' ? digest.replace(/^sha256:/, '') : digest;
    return fieldFix(finding, title, [...path.slice(0, -1), beside], value);
  }
  return tag === undefined ? [] : fieldFix(finding, title, path, pinned.slice(1));
}
