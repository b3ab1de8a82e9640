/**
 * Finds images in Kubernetes objects of any kind: container lists at any depth, image volumes, and the fields in which
 * custom resources name an image (pinning 2.3). Says where they are; what is wrong with one is `imageVerdict.ts`.
 */
import { itemStep, type ManifestPath } from '../manifests/manifestPath.ts';
import type { Manifest } from '../manifests/parseManifests.ts';
import { asMap, itemsOf, stringAt, stringOf, valueAt, type YamlMap, type YamlNode } from '../manifests/yamlNode.ts';
import type { Site } from './candidate.ts';
import { readImageReference } from './imageReference.ts';
import { judgeReference } from './imageVerdict.ts';

/** Tells whether a value's line carries an image automation marker. */
export type IsAutomated = (node: YamlNode) => boolean;

interface Walk {
  readonly manifest: Manifest;
  readonly isAutomated: IsAutomated;
  readonly sites: Site[];
}

/** Groups whose objects hold patterns, schemas, templates of strings, or images whose version stands elsewhere. */
const skippedGroups = new Set([
  'admissionregistration.k8s.io',
  'apiextensions.crossplane.io',
  'external-secrets.io',
  'generators.external-secrets.io',
  'k3d.io',
  'kind.x-k8s.io',
  'kro.run',
]);
const skippedKinds = new Set([
  'CustomResourceDefinition',
  'ConfigMap',
  'Secret',
  'GrafanaDashboard',
  'Plan', // system-upgrade-controller takes the tag from `spec.version`
]);

/** Groups whose objects hold pods that Kubernetes itself runs, or whose containers are handed on as they are. */
const podGroups = new Set(['', 'apps', 'batch', 'serving.knative.dev']);

/** Kinds whose operator hands `image` on unchanged, so that a missing tag means latest. */
const literalImageKinds = new Set([
  'dragonflydb.io/Dragonfly',
  'monitoring.coreos.com/Alertmanager',
  'monitoring.coreos.com/Prometheus',
  'monitoring.coreos.com/ThanosRuler',
  'ceph.rook.io/CephCluster',
  'gateway.envoyproxy.io/EnvoyProxy',
]);

export function findContainerImages(manifest: Manifest, isAutomated: IsAutomated): Site[] {
  const { group, kind, root } = manifest;
  const walk: Walk = { manifest, isAutomated, sites: [] };
  if (skippedGroups.has(group) || skippedKinds.has(kind) || group.endsWith('gatekeeper.sh')) {
    return [];
  }
  if (group === 'kyverno.io' || group.endsWith('.kyverno.io')) {
    // Everything but these is a pattern: `image: "*:latest"` there forbids what it names.
    itemsOf(valueAt(root, 'spec', 'rules')).forEach((rule, index) => {
      const at: ManifestPath = ['spec', 'rules', itemStep(index, rule)];
      visit(walk, valueAt(rule, 'generate', 'data'), [...at, 'generate', 'data']);
      visit(walk, valueAt(rule, 'mutate'), [...at, 'mutate']);
    });
    return walk.sites;
  }
  for (const entry of root.entries.values()) {
    if (entry.key !== 'metadata' && entry.key !== 'status') {
      visit(walk, entry.value, [entry.key]);
    }
  }
  return walk.sites;
}

function visit(walk: Walk, node: YamlNode | undefined, path: ManifestPath): void {
  if (node?.type === 'list') {
    node.items.forEach((item, index) => visit(walk, item, [...path, itemStep(index, item)]));
  }
  for (const { key, value } of asMap(node)?.entries.values() ?? []) {
    const below = [...path, key];
    if (value.type === 'list' && isContainerList(key)) {
      visitContainers(walk, value.items, below);
    } else if (value.type === 'list' && key === 'volumes') {
      visitVolumes(walk, value.items, below);
    } else if (value.type === 'scalar') {
      visitField(walk, key, value, below);
    } else {
      visit(walk, value, below);
    }
  }
}

/** `containers`, `initContainers`, `ephemeralContainers`, and what operators call theirs (`extraContainers`). */
export function isContainerList(key: string): boolean {
  return /containers$/i.test(key);
}

function visitContainers(walk: Walk, items: readonly YamlNode[], path: ManifestPath): void {
  items.forEach((item, index) => {
    const at = [...path, itemStep(index, item)];
    const container = asMap(item);
    const image = container?.entries.get('image')?.value;
    if (container && stringOf(image) !== undefined && image) {
      const overridable = path.at(-1) === 'containers' || path.at(-1) === 'initContainers';
      addSite(walk, image, [...at, 'image'], { needsTag: true, overridable, inPod: true, container });
    }
    for (const { key, value } of container?.entries.values() ?? []) {
      visit(walk, value, [...at, key]);
    }
  });
}

function visitVolumes(walk: Walk, items: readonly YamlNode[], path: ManifestPath): void {
  items.forEach((item, index) => {
    const reference = valueAt(item, 'image', 'reference');
    if (reference && stringOf(reference) !== undefined) {
      const at = [...path, itemStep(index, item), 'image', 'reference'];
      addSite(walk, reference, at, { needsTag: true, overridable: false, inPod: true });
    } else {
      visit(walk, item, [...path, itemStep(index, item)]);
    }
  });
}

function visitField(walk: Walk, key: string, node: YamlNode, path: ManifestPath): void {
  const text = stringOf(node) ?? '';
  const { group, kind } = walk.manifest;
  if (key === 'package' && group === 'pkg.crossplane.io') {
    addSite(walk, node, path, { needsTag: true, overridable: false });
  } else if (key === 'url' && text.startsWith('oci://') && path.at(-2) === 'image') {
    addSite(walk, node, path, { needsTag: true, overridable: false }); // Envoy Gateway: wasm code from a registry
  } else if ((key === 'image' || key === 'imageName') && /[/:@]/.test(text)) {
    addSite(walk, node, path, { needsTag: literalImageKinds.has(`${group}/${kind}`), overridable: false });
  }
}

interface Where {
  readonly needsTag: boolean;
  /** kustomize's `images` applies to this list. */
  readonly overridable: boolean;
  /** A field of a pod, in which nothing but an image can stand. */
  readonly inPod?: boolean;
  readonly container?: YamlMap;
}

function addSite(walk: Walk, node: YamlNode, path: ManifestPath, where: Where): void {
  const text = stringOf(node) ?? '';
  const context = {
    needsTag: where.needsTag,
    certain: where.inPod === true && podGroups.has(walk.manifest.group),
    automated: walk.isAutomated(node),
    pullPolicy: stringAt(where.container, 'imagePullPolicy'),
  };
  const bare = (reference: string): string => reference.replace(/^oci:\/\//, '');
  const image = readImageReference(bare(text));
  const { kind, name } = walk.manifest;
  walk.sites.push({
    span: node,
    text,
    judge: (resolved) => judgeReference(bare(resolved), context),
    value: {
      kind,
      name,
      places: [path],
      image: where.overridable && image.state === 'reference' ? image.name : undefined,
    },
  });
}
