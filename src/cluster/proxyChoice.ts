/**
 * Which proxy a connection to an API server takes, by the rules of kubectl and VS Code together. Pure.
 */
import { isIP } from 'node:net';

export interface ProxyInput {
  readonly server: URL;
  /** `proxy-url` of the kubeconfig's cluster. */
  readonly kubeconfig: string | undefined;
  /** VS Code's `http.proxy`. */
  readonly setting: string | undefined;
  /** VS Code's `http.noProxy`, in the form of NO_PROXY's entries; both count. */
  readonly noProxy?: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * The proxy's URL, `undefined` for a direct connection. Throws an Error for one that cannot be understood.
 * The kubeconfig's own proxy always counts, as in kubectl; the setting and the environment step back for NO_PROXY and,
 * as in Go's `ProxyFromEnvironment`, for loopback.
 */
export function chooseProxy({ server, kubeconfig, setting, noProxy = [], env }: ProxyInput): URL | undefined {
  if (kubeconfig !== undefined && kubeconfig !== '') {
    return parseProxy(kubeconfig, 'proxy-url');
  }
  const variable = (name: string): string | undefined => env[name.toLowerCase()] ?? env[name];
  if (isLoopback(hostOf(server)) || isExempt(server, [...noProxy, variable('NO_PROXY') ?? ''].join(','))) {
    return undefined;
  }
  if (setting !== undefined && setting !== '') {
    return parseProxy(setting, 'http.proxy');
  }
  const name = server.protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY';
  const value = variable(name);
  return value === undefined || value === '' ? undefined : parseProxy(value, name);
}

const schemes = ['http:', 'https:', 'socks:', 'socks4:', 'socks4a:', 'socks5:', 'socks5h:'];

function parseProxy(text: string, origin: string): URL {
  // The value is not repeated in the error: it may hold a password.
  const url = URL.parse(text.includes('://') ? text : `http://${text}`);
  if (!url || !schemes.includes(url.protocol)) {
    throw new Error(`${origin} is not the URL of a proxy (http, https or socks5)`);
  }
  return url;
}

/** The proxy as it may be shown: without user and password. */
export function showProxy(proxy: URL): string {
  return `${proxy.protocol}//${proxy.host}`;
}

function hostOf(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, '').toLowerCase();
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

/** NO_PROXY: `*`, names with all below them, addresses, CIDR blocks of IPv4, each with an optional port. */
function isExempt(server: URL, list: string): boolean {
  const host = hostOf(server);
  const port = server.port === '' ? (server.protocol === 'https:' ? '443' : '80') : server.port;
  return list
    .split(',')
    .map((entry) => entry.trim().toLowerCase())
    .some((entry) => entry !== '' && matches(entry, host, port));
}

function matches(entry: string, host: string, port: string): boolean {
  if (entry === '*') {
    return true;
  }
  const block = /^(\d+\.\d+\.\d+\.\d+)\/(\d+)$/.exec(entry);
  if (block) {
    return isIP(host) === 4 && inBlock(host, block[1] ?? '', Number(block[2]));
  }
  const withPort = isIP(entry) === 6 ? null : /^\[?(.*?)\]?:(\d+)$/.exec(entry);
  const name = withPort ? (withPort[1] ?? '') : entry.replace(/^\[|\]$/g, '');
  if (withPort && withPort[2] !== port) {
    return false;
  }
  const suffix = name.replace(/^\*?\./, '');
  // `example.com` covers itself and what is below; `.example.com` only what is below (Go, x/net/http/httpproxy).
  return host.endsWith(`.${suffix}`) || (suffix === name && host === name);
}

function inBlock(host: string, base: string, bits: number): boolean {
  const mask = bits === 0 ? 0 : (~0 << (32 - Math.min(32, bits))) >>> 0;
  return (toNumber(host) & mask) >>> 0 === (toNumber(base) & mask) >>> 0;
}

function toNumber(address: string): number {
  return address.split('.').reduce((sum, part) => ((sum << 8) | Number(part)) >>> 0, 0);
}
