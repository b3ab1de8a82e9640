/** A small repository as people have it: a root, variables from plain text and from a Secret, a chart beside its release. */
import { tarFiles, tarGz } from '../support/tarArchive.ts';
import type { Files } from './cliSetup.ts';

/** Stands in Secrets alone: whoever prints it has told a secret. */
export const canary = 'canary7d1f';
export const otherCanary = 'canary9e2a';

export function secret(domain: string): string {
  return `apiVersion: v1
kind: Secret
metadata:
  name: cluster-secrets
  namespace: flux-system
stringData:
  DOMAIN: ${domain}.example
`;
}

const kustomizations = `apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: apps
  namespace: flux-system
spec:
  interval: 1h
  path: ./apps
  prune: true
  sourceRef:
    kind: GitRepository
    name: flux-system
  postBuild:
    substituteFrom:
      - kind: ConfigMap
        name: cluster-settings
      - kind: Secret
        name: cluster-secrets
`;

const sync = `apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata:
  name: flux-system
  namespace: flux-system
spec:
  interval: 1m
  url: ssh://git@git.example/fleet
  ref:
    branch: main
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: flux-system
  namespace: flux-system
spec:
  interval: 10m
  path: ./cluster
  prune: true
  sourceRef:
    kind: GitRepository
    name: flux-system
`;

const settings = `apiVersion: v1
kind: ConfigMap
metadata:
  name: cluster-settings
  namespace: flux-system
data:
  ZONE: north
`;

export function web(replicas: number): string {
  return `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  namespace: web
  annotations:
    zone: \${ZONE}
spec:
  replicas: ${replicas}
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec:
      containers:
        - name: web
          image: example/web:1.0.0
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: web
  namespace: web
spec:
  rules:
    - host: web.\${DOMAIN}
`;
}

const release = `apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata:
  name: hello
  namespace: web
spec:
  interval: 1h
  chart:
    spec:
      chart: ./charts/hello
      sourceRef:
        kind: GitRepository
        name: flux-system
        namespace: flux-system
  values:
    greeting: hello from \${ZONE}
    host: hello.\${DOMAIN}
`;

export function chartFiles(template: string): Files {
  return {
    'Chart.yaml': 'apiVersion: v2\nname: hello\nversion: 1.0.0\n',
    'values.yaml': 'greeting: hi\nhost: ""\n',
    'templates/map.yaml': template,
  };
}

export const helloTemplate = `apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ .Release.Name }}
data:
  greeting: {{ .Values.greeting | quote }}
  host: {{ .Values.host | quote }}
`;

/** As `helm package` packs it. */
export function packedChart(template: string): Buffer {
  const files = Object.entries(chartFiles(template)).map(([path, text]) => [`hello/${path}`, text] as const);
  return tarGz(tarFiles(Object.fromEntries(files)));
}

export const fleet: Files = {
  'cluster/sync.yaml': sync,
  'cluster/apps.yaml': kustomizations,
  'cluster/settings.yaml': settings,
  'cluster/secrets.yaml': secret(canary),
  'apps/web.yaml': web(1),
  'apps/hello.yaml': release,
  'plain/kustomization.yaml': 'namePrefix: pre-\nresources: [map.yaml]\n',
  'plain/map.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: map\ndata:\n  key: ${ZONE}\n',
  ...Object.fromEntries(
    Object.entries(chartFiles(helloTemplate)).map(([path, text]) => [`charts/hello/${path}`, text]),
  ),
};

/** A release of a chart that lies in a Helm repository. */
export function remoteRelease(url: string): Files {
  return {
    'apps/remote.yaml': `apiVersion: source.toolkit.fluxcd.io/v1
kind: HelmRepository
metadata:
  name: charts
  namespace: web
spec:
  url: ${url}
---
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata:
  name: remote
  namespace: web
spec:
  interval: 1h
  chart:
    spec:
      chart: hello
      version: 1.x
      sourceRef:
        kind: HelmRepository
        name: charts
`,
  };
}
