/**
 * Flux's own kinds as objects that a Kustomization applies, as they are in every repository; suspended, so that nobody acts on
 * them. Data alone.
 */
import { type DriftField, type DriftKind, at, defaulted, free, item, stated } from './driftKinds.ts';

const optional = { optional: true } as const;

function fluxKind(apiVersion: string, kind: string, spec: object, fields: readonly DriftField[]): DriftKind {
  return {
    apiVersion,
    kind,
    custom: true,
    content: () => ({ spec: { interval: '1h', suspend: true, ...spec } }),
    fields: [
      stated('metadata.labels.tier', ['two'], { place: 'map', optional: true }),
      free('metadata.labels.extra', ['yes'], { place: 'map' }),
      free('metadata.annotations.extra', ['yes'], { place: 'map' }),
      stated('spec.interval', ['2h', '30m']),
      ...fields,
    ],
  };
}

const list = { place: 'atomic list', whole: at('spec.values.list') } as const;
const patches = { place: 'atomic list', whole: at('spec.patches') } as const;

export const fluxKindsApplied: readonly DriftKind[] = [
  fluxKind(
    'helm.toolkit.fluxcd.io/v2',
    'HelmRelease',
    {
      chart: { spec: { chart: 'none', sourceRef: { kind: 'HelmRepository', name: 'none' } } },
      values: { one: 1, list: ['a', 'b'], nested: { deep: 'x' } },
    },
    [
      free('spec.timeout', ['5m']),
      free('spec.install', [{ remediation: { retries: 3 } }]),
      free('spec.driftDetection', [{ mode: 'warn' }]),
      defaulted('spec.chart.spec.reconcileStrategy', ['Revision']),
      defaulted('spec.chart.spec.version', ['1.x', '2.0.0']),
      stated('spec.values.one', [2, 'two'], { place: 'map', optional: true }),
      free('spec.values.extra', [true, { a: { b: [1] } }], { place: 'map' }),
      stated('spec.values.nested.deep', ['y'], { place: 'map', optional: true }),
      stated('spec.values.list.0', ['c'], list),
      item('spec.values.list', ['c'], list),
    ],
  ),
  fluxKind(
    'kustomize.toolkit.fluxcd.io/v1',
    'Kustomization',
    {
      path: './none',
      prune: false,
      sourceRef: { kind: 'GitRepository', name: 'none' },
      postBuild: { substitute: { one: '1' } },
      patches: [{ patch: '- { op: remove, path: /spec }', target: { kind: 'None' } }],
    },
    [
      free('spec.timeout', ['5m']),
      free('spec.wait', [true]),
      free('spec.dependsOn', [[{ name: 'other' }]], { place: 'atomic list', whole: at('spec.dependsOn') }),
      stated('spec.path', ['./other']),
      defaulted('spec.force', [true]),
      stated('spec.postBuild.substitute.one', ['2'], { place: 'map', optional: true }),
      free('spec.postBuild.substitute.two', ['2'], { place: 'map' }),
      stated('spec.patches.0.target.kind', ['Other'], patches),
      item('spec.patches', [{ patch: '- { op: remove, path: /data }', target: { kind: 'Other' } }], patches),
    ],
  ),
  fluxKind(
    'source.toolkit.fluxcd.io/v1',
    'GitRepository',
    { url: 'https://git.example.com/none', ref: { branch: 'main' } },
    [
      stated('spec.ref.branch', ['other'], optional),
      free('spec.ignore', ['*.md']),
      free('spec.recurseSubmodules', [true]),
      defaulted('spec.timeout', ['30s']),
    ],
  ),
];
