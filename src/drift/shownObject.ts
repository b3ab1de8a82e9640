/** Objects of a cluster as they are shown: without what nobody can act on. Masks nothing. */
import type { KubernetesObject } from '../flux/objects.ts';
import { asRecord } from '../flux/untyped.ts';
import { withoutFields } from './withoutFields.ts';

const ofObject: ReadonlySet<string> = new Set(['status']);
const ofMetadata: ReadonlySet<string> = new Set([
  'managedFields',
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'selfLink',
]);

/** Defaults of the server stay: both sides of a comparison have them. */
export function meaningful(object: KubernetesObject): KubernetesObject {
  const fields = withoutFields(asRecord(object) ?? {}, ofObject);
  return {
    ...fields,
    metadata: withoutFields(asRecord(object.metadata) ?? {}, ofMetadata),
  } as unknown as KubernetesObject;
}
