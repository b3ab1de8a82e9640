/**
 * A first small piece of everything, so that the compiler has seen the code before somebody waits for it: the first chart in a
 * fresh engine takes twenty times as long as the second. Leaves nothing behind in the engine.
 */
import type { EngineSession } from './engine.ts';

const tree = 'warm-up';
const chart = 'warm-up';

const files: Readonly<Record<string, string>> = {
  'app/kustomization.yaml': 'resources: [map.yaml]\nnamePrefix: a-\n',
  'patched/kustomization.yaml': 'resources: [../app]\npatches:\n  - path: patch.yaml\n',
  'patched/patch.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: map\ndata:\n  d: e\n',
  'app/map.yaml':
    'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: map\n  labels:\n    a: b\ndata:\n  key: ${name:=value}\n',
  'chart/Chart.yaml': 'apiVersion: v2\nname: warm\nversion: 1.0.0\n',
  'chart/values.yaml': 'replicas: 1\nlabels:\n  a: b\n',
  'chart/values.schema.json': '{"type":"object","properties":{"replicas":{"type":"integer"}}}',
  'chart/templates/_names.tpl':
    '{{- define "name" -}}{{ printf "%s-%s" .Release.Name .Chart.Name | trunc 63 }}{{- end }}',
  'chart/templates/deployment.yaml': [
    'apiVersion: apps/v1',
    'kind: Deployment',
    'metadata:',
    '  name: {{ include "name" . }}',
    '  labels: {{- toYaml .Values.labels | nindent 4 }}',
    'spec:',
    '  replicas: {{ .Values.replicas | default 2 | int }}',
    '{{- range $key, $value := dict "a" 1 }}{{ if and $key (eq $value 1) }}',
    '  paused: {{ not (empty (tpl "{{ .Release.Name }}" $)) }}',
    '{{- end }}{{ end }}',
    '',
  ].join('\n'),
};

const kustomization = {
  apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
  kind: 'Kustomization',
  metadata: { name: 'warm', namespace: 'warm' },
  spec: {
    path: './app',
    prune: true,
    interval: '1h',
    targetNamespace: 'warm',
    patches: [{ patch: '[{"op":"add","path":"/data/b","value":"c"}]', target: { kind: 'ConfigMap' } }],
    postBuild: { substitute: { name: 'value' } },
  },
};

const patched = { ...kustomization, spec: { ...kustomization.spec, path: './patched' } };

/** Ends early when somebody waits: their own request warms it up as well. */
export async function warmEngine(session: EngineSession, somebodyWaits: () => boolean): Promise<void> {
  const steps: readonly (() => Promise<unknown>)[] = [
    () => session.request('files', { tree, clear: true, set: files }),
    () => session.request('kustomization', { tree, kustomization, variables: [], strict: false }),
    () => session.request('loadChart', { chart, tree, path: 'chart' }),
    () =>
      session.request('release', {
        chart,
        values: { replicas: 2 },
        name: 'warm',
        namespace: 'warm',
        isUpgrade: false,
        capabilities: {},
        postRenderers: [{ kustomize: { images: [{ name: 'a', newTag: 'b' }] } }],
        origin: { name: 'warm', namespace: 'warm' },
      }),
    // The schema of all kinds, which merging needs, takes as long as everything else; not every repository merges.
    () => session.request('kustomization', { tree, kustomization: patched, variables: [], strict: false }),
  ];
  try {
    for (const step of steps) {
      if (somebodyWaits()) {
        break;
      }
      await step();
    }
  } finally {
    await session.request('forget', { trees: [tree], charts: [chart] });
  }
}
