/** The objects of one cluster that files may be pending for, each with the Kustomization and the source that its files come by. */
import type { ClusterState } from '../cluster/clusterState.ts';
import { fluxKinds } from '../flux/kinds.ts';
import { idOf, type ObjectId, objectKey } from '../flux/objectKey.ts';
import type { FluxObject } from '../flux/objects.ts';
import { ownerOf, sourceOf } from '../flux/references.ts';
import type { PendingSubject } from './appliedCommit.ts';

/** As the store has them now; an owner or a source that is not to be seen is `undefined`. */
export function pendingSubjects(state: Pick<ClusterState, 'context' | 'ofKind' | 'get'>): readonly PendingSubject[] {
  const held = (id: ObjectId | undefined): FluxObject | undefined => id && state.get(objectKey(state.context, id));
  const subjects: PendingSubject[] = [];
  for (const kind of fluxKinds.filter(({ role }) => role === 'applier')) {
    for (const object of state.ofKind(kind)) {
      const ownedBy = ownerOf(object);
      const owner = ownedBy?.by === 'kustomize' ? held(ownedBy.id) : undefined;
      const applier = object.kind === 'Kustomization' ? object : owner;
      const source = applier && held(sourceOf(applier));
      subjects.push({ key: objectKey(state.context, idOf(object)), object, owner, source });
    }
  }
  return subjects;
}
