/** Which changes of a workload replace its pods. Pure. */
import type { KubernetesObject } from '../flux/objects.ts';
import { fieldAt } from '../flux/untyped.ts';
import type { FieldPath } from '../render/desired.ts';

const workloads: ReadonlySet<string> = new Set(['apps/v1 Deployment', 'apps/v1 StatefulSet', 'apps/v1 DaemonSet']);

/** `next` as it will be: a paused Deployment, and a strategy `OnDelete`, leave the pods alone. */
export function restartsPods(next: KubernetesObject, paths: readonly FieldPath[]): boolean {
  return (
    workloads.has(`${next.apiVersion} ${next.kind}`) &&
    fieldAt(next.spec, 'paused') !== true &&
    fieldAt(next.spec, 'updateStrategy', 'type') !== 'OnDelete' &&
    paths.some(([first, second]) => first === 'spec' && (second === undefined || second === 'template'))
  );
}
