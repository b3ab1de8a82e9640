/** The pod template of the workloads that drift is tried on, and its fields. Data alone. */
import type { DriftField } from './driftKinds.ts';
import type { EditPath } from './fieldEdits.ts';

export function containerOf(name: string): object {
  return { name, image: `registry.example.com/${name}:1` };
}

export function podTemplate(app: string, spec: object = {}): object {
  const main = {
    ...containerOf('main'),
    args: ['--one', '--two'],
    env: [
      { name: 'A', value: '1' },
      { name: 'B', value: '2' },
    ],
    ports: [{ name: 'http', containerPort: 8080 }],
    resources: { requests: { cpu: '250m', memory: '128Mi' }, limits: { memory: '1Gi' } },
    volumeMounts: [{ name: 'data', mountPath: '/data' }],
  };
  return {
    metadata: { labels: { app, color: 'blue' }, annotations: { note: 'as in Git' } },
    spec: {
      ...spec,
      nodeSelector: { disk: 'ssd', zone: 'a' },
      tolerations: [
        { key: 'gpu', operator: 'Exists' },
        { key: 'arm', operator: 'Exists' },
      ],
      volumes: [{ name: 'data', emptyDir: {} }],
      containers: [main, containerOf('side')],
    },
  };
}

type Row = readonly [
  stands: DriftField['stands'],
  place: DriftField['place'],
  path: string,
  values: readonly unknown[],
  more?: Partial<DriftField>,
];

const optional = { optional: true } as const;
const same = { sameQuantity: true } as const;
const restarted = { 'kubectl.kubernetes.io/restartedAt': '2026-01-01T00:00:00Z' };

const rows: readonly Row[] = [
  ['stated', 'map', 'metadata.labels.color', ['green', 'red'], optional],
  ['free', 'map', 'metadata.labels.extra', ['yes']],
  ['stated', 'map', 'metadata.annotations.note', ['by hand'], optional],
  ['free', 'map', 'metadata.annotations.extra', [JSON.stringify(restarted)]],
  [
    'stated',
    'keyed',
    'spec.containers.0.image',
    ['registry.example.com/main:2', 'registry.example.com/main@sha256:0f'],
  ],
  ['stated', 'keyed', 'spec.containers.1.image', ['registry.example.com/side:2']],
  ['stated', 'keyed', 'spec.containers.0.env.0.value', ['11', ''], optional],
  ['stated', 'keyed', 'spec.containers.0.env.1.value', ['22'], optional],
  ['stated', 'keyed', 'spec.containers.0.ports.0.name', ['web'], optional],
  ['item', 'keyed', 'spec.containers.0.env', [{ name: 'EXTRA', value: 'x' }, { name: 'C' }]],
  [
    'item',
    'keyed',
    'spec.containers.1.env',
    [{ name: 'EXTRA', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } }],
  ],
  ['item', 'keyed', 'spec.containers.0.ports', [{ containerPort: 9090, name: 'extra', protocol: 'TCP' }]],
  ['item', 'keyed', 'spec.containers.0.volumeMounts', [{ name: 'data', mountPath: '/extra' }]],
  ['item', 'keyed', 'spec.containers', [containerOf('extra')]],
  ['item', 'keyed', 'spec.initContainers', [containerOf('first')]],
  [
    'item',
    'keyed',
    'spec.volumes',
    [
      { name: 'extra', emptyDir: {} },
      { name: 'config', configMap: { name: 'any' } },
    ],
  ],
  ['stated', 'atomic list', 'spec.containers.0.args.0', ['--changed'], { whole: ['spec', 'containers', 0, 'args'] }],
  ['item', 'atomic list', 'spec.containers.0.args', ['--three'], { whole: ['spec', 'containers', 0, 'args'] }],
  [
    'free',
    'atomic list',
    'spec.containers.0.command',
    [['/bin/other']],
    { whole: ['spec', 'containers', 0, 'command'] },
  ],
  ['stated', 'atomic list', 'spec.tolerations.0.key', ['tpu'], { whole: ['spec', 'tolerations'] }],
  [
    'item',
    'atomic list',
    'spec.tolerations',
    [{ key: 'spot', operator: 'Exists' }],
    { whole: ['spec', 'tolerations'] },
  ],
  ['stated', 'atomic map', 'spec.nodeSelector.disk', ['hdd'], { ...optional, whole: ['spec', 'nodeSelector'] }],
  ['free', 'atomic map', 'spec.nodeSelector.extra', ['yes'], { whole: ['spec', 'nodeSelector'] }],
  ['stated', 'map', 'spec.containers.0.resources.limits.memory', ['2Gi'], optional],
  ['free', 'map', 'spec.containers.0.resources.limits.cpu', ['2', '1500m']],
  ['free', 'map', 'spec.containers.1.resources.requests.cpu', ['10m']],
  ['free', 'plain', 'spec.containers.0.workingDir', ['/tmp']],
  ['free', 'plain', 'spec.containers.0.livenessProbe', [{ tcpSocket: { port: 8080 } }]],
  ['free', 'plain', 'spec.containers.1.securityContext', [{ readOnlyRootFilesystem: true }]],
  ['free', 'plain', 'spec.serviceAccountName', ['other']],
  ['free', 'plain', 'spec.automountServiceAccountToken', [false]],
  ['free', 'plain', 'spec.securityContext.runAsUser', [1000]],
  ['free', 'plain', 'spec.affinity', [{ nodeAffinity: {} }, { podAntiAffinity: {} }]],
  ['stated', 'keyed', 'spec.containers.0.env.1', [], optional],
  ['stated', 'keyed', 'spec.containers.0.env.0', [], optional],
  ['stated', 'keyed', 'spec.containers.1', [], optional],
  ['stated', 'atomic list', 'spec.containers.0.args.1', [], { ...optional, whole: ['spec', 'containers', 0, 'args'] }],
  ['stated', 'atomic list', 'spec.tolerations.0', [], { ...optional, whole: ['spec', 'tolerations'] }],
  ['stated', 'map', 'spec.containers.0.resources.limits', [], optional],
  ['stated', 'map', 'spec.nodeSelector', [], optional],
  ['defaulted', 'keyed', 'spec.containers.0.imagePullPolicy', ['Always', 'Never']],
  ['defaulted', 'keyed', 'spec.containers.1.terminationMessagePolicy', ['FallbackToLogsOnError']],
  ['defaulted', 'plain', 'spec.terminationGracePeriodSeconds', [60, 5]],
  ['defaulted', 'plain', 'spec.dnsPolicy', ['Default']],
  ['defaulted', 'plain', 'spec.schedulerName', ['other']],
  ['stated', 'map', 'spec.containers.0.resources.requests.cpu', ['0.25', '.250'], same],
  ['stated', 'map', 'spec.containers.0.resources.requests.memory', ['134217728', '131072Ki'], same],
  ['stated', 'map', 'spec.containers.0.resources.limits.memory', ['1024Mi', '1073741824'], same],
];

/** `template`: where the kind has it. */
export function podFields(template: string): readonly DriftField[] {
  const prefix: EditPath = template.split('.');
  return rows.map(([stands, place, path, values, { whole, ...more } = {}]) => ({
    path: [...prefix, ...path.split('.').map((key) => (/^\d+$/.test(key) ? Number(key) : key))],
    place,
    stands,
    values,
    ...(whole && { whole: [...prefix, ...whole] }),
    ...more,
  }));
}
