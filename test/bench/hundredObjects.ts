/**
 * A Flux Kustomization of a hundred objects as a repository states them, one file for each. Plain data; the same in every run.
 */
import { printYaml } from '../../src/manifests/printYaml.ts';
import type { KubernetesObject } from '../../src/flux/objects.ts';

export const hundredFolder = 'objects';

/** The ConfigMap that is changed between one comparison and the next. */
export const changedName = 'config-0';

type Make = (name: string, at: number) => Omit<KubernetesObject, 'metadata'>;

/** How many of each, as a namespace of a few applications has them. */
const kinds: readonly (readonly [count: number, prefix: string, make: Make])[] = [
  [30, 'config', configMap],
  [20, 'app', deployment],
  [20, 'app', service],
  [10, 'app', () => ({ apiVersion: 'v1', kind: 'ServiceAccount' })],
  [5, 'secret', (name) => ({ apiVersion: 'v1', kind: 'Secret', stringData: { password: `of ${name}` } })],
  [5, 'app', role],
  [5, 'app', ingress],
  [5, 'claim', claim],
];

/** Files by path, with the list of them that nearly every repository has. */
export function hundredObjects(namespace: string): Readonly<Record<string, string>> {
  const objects = kinds.flatMap(([count, prefix, make]) =>
    Array.from({ length: count }, (_none, at) => {
      const name = `${prefix}-${at}`;
      return { ...make(name, at), metadata: { name, namespace, labels: { app: name } } };
    }),
  );
  const files = objects.map((object): [string, string] => [
    `${object.kind.toLowerCase()}-${object.metadata.name}.yaml`,
    printYaml(object),
  ]);
  const list: [string, string] = ['kustomization.yaml', printYaml({ resources: files.map(([name]) => name) })];
  return Object.fromEntries([...files, list].map(([name, text]) => [`${hundredFolder}/${name}`, text]));
}

function configMap(name: string, at: number) {
  const lines = Array.from({ length: 40 }, (_none, line) => `setting-${line} = ${name} ${at * line}`);
  return { apiVersion: 'v1', kind: 'ConfigMap', data: { 'app.conf': `${lines.join('\n')}\n`, level: 'info' } };
}

function deployment(name: string) {
  const probe = { httpGet: { path: '/healthz', port: 'http' }, periodSeconds: 15 };
  const container = {
    name: 'app',
    image: 'registry.example.com/app:1.2.3',
    ports: [{ name: 'http', containerPort: 8080 }],
    env: Array.from({ length: 12 }, (_none, at) => ({ name: `SETTING_${at}`, value: `${name} ${at}` })),
    envFrom: [{ configMapRef: { name: 'config-0' } }],
    livenessProbe: probe,
    readinessProbe: probe,
    resources: { requests: { cpu: '10m', memory: '64Mi' }, limits: { memory: '256Mi' } },
    volumeMounts: [{ name: 'config', mountPath: '/etc/app' }],
  };
  const spec = { serviceAccountName: 'default', containers: [container], volumes: [{ name: 'config', emptyDir: {} }] };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    // No pods: what they write all the time would be a load of its own beside what is measured.
    spec: {
      replicas: 0,
      selector: { matchLabels: { app: name } },
      template: { metadata: { labels: { app: name } }, spec },
    },
  };
}

function service(name: string) {
  const ports = [{ name: 'http', port: 80, targetPort: 'http' }];
  return { apiVersion: 'v1', kind: 'Service', spec: { selector: { app: name }, ports } };
}

function role() {
  const rules = [{ apiGroups: [''], resources: ['configmaps'], verbs: ['get', 'list', 'watch'] }];
  return { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', rules };
}

function ingress(name: string) {
  const backend = { service: { name, port: { name: 'http' } } };
  const rules = [{ host: `${name}.example.com`, http: { paths: [{ path: '/', pathType: 'Prefix', backend }] } }];
  return { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', spec: { rules } };
}

function claim() {
  const resources = { requests: { storage: '1Gi' } };
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    spec: { accessModes: ['ReadWriteOnce'], storageClassName: 'none', resources },
  };
}
