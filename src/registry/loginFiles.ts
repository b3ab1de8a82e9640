/** Where the logins of a user for registries lie, by the environment alone. Reads no file. */
import { join } from 'node:path';

/** The files that `helm registry login` and `docker login` write, in the order in which they are asked. */
export function loginFiles(env: Readonly<Record<string, string | undefined>>, home: string): readonly string[] {
  const configHome = given(env['XDG_CONFIG_HOME']) ?? join(home, '.config');
  return [
    given(env['HELM_REGISTRY_CONFIG']) ?? join(configHome, 'helm', 'registry', 'config.json'),
    join(given(env['DOCKER_CONFIG']) ?? join(home, '.docker'), 'config.json'),
  ];
}

/** An empty variable is none. */
function given(value: string | undefined): string | undefined {
  return value === '' ? undefined : value;
}
