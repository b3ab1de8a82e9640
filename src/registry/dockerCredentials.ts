/**
 * Credentials of registries as `docker login` and `helm registry login` write them: those that stand in a file. A credential
 * helper is a program of the user's and is not run; that there is one is said, so that a refusal can be explained.
 */
import { isRecord } from '../base/isRecord.ts';
import { readFile } from 'node:fs/promises';
import { Sealed } from '../base/sealed.ts';

export interface RegistryLogin {
  /** `user:password`; `undefined` where none is written down. */
  readonly basic: Sealed<string> | undefined;
  /** Name of the helper that knows the credentials instead. */
  readonly helper: string | undefined;
}

/** Looks up the login of a registry's host; never throws. */
export type RegistryLogins = (host: string) => Promise<RegistryLogin>;

/** No login for any registry. */
export const anonymous: RegistryLogins = () => Promise.resolve({ basic: undefined, helper: undefined });

/** `files`: of the form of `~/.docker/config.json`; the first that knows the host counts, a missing one is skipped. */
export function loginsOfFiles(files: readonly string[]): RegistryLogins {
  return async (host) => {
    let helper: string | undefined;
    for (const file of files) {
      const found = loginIn(await readConfig(file), host);
      if (found.basic) {
        return found;
      }
      helper ??= found.helper;
    }
    return { basic: undefined, helper };
  };
}

interface DockerConfig {
  readonly auths?: unknown;
  readonly credHelpers?: unknown;
  readonly credsStore?: unknown;
}

/** A file that cannot be read or understood is none: who is not logged in is told so by the registry. */
async function readConfig(file: string): Promise<DockerConfig> {
  try {
    const parsed: unknown = JSON.parse(await readFile(file, 'utf8'));
    return isRecord(parsed) ? parsed : {};
  } catch {
    return {};
  }
}

function loginIn({ auths, credHelpers, credsStore }: DockerConfig, host: string): RegistryLogin {
  const entries = isRecord(auths) ? Object.entries(auths) : [];
  const entry = entries.find(([key]) => hostOfKey(key) === canonical(host))?.[1];
  const own = isRecord(credHelpers)
    ? Object.entries(credHelpers).find(([key]) => hostOfKey(key) === canonical(host))
    : undefined;
  const helper = own?.[1] ?? (entry === undefined ? undefined : credsStore);
  return {
    basic: basicOf(entry),
    helper: typeof helper === 'string' && helper !== '' ? helper : undefined,
  };
}

function basicOf(entry: unknown): Sealed<string> | undefined {
  if (!isRecord(entry)) {
    return undefined;
  }
  const { auth, username, password } = entry;
  if (typeof auth === 'string' && auth !== '') {
    const pair = Buffer.from(auth, 'base64').toString('utf8');
    return pair.includes(':') ? new Sealed(pair) : undefined;
  }
  return typeof username === 'string' && typeof password === 'string' && username !== ''
    ? new Sealed(`${username}:${password}`)
    : undefined;
}

/** Keys are hosts, or URLs of older versions: `https://index.docker.io/v1/`. */
function hostOfKey(key: string): string {
  return canonical(key.replace(/^https?:\/\//, '').replace(/\/.*$/, ''));
}

/** Docker Hub has other names than its images. */
function canonical(host: string): string {
  return /^(?:index\.|registry-1\.)?docker\.io$/.test(host) ? 'docker.io' : host;
}
