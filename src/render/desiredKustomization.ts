/**
 * A Flux Kustomization as kustomize-controller would build it, from the object in force to the objects that it would apply.
 * Finds nothing in the repository itself.
 */
import { Sealed } from '../base/sealed.ts';
import type { KubernetesObject } from '../flux/objects.ts';
import { asFluxObject } from '../flux/sanitizeObject.ts';
import { fieldAt } from '../flux/untyped.ts';
import type { BuildOwners } from './buildOwners.ts';
import type { DesiredObject, RenderedKustomization, RenderNote } from './desired.ts';
import { desiredObjects, maskTwin, type Untraced } from './desiredObjects.ts';
import { buildElsewhere, type InForce } from './inForce.ts';
import { buildKustomization } from './kustomizationBuild.ts';
import { leftAlone } from './leftAlone.ts';
import { textsHeldBy } from './maskHeld.ts';
import type { RenderContext } from './renderContext.ts';
import type { Twin } from './twin.ts';
import { effectiveVariables, loadVariables } from './variables.ts';

/** Throws `Failure`. */
export async function renderKustomization(
  context: RenderContext,
  inForce: InForce,
  owners: BuildOwners,
): Promise<RenderedKustomization> {
  const { object, builds, document } = inForce;
  const variables = await loadVariables(context, {
    kustomization: object,
    builds,
    definedIn: document.path,
    elsewhere: buildElsewhere(context, owners),
  });
  const built = await buildKustomization(context, {
    kustomization: object,
    definedIn: document.path,
    variables: variables.sources,
    keepUnknown: variables.keepUnknown,
  });
  const decrypts = fieldAt(object.real, 'spec', 'decryption', 'provider') !== undefined;
  const { objects, notes } = desiredObjects(built.objects, context, decrypts);
  const shown = asFluxObject(shownObject(object, context));
  const { namespace = '', name } = shown.metadata;
  const secrets = [...context.secrets, ...textsHeldBy(objects)];
  const said = [...inForce.notes, ...variables.notes, ...built.notes, ...notes];
  return {
    kind: 'Kustomization',
    name: { kind: 'Kustomization', namespace, name },
    inForce: shown,
    parents: inForce.parents,
    parentFiles: inForce.parentFiles,
    objects: objects.map((one, index) => withRole(one, built.objects.real[index])),
    variables: effectiveVariables(variables.settings, built),
    notes: distinct(said.map((note) => ({ ...note, message: context.redacted(note.message) }))),
    ...(secrets.length === 0 ? {} : { secrets: new Sealed(secrets) }),
  };
}

function withRole(desired: DesiredObject, real: KubernetesObject | undefined): DesiredObject {
  const skipped = real && leftAlone(real);
  return skipped === undefined ? desired : { ...desired, role: { skipped } };
}

/** One object with what came from Secrets masked. */
export function shownObject(object: Twin<KubernetesObject>, untraced: Untraced): KubernetesObject {
  const { real, scrambled, secret } = object;
  const list: Twin<readonly KubernetesObject[]> = {
    real: [real],
    scrambled: scrambled === undefined ? undefined : [scrambled],
    secret,
  };
  return maskTwin(list, untraced).objects[0]?.object ?? real;
}

/** Each said once: a parent and its child often have the same source. */
export function distinct(notes: readonly RenderNote[]): readonly RenderNote[] {
  const byMessage = new Map(notes.map((note) => [note.message, note]));
  return [...byMessage.values()];
}
