/** What a reader must know of the comparison of a whole Flux Kustomization, beside what was said of its render. Pure. */
import { displayName } from '../flux/objectKey.ts';
import type { FluxObject } from '../flux/objects.ts';
import type { RenderedKustomization, RenderNote } from '../render/desired.ts';
import type { Because, ObjectDifference } from './difference.ts';
import { suspendedNote } from './suspendNotes.ts';

/** With any of these the controller cannot apply the object either. */
const failures: ReadonlySet<Because | undefined> = new Set<Because>([
  'notServed',
  'otherVersion',
  'namespaceMissing',
  'invalid',
  'immutable',
  'webhook',
]);

export function comparisonNotes(
  rendered: RenderedKustomization,
  live: FluxObject | undefined,
  objects: readonly ObjectDifference[],
  ruleProblem: string | undefined,
): readonly RenderNote[] {
  const { spec } = rendered.inForce;
  const more: RenderNote[] = [];
  if (spec?.serviceAccountName !== undefined) {
    const message = `The objects are applied as service account ${spec.serviceAccountName}; its rights are not checked.`;
    more.push({ severity: 'information', message });
  }
  if (ruleProblem !== undefined) {
    const message = `${ruleProblem}; kustomize-controller then applies nothing.`;
    more.push({ severity: 'approximate', message });
  }
  if (live?.spec?.suspend === true) {
    more.push(suspendedNote('Kustomization'));
  }
  if (live?.spec?.kubeConfig !== undefined && spec?.kubeConfig === undefined) {
    const message = 'The Kustomization applies to another cluster until now: what it leaves there is not told.';
    more.push({ severity: 'approximate', message });
  }
  more.push(...refusedNote(objects));
  return [...rendered.notes, ...more];
}

/** All objects of a stage are tried before one is applied (pkg/ssa `ApplyAll`), and pruning comes last. */
export function refusedNote(objects: readonly ObjectDifference[]): readonly RenderNote[] {
  const refused = objects.filter(({ change, because }) => change === 'unknown' && failures.has(because));
  const [first] = refused;
  if (!first) {
    return [];
  }
  const title = `${first.id.kind} ${displayName(first.id)}`;
  const which = refused.length === 1 ? `${title} is` : `${title} and ${refused.length - 1} more are`;
  const message = `${which} refused: until that is mended kustomize-controller applies nothing beside it, and prunes nothing.`;
  return [{ severity: 'approximate', message }];
}
