/**
 * What a waiting object waits for, read from the controllers' own sentences (kustomize-controller 1.9
 * `checkDependencies`, helm-controller 1.6 `checkDependencies` and `isReady`). Text from a cluster: only names that
 * could be names become ids.
 */
import { groupOf } from './kinds.ts';
import type { ObjectId } from './objectKey.ts';
import type { FluxObject } from './objects.ts';
import { dependenciesOf, sourceOf } from './references.ts';

const objectName = "'(?<namespace>[a-z0-9][a-z0-9.-]*)/(?<name>[a-z0-9][a-z0-9.-]*)'";

/** `dependency 'a/b' is not ready`, `… revision is not up to date`, `… not found: …`, `unable to get 'a/b' dependency: …` */
const dependencySentence = new RegExp(
  `^(?:dependency ${objectName}|unable to get ${objectName.replaceAll('?<', '?<get')} dependency)`,
);

/** `HelmChart 'a/b' is not ready: does not have an artifact` */
const sourceSentence = new RegExp(`^(?<kind>[A-Z][A-Za-z]*) ${objectName} is not ready`);

/** The awaited object; the message itself when it names none; `undefined` when there is no message either. */
export function waitingFor(object: FluxObject, reason: string, message: string): ObjectId | string | undefined {
  const named = reason === 'DependencyNotReady' ? dependencyIn(object, message) : sourceIn(message);
  if (named) {
    return named;
  }
  // A sentence of another version: the reference itself, where there is only one that it can mean.
  const dependencies = dependenciesOf(object);
  const only =
    reason === 'DependencyNotReady' ? (dependencies.length === 1 ? dependencies[0] : undefined) : sourceOf(object);
  return only ?? (message === '' ? undefined : message);
}

function dependencyIn(object: FluxObject, message: string): ObjectId | undefined {
  const groups = dependencySentence.exec(message)?.groups;
  const namespace = groups?.['namespace'] ?? groups?.['getnamespace'];
  const name = groups?.['name'] ?? groups?.['getname'];
  return namespace !== undefined && name !== undefined
    ? { group: groupOf(object.apiVersion), kind: object.kind, namespace, name }
    : undefined;
}

function sourceIn(message: string): ObjectId | undefined {
  const groups = sourceSentence.exec(message)?.groups;
  const { kind, namespace, name } = groups ?? {};
  return kind !== undefined && namespace !== undefined && name !== undefined
    ? { group: 'source.toolkit.fluxcd.io', kind, namespace, name }
    : undefined;
}
