/**
 * The field managers that kustomize-controller takes fields back from beside kubectl, as its Deployments tell it: its flag
 * `--override-manager` (kustomize-controller's main.go). Reads data only.
 */
import type { KubernetesObject } from '../flux/objects.ts';
import { deploymentsOf, flagValues } from './controllerDeployment.ts';

const controller = 'kustomize-controller';

/** Prefixes of their names, sorted; `undefined` where no Deployment is the controller's, or where shards of it differ. */
export function overriddenManagersOf(deployments: readonly KubernetesObject[]): readonly string[] | undefined {
  const answers = deploymentsOf(controller, deployments).map((one) =>
    [...new Set(flagValues('override-manager', one))].toSorted(),
  );
  const [first, ...others] = answers;
  return others.every((answer) => JSON.stringify(answer) === JSON.stringify(first)) ? first : undefined;
}
