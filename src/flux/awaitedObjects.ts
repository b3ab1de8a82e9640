/**
 * The objects that a health check was waiting for, as the controllers' sentence names them (fluxcd/pkg ssa/manager_wait.go):
 * `timeout waiting for: [Deployment/apps/web status: 'InProgress', HelmRelease/logging/loki status: 'Failed']`. Text from a
 * cluster: only names that could be names are taken.
 */
import type { ObjectId } from './objectKey.ts';

/** Without the group, which the sentence leaves out. `namespace` is `''` for an object of the cluster. */
export type AwaitedObject = Pick<ObjectId, 'kind' | 'namespace' | 'name'>;

const most = 50;
const name = '[a-z0-9](?:[a-z0-9.:-]{0,251}[a-z0-9])?';
const entry = new RegExp(
  `(?<![\\w/])(?<kind>[A-Z][A-Za-z0-9]{0,62})/(?:(?<namespace>${name})/)?(?<name>${name}) status: '`,
  'g',
);

/** Each once, in the order of the sentence; empty when it names none. */
export function awaitedObjects(message: string): AwaitedObject[] {
  const found = new Map<string, AwaitedObject>();
  for (const { groups } of message.slice(0, 20_000).matchAll(entry)) {
    const { kind = '', namespace = '', name: own = '' } = groups ?? {};
    if (found.size < most) {
      found.set(`${kind}/${namespace}/${own}`, { kind, namespace, name: own });
    }
  }
  return [...found.values()];
}
