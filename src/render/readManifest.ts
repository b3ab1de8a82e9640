/**
 * A manifest that a cluster has stored, read as the controllers read YAML (`yes`, `0777`): by the engine, for the objects that it
 * gives are compared with what the controllers send. Keeps nothing of it.
 */
import { Failure, isFailure } from '../base/failure.ts';
import { Sealed } from '../base/sealed.ts';
import type { KubernetesObject } from '../flux/objects.ts';
import type { Engine } from './engine.ts';

/** `what` names the manifest in a failure: `the manifest of release logging/loki`. */
export type ManifestReader = (
  manifest: Sealed<string>,
  what: string,
  signal?: AbortSignal,
) => Promise<Sealed<readonly KubernetesObject[]>>;

/**
 * Lists are unfolded, what is no object is left out. Fails with `invalid` where it is no YAML, which says nothing of what stands
 * in it: nobody knows what of it came from a Secret.
 */
export function manifestReader(engine: Engine): ManifestReader {
  return (manifest, what, signal) =>
    engine.use(
      async (session) => {
        try {
          const { objects } = await session.request('parse', { text: manifest.reveal() });
          return new Sealed(objects);
        } catch (error) {
          throw isFailure(error, 'invalid') ? new Failure('invalid', `${what} cannot be read`) : error;
        }
      },
      { what: `Reading ${what}`, ...(signal ? { signal } : {}) },
    );
}
