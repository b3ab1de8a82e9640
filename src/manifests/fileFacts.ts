/**
 * What one file says that matters to other files: kustomize trees, Flux Kustomizations, patches, Helm values from
 * ConfigMaps. A pure function of text and path, small enough to be kept for every file of a repository.
 */
import { isKustomizeFileName } from './notAManifest.ts';
import { type ImageOverride, type KustomizeFile, kustomizeFileOf, readImageOverrides } from './kustomizeFile.ts';
import { emptyPatch, type KustomizePatch, type PatchContent, readPatches, readPatchText } from './kustomizePatch.ts';
import { versionPlaces } from './manifestPath.ts';
import type { Manifest, ParsedFile } from './parseManifests.ts';
import { nameOf } from './repositoryPath.ts';
import { asMap, itemsOf, plainText, stringAt, stringOf, valueAt } from './yamlNode.ts';

export interface FluxKustomizationFacts {
  /** `namespace/name`, or the name alone where the text has no namespace. */
  readonly title: string;
  /** `spec.path` as written; `undefined` builds the source's root. */
  readonly path: string | undefined;
  /** Kind and name of the source, to tell this repository's Kustomizations from those of others. */
  readonly source: string;
  /** `spec.components` as written: relative to the path. */
  readonly components: readonly string[];
  readonly images: readonly ImageOverride[];
  readonly patches: readonly KustomizePatch[];
  /** `spec.postBuild.substitute`. */
  readonly substitute: ReadonlyMap<string, string>;
  /** Variables also come from ConfigMaps or Secrets, which are not followed. */
  readonly substitutesFrom: boolean;
}

export interface ReleaseFacts {
  readonly name: string;
  /** Kind of the chart's source, `undefined` in patches. */
  readonly chartSource: string | undefined;
  /** ConfigMaps whose data are values. */
  readonly valuesFrom: readonly string[];
}

export interface FileFacts {
  readonly kustomize: KustomizeFile | undefined;
  readonly fluxKustomizations: readonly FluxKustomizationFacts[];
  /** Paths that a FluxInstance synchronises: roots whose Kustomization stands in no file. */
  readonly syncPaths: readonly string[];
  readonly releases: readonly ReleaseFacts[];
  /** What the file changes when it is used as a patch. */
  readonly patch: PatchContent;
}

export const noFacts: FileFacts = {
  kustomize: undefined,
  fluxKustomizations: [],
  syncPaths: [],
  releases: [],
  patch: emptyPatch,
};

/**
 * True when a document can matter to other files or to a rule. Everything else need not be parsed; data of ConfigMaps and
 * Secrets (dashboards, scripts) is long and never judged.
 */
export function mayHoldFacts(documentText: string): boolean {
  return (
    /image|tag:|chart|toolkit\.fluxcd\.io|controlplane\.io|pkg\.crossplane\.io/i.test(documentText) &&
    !/^kind:[ \t]*["']?(?:ConfigMap|Secret)\b/m.test(documentText)
  );
}

export function readFileFacts(file: ParsedFile): FileFacts {
  const kustomizeFile = isKustomizeFileName(nameOf(file.path))
    ? file.manifests.find((manifest) => manifest.group === 'kustomize.config.k8s.io')
    : undefined;
  const facts: FileFacts = {
    kustomize: kustomizeFile && kustomizeFileOf(kustomizeFile.root),
    fluxKustomizations: file.manifests.filter(isFluxKustomization).map(readFluxKustomization),
    syncPaths: file.manifests.flatMap(syncPath),
    releases: file.manifests.filter((manifest) => manifest.group === 'helm.toolkit.fluxcd.io').map(readRelease),
    patch: kustomizeFile ? emptyPatch : readPatchFile(file),
  };
  const empty =
    facts.kustomize === undefined &&
    [facts.fluxKustomizations, facts.syncPaths, facts.releases, facts.patch.objects, facts.patch.pointers].every(
      (list) => list.length === 0,
    );
  return empty ? noFacts : facts;
}

function isFluxKustomization(manifest: Manifest): boolean {
  return manifest.group === 'kustomize.toolkit.fluxcd.io' && manifest.kind === 'Kustomization';
}

function readFluxKustomization({ root, name, namespace }: Manifest): FluxKustomizationFacts {
  const spec = valueAt(root, 'spec');
  const substitute = asMap(valueAt(spec, 'postBuild', 'substitute'))?.entries.values() ?? [];
  return {
    title: namespace === '' ? name : `${namespace}/${name}`,
    path: stringAt(spec, 'path'),
    source: `${stringAt(spec, 'sourceRef', 'kind') ?? ''}/${stringAt(spec, 'sourceRef', 'name') ?? ''}`,
    components: itemsOf(valueAt(spec, 'components')).flatMap((item) => stringOf(item) ?? []),
    images: readImageOverrides(valueAt(spec, 'images')),
    patches: readPatches(spec),
    substitute: new Map([...substitute].map((entry) => [entry.key, plainText(entry.value) ?? ''])),
    substitutesFrom: itemsOf(valueAt(spec, 'postBuild', 'substituteFrom')).length > 0,
  };
}

function syncPath({ root, group, kind }: Manifest): string[] {
  const path =
    group === 'fluxcd.controlplane.io' && kind === 'FluxInstance'
      ? stringAt(root, 'spec', 'sync', 'path')
      : stringAt(root, 'spec', 'values', 'instance', 'sync', 'path'); // the flux-instance chart
  return path === undefined ? [] : [path];
}

function readRelease({ root, name }: Manifest): ReleaseFacts {
  const valuesFrom = itemsOf(valueAt(root, 'spec', 'valuesFrom'));
  return {
    name,
    chartSource: stringAt(root, 'spec', 'chart', 'spec', 'sourceRef', 'kind'),
    valuesFrom: valuesFrom.flatMap((item) =>
      stringAt(item, 'kind') === 'ConfigMap' ? (stringAt(item, 'name') ?? []) : [],
    ),
  };
}

function readPatchFile(file: ParsedFile): PatchContent {
  if (file.manifests.length === 0) {
    // A JSON patch is a list of operations and so no manifest.
    return /\bop:/.test(file.text) && /\bpath:/.test(file.text) ? readPatchText(file.text) : emptyPatch;
  }
  const objects = file.manifests.map(({ kind, name, root }) => ({ kind, name, places: versionPlaces(root) }));
  return { objects: objects.filter((object) => object.places.length > 0), pointers: [] };
}
