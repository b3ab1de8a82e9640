/**
 * Whether an object is what a controller applied: applied once more as that controller, without effect, it would change
 * nothing, neither a value nor who owns which field. Knows nothing of how the object was made.
 */
import { ApiError, type ApiObject } from './apiClient.ts';
import type { TestCluster } from './clusterHandle.ts';
import { apiPath } from './support.ts';
import { withoutPaths } from '../support/withoutPaths.ts';
import { comparable, differentPaths } from '../support/comparable.ts';

interface ManagedFields {
  readonly manager: string;
  readonly operation: string;
  readonly subresource?: string;
  readonly fieldsV1: unknown;
}

/**
 * In words, how the live object would change if `object` were applied as `manager`; empty when it would not. Throws `ApiError`
 * when the server refuses it. Ownership of
 * what the controllers add to built-in kinds before they apply them (fluxcd/pkg, ssa/normalize) is passed over.
 */
export async function changesByApplying(
  cluster: TestCluster,
  object: ApiObject,
  manager: string,
): Promise<readonly string[]> {
  const path = await apiPath(cluster, object);
  const { status, text } = await cluster.api.send('PATCH', `${path}?dryRun=All&force=true&fieldManager=${manager}`, {
    body: encoded(object),
    type: 'application/apply-patch+yaml',
  });
  if (status !== 200) {
    throw new ApiError('PATCH', path, status, text);
  }
  const live = await cluster.api.find(path);
  if (live === undefined) {
    return [`${path}: not in the cluster`];
  }
  const applied = JSON.parse(text) as ApiObject;
  return [
    ...differentPaths(comparable(values(applied)), comparable(values(live))),
    ...differentPaths(owned(applied, manager), owned(live, manager)).filter((line) => !isFilledIn(line)),
  ].map((line) => `${path}: ${line}`);
}

/** As the controllers send it: `stringData` is folded into `data`, or a key that goes would stay. */
function encoded(object: ApiObject): ApiObject {
  const stringData = object['stringData'] as Readonly<Record<string, string>> | undefined;
  if (object.kind !== 'Secret' || stringData === undefined) {
    return object;
  }
  const added = Object.entries(stringData).map(([key, value]) => [key, Buffer.from(value).toString('base64')] as const);
  return { ...withoutPaths(object, [['stringData']]), data: { ...object.data, ...Object.fromEntries(added) } };
}

/** All but what each request changes. */
function values(object: ApiObject): unknown {
  return withoutPaths(object, [['metadata', 'managedFields'], ['metadata', 'resourceVersion'], ['status']]);
}

function owned(object: ApiObject, manager: string): unknown {
  const { managedFields } = object.metadata as { readonly managedFields?: readonly ManagedFields[] };
  const entry = managedFields?.find(
    (each) => each.manager === manager && each.operation === 'Apply' && each.subresource === undefined,
  );
  return comparable(entry?.fieldsV1);
}

/** Fields that the controllers fill in, by `f:` and their name. */
const filledIn = ['protocol', 'targetPort', 'resources', 'strategy', 'metadata', 'status', 'creationTimestamp'];

/** `theirs {}`: the field alone, with nothing below that anybody set. */
function isFilledIn(line: string): boolean {
  const field = /\.f:(\w+): ours nothing, theirs \{\}$/.exec(line)?.[1];
  return field !== undefined && filledIn.includes(field);
}
