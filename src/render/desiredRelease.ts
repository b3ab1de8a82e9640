/**
 * A HelmRelease as helm-controller would render it. Decides nothing about files and builds: it is given the object in force.
 */
import type { RenderedRelease } from './desired.ts';
import { Failure } from '../base/failure.ts';
import type { ReleaseContext, ReleaseInForce } from './releaseInputs.ts';

/** Throws `Failure`. */
export async function renderRelease(release: ReleaseInForce, context: ReleaseContext): Promise<RenderedRelease> {
  await Promise.resolve(context);
  throw new Failure('invalid', `HelmRelease ${release.object.metadata.name} cannot be rendered yet`);
}
