/** Pages of documentation that help with a kind or with a reason. Addresses are written here alone, never taken from a cluster. */
import { findFluxKind } from '../flux/kinds.ts';
import type { ObjectId } from '../flux/objectKey.ts';

export interface DocumentationPage {
  readonly title: string;
  readonly url: string;
}

const flux = 'https://fluxcd.io/flux';
const kubernetes = 'https://kubernetes.io/docs';

const kindPages: Readonly<Record<string, string>> = {
  Kustomization: 'kustomize/kustomizations',
  HelmRelease: 'helm/helmreleases',
  GitRepository: 'source/gitrepositories',
  OCIRepository: 'source/ocirepositories',
  HelmRepository: 'source/helmrepositories',
  HelmChart: 'source/helmcharts',
  Bucket: 'source/buckets',
  ExternalArtifact: 'source/externalartifacts',
};

/** None for a kind that is not one of Flux's. */
export function fluxDocs(id: ObjectId): readonly DocumentationPage[] {
  const page = Object.hasOwn(kindPages, id.kind) ? kindPages[id.kind] : undefined;
  return page === undefined || !findFluxKind(id.group, id.kind)
    ? []
    : [
        { title: `Flux: ${id.kind}`, url: `${flux}/components/${page}/` },
        { title: 'Flux: troubleshooting', url: `${flux}/cheatsheets/troubleshooting/` },
      ];
}

const images: DocumentationPage = {
  title: 'Kubernetes: images and ImagePullBackOff',
  url: `${kubernetes}/concepts/containers/images/#imagepullbackoff`,
};
const privateRegistry: DocumentationPage = {
  title: 'Kubernetes: pull an image from a private registry',
  url: `${kubernetes}/tasks/configure-pod-container/pull-image-private-registry/`,
};
const debugging: DocumentationPage = {
  title: 'Kubernetes: debug pods',
  url: `${kubernetes}/tasks/debug/debug-application/debug-pods/`,
};
const restarts: DocumentationPage = {
  title: 'Kubernetes: how containers are restarted',
  url: `${kubernetes}/concepts/workloads/pods/pod-lifecycle/#container-restarts`,
};
const memory: DocumentationPage = {
  title: 'Kubernetes: memory of containers',
  url: `${kubernetes}/tasks/configure-pod-container/assign-memory-resource/`,
};
const scheduling: DocumentationPage = {
  title: 'Kubernetes: which node a pod gets',
  url: `${kubernetes}/concepts/scheduling-eviction/`,
};
const remediation: DocumentationPage = {
  title: 'Flux: what happens after a failed release',
  url: `${flux}/components/helm/helmreleases/#configuring-failure-handling`,
};

const pagesByReason: Readonly<Record<string, readonly DocumentationPage[]>> = {
  ImagePullBackOff: [images, privateRegistry],
  ErrImagePull: [images, privateRegistry],
  InvalidImageName: [images],
  CrashLoopBackOff: [restarts, debugging],
  Error: [debugging],
  NotReady: [debugging],
  OOMKilled: [memory],
  Unschedulable: [scheduling],
  InstallFailed: [remediation],
  UpgradeFailed: [remediation],
  RetriesExceeded: [remediation],
};

/** None for a reason that nobody has written about. */
export function reasonDocs(reason: string): readonly DocumentationPage[] {
  return (Object.hasOwn(pagesByReason, reason) ? pagesByReason[reason] : undefined) ?? [];
}
