/** A cluster for renders before Flux: what is missing there counts as not known, so that the rest can be rendered. */
import { Failure } from '../base/failure.ts';
import type { ClusterInputs } from '../render/desired.ts';

/** Asked for a ConfigMap or Secret that does not exist, it fails as if it might not be read. */
export function lenientInputs(inputs: ClusterInputs): ClusterInputs {
  const found = async <T>(asked: Promise<T | undefined>): Promise<T> => {
    const object = await asked;
    if (object === undefined) {
      throw new Failure('notFound', `missing in ${inputs.context}`);
    }
    return object;
  };
  return {
    context: inputs.context,
    configMap: (namespace, name, signal) => found(inputs.configMap(namespace, name, signal)),
    secret: (namespace, name, signal) => found(inputs.secret(namespace, name, signal)),
    fluxObject: (kind, namespace, name, signal) => inputs.fluxObject(kind, namespace, name, signal),
    capabilities: (signal) => inputs.capabilities(signal),
    artifact: (source, artifact, signal) => inputs.artifact(source, artifact, signal),
    // Strictness would fail for the variables that what is missing would set.
    strictSubstitution: () => Promise.resolve(false),
  };
}
