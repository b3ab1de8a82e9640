/** Live objects as YAML text: to be read, or to be copied. Of a Secret nothing but names and metadata is asked for. */
import { Failure } from '../base/failure.ts';
import type { SessionManager } from '../cluster/sessionManager.ts';
import { displayName, type ObjectKey, parseObjectKey } from '../flux/objectKey.ts';
import type { KubernetesObject } from '../flux/objects.ts';
import { cleanManifest, liveManifest } from '../view/liveManifest.ts';

/** Complete but for `managedFields`. Rejects with a Failure. */
export async function liveText(sessions: SessionManager, key: ObjectKey, signal: AbortSignal): Promise<string> {
  return print(liveManifest(await read(sessions, key, signal)));
}

/** As it could stand in a repository. Rejects with a Failure. */
export async function manifestText(sessions: SessionManager, key: ObjectKey, signal: AbortSignal): Promise<string> {
  return print(cleanManifest(await read(sessions, key, signal)));
}

async function read(sessions: SessionManager, key: ObjectKey, signal: AbortSignal): Promise<KubernetesObject> {
  const id = parseObjectKey(key);
  const { session } = sessions;
  if (!id || session?.context !== id.context) {
    throw new Failure('unreachable', `${id?.context ?? key} is not the connected context`);
  }
  const resource = await session.api.findResource(id, signal);
  if (!resource) {
    throw new Failure('notFound', `${id.context} does not serve the kind ${id.kind}`);
  }
  if (id.kind === 'Secret' && id.group === '') {
    throw new Failure('invalid', `Secret ${displayName(id)} is not shown: Driftline reads no Secret`);
  }
  return session.api.get(resource, id, signal);
}

async function print(object: Readonly<Record<string, unknown>>): Promise<string> {
  const { printYaml } = await import('../manifests/yamlBundle.ts');
  return printYaml(object);
}
