/**
 * Custom resources that drift is tried on, with their definitions, and Secrets of several types. The definitions differ in what
 * they let the API server know of a field. Data alone.
 */
import { type DriftField, type DriftKind, at, defaulted, free, item, stated } from './driftKinds.ts';

const group = 'conformance.example.com';
const optional = { optional: true } as const;
const preserving = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } as const;

/** Everything is known: defaults, a list with keys, a set, an atomic map, and one branch that is not. */
const gadgetSpec = {
  type: 'object',
  properties: {
    replicas: { type: 'integer' },
    size: { type: 'integer', default: 1 },
    title: { type: 'string' },
    hosts: { type: 'array', items: { type: 'string' } },
    tags: { type: 'array', 'x-kubernetes-list-type': 'set', items: { type: 'string' } },
    settings: { type: 'object', additionalProperties: { type: 'string' } },
    place: { type: 'object', 'x-kubernetes-map-type': 'atomic', additionalProperties: { type: 'string' } },
    options: preserving,
    items: {
      type: 'array',
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['name'],
      items: {
        type: 'object',
        required: ['name'],
        properties: {
          name: { type: 'string' },
          value: { type: 'integer' },
          mode: { type: 'string', default: 'auto' },
        },
      },
    },
  },
} as const;

const version = { name: 'v1', served: true, storage: true } as const;

function definition(
  kind: string,
  schema: object,
  more: { readonly scope?: string; readonly scale?: true } = {},
): object {
  const plural = `${kind.toLowerCase()}s`;
  const status = { type: 'object', properties: { replicas: { type: 'integer' } } };
  const scale = { specReplicasPath: '.spec.replicas', statusReplicasPath: '.status.replicas' };
  const properties = 'spec' in schema ? { ...schema, status } : undefined;
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      scope: more.scope ?? 'Namespaced',
      names: { kind, plural, singular: kind.toLowerCase(), listKind: `${kind}List` },
      versions: [
        {
          ...version,
          schema: { openAPIV3Schema: properties ? { type: 'object', properties } : schema },
          ...(more.scale && { subresources: { scale } }),
        },
      ],
    },
  };
}

/** To be in the cluster before. */
export const customDefinitions: readonly object[] = [
  definition('Gadget', { spec: gadgetSpec }, { scale: true }),
  definition('Widget', { spec: preserving }),
  definition('Gizmo', preserving, { scope: 'Cluster' }),
];

const looseContent = {
  size: 3,
  ratio: 0.5,
  on: true,
  nothing: 'here',
  hosts: ['a.example.com', 'b.example.com'],
  nested: { deep: { value: 'x', other: 'y' } },
  items: [{ name: 'one', value: 1 }],
} as const;

/** Of what the API server knows nothing, a list is one value, and a map is not. */
function looseFields(prefix: string): readonly DriftField[] {
  const hosts = at(`${prefix}.hosts`);
  const items = at(`${prefix}.items`);
  return [
    stated(`${prefix}.size`, [4, '3', 2.5], optional),
    stated(`${prefix}.ratio`, [0.25, 1], optional),
    stated(`${prefix}.on`, [false, 'true'], optional),
    stated(`${prefix}.nothing`, [''], optional),
    stated(`${prefix}.hosts.0`, ['c.example.com'], { place: 'atomic list', whole: hosts }),
    item(`${prefix}.hosts`, ['d.example.com'], { place: 'atomic list', whole: hosts }),
    item(`${prefix}.items`, [{ name: 'two', value: 2 }], { place: 'atomic list', whole: items }),
    stated(`${prefix}.items.0.value`, [7], { place: 'atomic list', whole: items }),
    stated(`${prefix}.nested.deep.value`, ['changed', 5], { place: 'map', optional: true }),
    free(`${prefix}.nested.deep.extra`, ['yes', true, 7], { place: 'map' }),
    free(`${prefix}.extra`, [{ a: { b: 1 } }, ['x'], 'text', 1.5], { place: 'map' }),
  ];
}

function customKind(
  kind: string,
  content: DriftKind['content'],
  fields: readonly DriftField[],
  cluster = false,
): DriftKind {
  const scope = cluster ? ({ clusterScoped: true } as const) : {};
  return { apiVersion: `${group}/v1`, kind, content, custom: true, fields, ...scope };
}

/** Fields that all three have, each of another sort. */
const labels: readonly DriftField[] = [
  stated('metadata.labels.tier', ['two'], { place: 'map', optional: true }),
  free('metadata.labels.extra', ['yes'], { place: 'map' }),
  free('metadata.annotations.extra', ['yes'], { place: 'map' }),
];

export const customKinds: readonly DriftKind[] = [
  customKind('Widget', () => ({ spec: looseContent }), [...labels, ...looseFields('spec')]),
  customKind('Gizmo', () => ({ anything: looseContent }), [...labels, ...looseFields('anything')], true),
  customKind(
    'Gadget',
    () => ({
      spec: {
        replicas: 1,
        title: 'gadget',
        hosts: ['a', 'b'],
        tags: ['x', 'y'],
        settings: { one: '1' },
        place: { row: '1' },
        options: { loose: { a: 1 } },
        items: [
          { name: 'one', value: 1 },
          { name: 'two', value: 2 },
        ],
      },
    }),
    [
      ...labels,
      stated('spec.replicas', [2, 3], optional),
      stated('spec.title', ['changed'], optional),
      stated('spec.settings.one', ['2'], { place: 'map', optional: true }),
      free('spec.settings.extra', ['yes'], { place: 'map' }),
      stated('spec.place.row', ['2'], { place: 'atomic map', whole: at('spec.place') }),
      free('spec.place.extra', ['yes'], { place: 'atomic map', whole: at('spec.place') }),
      stated('spec.hosts.0', ['c'], { place: 'atomic list', whole: at('spec.hosts') }),
      item('spec.hosts', ['c'], { place: 'atomic list', whole: at('spec.hosts') }),
      item('spec.tags', ['z', 'w']),
      item('spec.items', [{ name: 'three', value: 3 }, { name: 'four' }]),
      stated('spec.items.0.value', [7], { place: 'keyed', optional: true }),
      defaulted('spec.items.1.mode', ['hand'], { place: 'keyed' }),
      defaulted('spec.size', [2, 3]),
      stated('spec.options.loose.a', [2], { place: 'map', optional: true }),
      free('spec.options.loose.b', [2], { place: 'map' }),
    ],
  ),
];

/** Texts in base64. */
function encoded(texts: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(texts).map(([key, text]) => [key, Buffer.from(text).toString('base64')]));
}

const docker = JSON.stringify({ auths: { 'registry.example.com': { username: 'u', password: 'p' } } });

function secretKind(type: string, content: object, keys: readonly [stated: string, value: string]): DriftKind {
  const [key, value] = keys;
  const bytes = (text: string) => Buffer.from(text).toString('base64');
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    content: () => ({ type, ...content }),
    fields: [
      ...labels,
      { path: ['data', key], place: 'map', stands: 'stated', values: [bytes(value)], optional: true },
      { path: ['data', 'extra'], place: 'map', stands: 'free', values: [bytes('added'), ''] },
    ],
  };
}

/** By how Git states what they hold. All keys may go, so that each may be removed. */
export const secretKinds: readonly DriftKind[] = [
  secretKind('Opaque', { data: encoded({ password: 'one', user: 'ada' }) }, ['password', 'other']),
  secretKind('Opaque', { stringData: { password: 'one', user: 'ada' } }, ['password', 'other']),
  secretKind('Opaque', { data: encoded({ user: 'ada' }), stringData: { password: 'one' } }, ['user', 'grace']),
  secretKind('kubernetes.io/basic-auth', { stringData: { username: 'ada', password: 'one' } }, ['password', 'other']),
  secretKind('example.com/docker', { data: encoded({ '.dockerconfigjson': docker }) }, ['.dockerconfigjson', '{}']),
];
