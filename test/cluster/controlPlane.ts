/**
 * Command lines of Kubernetes, kwok and the Flux controllers, fitted to one machine, loopback and a life of minutes. What
 * a flag is for is said where its value is not the obvious one.
 */
import { generateKeyPairSync } from 'node:crypto';
import { join } from 'node:path';
import { type ControllerName } from './build.ts';

export interface Ports {
  readonly etcd: number;
  readonly etcdPeer: number;
  readonly api: number;
  readonly kubelet: number;
  readonly registry: number;
  readonly artifacts: number;
  readonly health: Readonly<Record<ControllerName, number>>;
}

/** The artifacts' host as in any cluster. Only the controllers that are told what it stands for can resolve it. */
const artifactHost = 'source-controller.flux-system.svc.cluster.local.';

/**
 * No node lifecycle (a fake node has no heartbeat), volumes' content, certificates or autoscaling. `endpoints` beside
 * `endpointslice`, because the API server's proxy to Services still reads the former.
 */
const controlLoops = [
  'clusterrole-aggregation',
  'cronjob',
  'daemonset',
  'deployment',
  'disruption',
  'endpoints',
  'endpointslice',
  'garbage-collector',
  'job',
  'namespace',
  'persistentvolume-binder',
  'pod-garbage-collector',
  'replicaset',
  'resourcequota',
  'root-ca-certificate-publisher',
  'serviceaccount',
  'statefulset',
  'ttl-after-finished',
];

export function etcdArguments(folder: string, ports: Ports): string[] {
  const client = `http://127.0.0.1:${ports.etcd}`;
  return [
    'etcd',
    `--data-dir=${join(folder, 'etcd')}`,
    `--listen-client-urls=${client}`,
    `--advertise-client-urls=${client}`,
    `--listen-peer-urls=http://127.0.0.1:${ports.etcdPeer}`,
    '--unsafe-no-fsync',
    // With one member an election only takes time: a second by default.
    '--heartbeat-interval=10',
    '--election-timeout=50',
    '--log-level=error',
  ];
}

export interface ServerFiles {
  readonly tokens: string;
  readonly serviceAccountKey: string;
  readonly egress: string;
  readonly certificate: string;
  readonly certificateKey: string;
}

export function apiServerArguments(ports: Ports, files: ServerFiles): string[] {
  return [
    'kube-apiserver',
    `--etcd-servers=http://127.0.0.1:${ports.etcd}`,
    '--bind-address=127.0.0.1',
    `--secure-port=${ports.api}`,
    `--tls-cert-file=${files.certificate}`,
    `--tls-private-key-file=${files.certificateKey}`,
    // A loopback address may be no endpoint of the `kubernetes` Service.
    '--endpoint-reconciler-type=none',
    '--service-cluster-ip-range=10.96.0.0/16',
    '--authorization-mode=RBAC',
    `--token-auth-file=${files.tokens}`,
    `--service-account-key-file=${files.serviceAccountKey}`,
    `--service-account-signing-key-file=${files.serviceAccountKey}`,
    '--service-account-issuer=https://kubernetes.default.svc',
    '--kubelet-preferred-address-types=InternalIP',
    `--egress-selector-config-file=${files.egress}`,
    '--allow-privileged',
    // The loop that would take the taint of a new node off again does not run.
    '--disable-admission-plugins=TaintNodesByCondition',
    '--enable-priority-and-fairness=false',
    '--profiling=false',
  ];
}

/** Sends the API server's own connections to nodes, pods and Services through a CONNECT proxy on a socket. */
export function egressConfig(socketFile: string): string {
  return JSON.stringify({
    apiVersion: 'apiserver.k8s.io/v1beta1',
    kind: 'EgressSelectorConfiguration',
    egressSelections: [
      { name: 'cluster', connection: { proxyProtocol: 'HTTPConnect', transport: { uds: { udsName: socketFile } } } },
    ],
  });
}

/** PEM of a fresh key for signing service account tokens. */
export function newServiceAccountKey(): string {
  return generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  }).privateKey;
}

export function controllerManagerArguments(kubeconfig: string, serviceAccountKey: string, ca: string): string[] {
  return [
    'kube-controller-manager',
    `--kubeconfig=${kubeconfig}`,
    `--service-account-private-key-file=${serviceAccountKey}`,
    `--root-ca-file=${ca}`,
    '--leader-elect=false',
    '--secure-port=0',
    `--controllers=${controlLoops.map((name) => `${name}-controller`).join(',')}`,
  ];
}

export function schedulerArguments(kubeconfig: string): string[] {
  return ['kube-scheduler', `--kubeconfig=${kubeconfig}`, '--leader-elect=false', '--secure-port=0'];
}

export function kwokArguments(kubeconfig: string, config: string, ports: Ports, files: ServerFiles): string[] {
  return [
    `--kubeconfig=${kubeconfig}`,
    `--config=${config}`,
    '--manage-all-nodes',
    '--node-ip=127.0.0.1',
    `--node-port=${ports.kubelet}`,
    `--server-address=127.0.0.1:${ports.kubelet}`,
    `--tls-cert-file=${files.certificate}`,
    `--tls-private-key-file=${files.certificateKey}`,
    '--cidr=10.200.0.1/16',
    '--node-lease-duration-seconds=0',
    '--enable-crds=Logs',
  ];
}

/** Intervals are as short as a test likes and carry no jitter; everything else is as Flux ships it. */
export function fluxArguments(name: ControllerName, folder: string, ports: Ports, eventsUrl: string): string[] {
  const storage = [
    `--storage-path=${join(folder, 'artifacts')}`,
    `--storage-addr=127.0.0.1:${ports.artifacts}`,
    `--storage-adv-addr=${artifactHost}`,
  ];
  return [
    '--watch-all-namespaces',
    '--metrics-addr=127.0.0.1:0',
    `--health-addr=127.0.0.1:${ports.health[name]}`,
    `--events-addr=${eventsUrl}/`,
    '--requeue-dependency=500ms',
    '--interval-jitter-percentage=0',
    '--min-retry-delay=250ms',
    '--max-retry-delay=5s',
    '--log-level=info',
    ...(name === 'source-controller' ? storage : []),
  ];
}

/** Controllers take their kubeconfig from the environment only. The proxy leads to the mirror and nowhere else. */
export function fluxEnvironment(setting: {
  readonly kubeconfig: string;
  readonly ports: Ports;
  readonly proxyUrl: string;
  readonly ca: string;
}): NodeJS.ProcessEnv {
  return {
    KUBECONFIG: setting.kubeconfig,
    RUNTIME_NAMESPACE: 'flux-system',
    SOURCE_CONTROLLER_LOCALHOST: `127.0.0.1:${setting.ports.artifacts}`,
    HTTPS_PROXY: setting.proxyUrl,
    NO_PROXY: '127.0.0.1,localhost',
    SSL_CERT_FILE: setting.ca,
  };
}
