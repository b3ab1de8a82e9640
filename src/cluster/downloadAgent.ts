/**
 * How something that lies on no API server is downloaded through the user's proxy: the choice and the tunnel are those of
 * requests to a cluster. Downloads nothing itself.
 */
import type { Agent } from 'node:http';
import { Failure } from '../base/failure.ts';
import { chooseProxy } from './proxyChoice.ts';
import { tunnelAgent } from './proxyTunnel.ts';

export interface DownloadNetwork {
  /** VS Code's `http.proxy`; `undefined` leaves it to the environment. */
  readonly proxy?: string | undefined;
  readonly noProxy?: readonly string[] | undefined;
  readonly strictSSL: boolean;
  /** Certificate authorities besides the well-known ones, in PEM. */
  readonly extraCAs: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** For a proxy to open its tunnel. */
const timeoutMs = 30_000;

/** `undefined`: straight to the host. Throws `Failure('invalid')` for a proxy that downloads cannot go through. */
export function downloadAgent(url: URL, network: DownloadNetwork): Agent | undefined {
  const { proxy: setting, noProxy, strictSSL, extraCAs, env } = network;
  const proxy = chooseProxy({ server: url, kubeconfig: undefined, setting, ...(noProxy && { noProxy }), env });
  if (proxy?.protocol.startsWith('socks') === true) {
    throw new Failure(
      'invalid',
      `${url.host} would be asked through a SOCKS proxy, which charts cannot be pulled through`,
    );
  }
  const ca = extraCAs.length === 0 ? undefined : extraCAs;
  return proxy && tunnelAgent(url.protocol === 'https:', { proxy, strictSSL, ca, timeoutMs }, {});
}
