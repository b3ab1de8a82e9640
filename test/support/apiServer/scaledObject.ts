/** Objects of an embedded API server with other replicas than they have, as `kubectl scale` leaves them. */
import assert from 'node:assert/strict';
import { type Disposable, toDisposable } from '../../../src/base/disposables.ts';
import type { ObjectId } from '../../../src/flux/objectKey.ts';
import type { KubernetesObject } from '../../../src/flux/objects.ts';
import type { ApiServer } from './apiServer.ts';

/** Until disposed, which puts back what was there. */
export function scaledObject(server: ApiServer, id: ObjectId, replicas: number): Disposable {
  const before = scale(server, id, replicas);
  return toDisposable(() => void server.put(before));
}

/** For good. Gives what was there. */
export function scale(server: ApiServer, id: ObjectId, replicas: number): KubernetesObject {
  const before = server.get(id) ?? assert.fail(`the recording has no ${id.kind} ${id.name}`);
  server.put({ ...before, spec: { ...before.spec, replicas } });
  return before;
}
