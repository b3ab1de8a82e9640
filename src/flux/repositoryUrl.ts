/**
 * Addresses of Git repositories: whether two name the same one, and how to show one without its credentials.
 * Pure text: nothing is looked up or contacted. In doubt two addresses are different.
 */

type Transport = 'http' | 'ssh' | 'git' | 'file';

interface Address {
  readonly transport: Transport;
  /** Lower-cased, `''` for local paths. */
  readonly host: string;
  /** `''` for the transport's default. */
  readonly port: string;
  /** Without leading and trailing slashes and without `.git`. */
  readonly path: string;
}

const transports: Readonly<Record<string, Transport>> = {
  'http:': 'http',
  'https:': 'http',
  'ssh:': 'ssh',
  'git+ssh:': 'ssh',
  'ssh+git:': 'ssh',
  'git+https:': 'http',
  'git+http:': 'http',
  'git:': 'git',
  'file:': 'file',
};

const defaultPorts: Readonly<Record<Transport, readonly string[]>> = {
  http: ['80', '443'],
  ssh: ['22'],
  git: ['9418'],
  file: [],
};

/** Other names under which hosting services answer SSH where port 22 is blocked. */
const hostAliases: Readonly<Record<string, string>> = {
  'ssh.github.com': 'github.com',
  'altssh.gitlab.com': 'gitlab.com',
  'altssh.bitbucket.org': 'bitbucket.org',
  'ssh.dev.azure.com': 'dev.azure.com',
};

/** Hosts known to look names up without regard to case; elsewhere a path's case matters. */
const caselessHosts: ReadonlySet<string> = new Set(['github.com', 'gitlab.com', 'bitbucket.org', 'dev.azure.com']);

/** Whether both are addresses of the same repository, over whatever transport. False for text that is no address. */
export function sameRepository(a: string, b: string): boolean {
  const left = parseAddress(a);
  const right = parseAddress(b);
  if (!left || !right || left.host !== right.host || pathKey(left) !== pathKey(right)) {
    return false;
  }
  if (left.transport === right.transport) {
    return left.port === right.port; // another port is another server
  }
  // Of one host, SSH and HTTP naturally have different ports; local paths have no counterpart.
  return left.transport !== 'file' && right.transport !== 'file';
}

/**
 * One form for all addresses of a repository on the default ports: `github.com/org/name`, `file:/srv/git/name`.
 * `undefined` for text that is no address. Compare with `sameRepository`, which also knows about ports.
 */
export function normalizeRepositoryUrl(url: string): string | undefined {
  const address = parseAddress(url);
  if (!address) {
    return undefined;
  }
  const port = address.port === '' ? '' : `:${address.port}`;
  return address.transport === 'file' ? `file:/${address.path}` : `${address.host}${port}/${pathKey(address)}`;
}

/** For a person: host and path without scheme, user, password or query; `''` for text that is no address. */
export function repositoryLabel(url: string): string {
  const address = parseAddress(url);
  if (!address) {
    return '';
  }
  const port = address.port === '' ? '' : `:${address.port}`;
  return address.transport === 'file' ? `/${address.path}` : `${address.host}${port}/${address.path}`;
}

function parseAddress(text: string): Address | undefined {
  const url = text.trim();
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(url)) {
    return parseUrl(url);
  }
  if (/^(?:\/|[A-Za-z]:[\\/])/.test(url)) {
    return address('file', '', '', url.replaceAll('\\', '/'));
  }
  // scp's form, which Git takes for SSH when there is no slash before the first colon
  const scp = /^(?:[^@/\s]+@)?(?<host>\[[^\]\s]+\]|[^:/@\s]+):(?<path>[^\s].*)$/.exec(url)?.groups;
  return scp ? address('ssh', scp['host'] ?? '', '', scp['path'] ?? '') : undefined;
}

function parseUrl(text: string): Address | undefined {
  try {
    const url = new URL(text);
    const transport = transports[url.protocol];
    return transport && address(transport, url.hostname, url.port, decodeURIComponent(url.pathname));
  } catch {
    return undefined; // no URL, or a stray % in it
  }
}

function address(transport: Transport, rawHost: string, port: string, rawPath: string): Address | undefined {
  const host = rawHost.toLowerCase().replace(/\.$/, '');
  const path = rawPath
    .replace(/\/{2,}/g, '/')
    .replace(/^\/|\/$/g, '')
    .replace(/\.git$/, '');
  if (path === '' || (host === '' && transport !== 'file')) {
    return undefined;
  }
  const alias = Object.hasOwn(hostAliases, host) ? hostAliases[host] : undefined;
  return {
    transport,
    host: alias ?? host,
    port: alias !== undefined || defaultPorts[transport].includes(port) ? '' : port,
    path,
  };
}

/** The path in the form in which it is compared. */
function pathKey({ host, path, transport }: Address): string {
  let key = caselessHosts.has(host) ? path.toLowerCase() : path;
  if (host === 'dev.azure.com') {
    // https://dev.azure.com/org/project/_git/name and git@ssh.dev.azure.com:v3/org/project/name
    key = key.replace(/^v3\//, '').replace('/_git/', '/');
  } else if (transport === 'http') {
    key = key.replace(/^scm\//, ''); // Bitbucket Data Center serves HTTP below /scm/ and SSH without
  }
  return key;
}
