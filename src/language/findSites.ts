/**
 * Goes from a manifest to everything in it that states a version, by kind: the one place that says which finder looks at
 * what. Patches in strings are manifests again, with their places mapped back into the file.
 */
import { blockOffsets } from '../manifests/blockText.ts';
import { readImageOverrides } from '../manifests/kustomizeFile.ts';
import { type Manifest, parseManifests, parseYaml } from '../manifests/parseManifests.ts';
import {
  asMap,
  isUnset,
  itemsOf,
  plainText,
  stringAt,
  stringOf,
  type TextSpan,
  valueAt,
  type YamlNode,
} from '../manifests/yamlNode.ts';
import type { Site } from './candidate.ts';
import { judgeChangedValue } from './changedValue.ts';
import {
  findHelmChart,
  findInflatedCharts,
  findReleaseChart,
  judgeChartVersion,
  numberVerdict,
} from './chartVersions.ts';
import { findContainerImages, type IsAutomated } from './containerImages.ts';
import { findFluxVersion } from './fluxVersion.ts';
import { readImageReference } from './imageReference.ts';
import { judgeReference, judgeTag } from './imageVerdict.ts';
import { findSourceReference } from './sourceReferences.ts';
import { findValuesImages } from './valuesImages.ts';

/** Spans are offsets into `text`, the text that the manifest was parsed from. */
export function findSites(manifest: Manifest, text: string): Site[] {
  return manifest.encrypted ? [] : sitesByKind(manifest, text, automationMarkers(text));
}

function sitesByKind(manifest: Manifest, text: string, isAutomated: IsAutomated): Site[] {
  const { group, kind, root } = manifest;
  const spec = valueAt(root, 'spec');
  switch (group) {
    case 'helm.toolkit.fluxcd.io':
      return [
        ...findReleaseChart(manifest),
        ...findFluxVersion(manifest, ['spec', 'values', 'instance']),
        ...releaseValues(manifest, isAutomated),
        ...itemsOf(valueAt(spec, 'postRenderers')).flatMap((item) => kustomizeSites(valueAt(item, 'kustomize'), text)),
      ];
    case 'kustomize.toolkit.fluxcd.io':
      return kustomizeSites(spec, text);
    case 'kustomize.config.k8s.io':
      return [...kustomizeSites(root, text), ...findInflatedCharts(manifest)];
    case 'fluxcd.controlplane.io':
      return kind === 'FluxInstance'
        ? [...findFluxVersion(manifest, ['spec']), ...kustomizeSites(valueAt(spec, 'kustomize'), text)]
        : [];
    case 'source.toolkit.fluxcd.io':
      return kind === 'HelmChart' ? findHelmChart(manifest) : findSourceReference(manifest);
    default:
      return group.endsWith('toolkit.fluxcd.io') ? [] : findContainerImages(manifest, isAutomated);
  }
}

/** `# {"$imagepolicy": "ns:name"}` behind a value: image automation writes it (only in double quotes). */
function automationMarkers(text: string): IsAutomated {
  return (node) => {
    const end = text.indexOf('\n', node.end);
    const rest = text.slice(node.end, end < 0 ? text.length : end);
    return /^[ \t]*#[ \t]*\{[ \t]*"\$imagepolicy"/.test(rest);
  };
}

/** Values of a file that a ConfigMap carries into a HelmRelease. */
export function findValuesFileSites(node: YamlNode, text: string): Site[] {
  const owner = { kind: 'HelmRelease', name: '', path: [], targetPaths: new Set<string>() };
  return findValuesImages(node, {
    ...owner,
    overriddenImages: new Set<string>(),
    isAutomated: automationMarkers(text),
  });
}

function releaseValues({ root, kind, name }: Manifest, isAutomated: IsAutomated): Site[] {
  const spec = valueAt(root, 'spec');
  const targets = itemsOf(valueAt(spec, 'valuesFrom')).flatMap((item) => stringAt(item, 'targetPath') ?? []);
  return findValuesImages(valueAt(spec, 'values'), {
    kind,
    name,
    path: ['spec', 'values'],
    targetPaths: new Set(targets),
    overriddenImages: new Set(itemsOf(valueAt(spec, 'postRenderers')).flatMap(renderedImages)),
    isAutomated,
  });
}

/** Names of images that a post-renderer gives a version, or states in a patch of its own. */
function renderedImages(postRenderer: YamlNode): string[] {
  const kustomize = valueAt(postRenderer, 'kustomize');
  const entries = readImageOverrides(valueAt(kustomize, 'images')).flatMap((entry) =>
    entry.newTag !== undefined || entry.digest !== undefined ? [entry.name] : [],
  );
  const patches = itemsOf(valueAt(kustomize, 'patches')).map((item) => stringAt(item, 'patch') ?? '');
  return [...entries, ...patches.flatMap((patch) => parseYaml(patch).nodes.flatMap(statedImages))];
}

function statedImages(node: YamlNode): string[] {
  if (node.type === 'list') {
    return node.items.flatMap(statedImages);
  }
  return [...(asMap(node)?.entries.values() ?? [])].flatMap(({ key, value }) => {
    const text = key === 'image' || key === 'value' ? stringOf(value) : undefined;
    const image = text === undefined ? undefined : readImageReference(text);
    return image?.state === 'reference' ? [image.name] : statedImages(value);
  });
}

/** What a kustomize file, or whatever carries the same fields, states itself: image tags and patches. */
function kustomizeSites(holder: YamlNode | undefined, text: string): Site[] {
  const patches = [
    ...itemsOf(valueAt(holder, 'patches')).map((item) => valueAt(item, 'patch')),
    ...itemsOf(valueAt(holder, 'patchesJson6902')).map((item) => valueAt(item, 'patch')),
    ...itemsOf(valueAt(holder, 'patchesStrategicMerge')),
  ];
  return [
    ...itemsOf(valueAt(holder, 'images')).flatMap(newTagSite),
    ...patches.flatMap((patch) => (patch === undefined ? [] : patchSites(patch, text))),
  ];
}

function newTagSite(entry: YamlNode): Site[] {
  const node = valueAt(entry, 'newTag');
  const tag = stringOf(node);
  if (
    !node ||
    tag === undefined ||
    tag === '' ||
    !isUnset(valueAt(entry, 'digest')) ||
    !isUnset(valueAt(entry, 'tagSuffix'))
  ) {
    return [];
  }
  const name = stringAt(entry, 'newName') ?? stringAt(entry, 'name');
  return [{ span: node, text: tag, judge: (t) => judgeTag(t, { name }), value: undefined }];
}

function patchSites(patch: YamlNode, text: string): Site[] {
  const patchText = stringOf(patch);
  if (patch.type !== 'scalar' || patchText === undefined || !/[\n{[]/.test(patchText)) {
    return [];
  }
  const offset = blockOffsets(patch, text);
  const place = (span: TextSpan): TextSpan => (offset ? { start: offset(span.start), end: offset(span.end) } : patch);
  const { manifests } = parseManifests(patchText, 'patch.yaml');
  const inner = [
    // A marker in a string is no comment of the file: image automation does not see it.
    ...manifests.flatMap((manifest) => (manifest.encrypted ? [] : sitesByKind(manifest, patchText, () => false))),
    ...parseYaml(patchText).nodes.flatMap((node) => itemsOf(node).flatMap(operationSites)),
  ];
  // What this very patch sets is the last word as far as can be told from here.
  return inner.map((site) => ({ ...site, span: place(site.span), value: undefined }));
}

/** One operation of a JSON 6902 patch. */
function operationSites(operation: YamlNode): Site[] {
  const path = stringAt(operation, 'path') ?? '';
  const op = stringAt(operation, 'op');
  const value = valueAt(operation, 'value');
  if ((op !== 'replace' && op !== 'add') || !value) {
    return [];
  }
  const inContainer = /containers\/[^/]+(?:\/image)?$/i.test(path);
  const image = value.type === 'map' && inContainer ? valueAt(value, 'image') : value;
  const text = plainText(image);
  if (!image || text === undefined || text === '') {
    return [];
  }
  const site = (judge: Site['judge']): Site[] => [{ span: image, text, judge, value: undefined }];
  if (path.endsWith('/image') || value.type === 'map') {
    const judged = inContainer || /[/:@]/.test(text);
    return judged ? site((resolved) => judgeReference(resolved, { needsTag: inContainer })) : [];
  }
  if (path.endsWith('/tag') || path.endsWith('/newTag')) {
    const inImage = /^\/spec\/values\/(?:.*\/)?[^/]*image\/tag$/i.test(path);
    const changed = inImage ? judgeChangedValue(value) : undefined;
    return inImage || text === 'latest' ? site((resolved) => changed ?? judgeTag(resolved, {})) : [];
  }
  const names = { chart: 'the chart', repository: 'its repository' };
  const number = numberVerdict(value);
  return path === '/spec/chart/spec/version' ? site((resolved) => number ?? judgeChartVersion(resolved, names)) : [];
}

/** True when the node could hold values; for the caller's test before anything is kept. */
export function isPlainMap(node: YamlNode | undefined): boolean {
  return asMap(node)?.entries.has('apiVersion') === false;
}
