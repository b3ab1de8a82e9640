/** Where in the cluster an artifact lies, read from `status.artifact`: a Service, its port and a path. Asks nobody. */
import { Failure } from '../base/failure.ts';
import type { Artifact } from '../flux/objects.ts';

export interface ArtifactAddress {
  readonly namespace: string;
  readonly service: string;
  readonly port: number;
  /** Begins with `/`, percent-encoded. */
  readonly path: string;
}

const label = /^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/;

/**
 * The host is a Service's name in the cluster's DNS, with a dot at its end on a standard install
 * (`source-controller.flux-system.svc.cluster.local.`); its two first labels are enough, whatever the cluster's domain. Other
 * producers of ExternalArtifacts have hosts of their own. Throws a Failure `invalid` for a host that is no Service.
 */
export function artifactAddress(artifact: Artifact): ArtifactAddress {
  const url = URL.parse(artifact.url ?? '');
  if (!url) {
    throw new Failure('invalid', 'it has no URL');
  }
  const host = url.hostname.replace(/\.$/, '');
  const [service = '', namespace = '', kind = 'svc'] = host.split('.');
  if (url.protocol !== 'http:' || kind !== 'svc' || !label.test(service) || !label.test(namespace)) {
    throw new Failure('invalid', `it is at ${url.protocol}//${url.host}, which is no Service of the cluster`);
  }
  // Controllers download the URL. Its path and the artifact's differ only where the producer has its own idea of paths.
  const path = url.pathname === '/' ? `/${encodePath(artifact.path ?? '')}` : url.pathname;
  return { namespace, service, port: url.port === '' ? 80 : Number(url.port), path };
}

function encodePath(path: string): string {
  return path.replace(/^\/+/, '').split('/').map(encodeURIComponent).join('/');
}
