/**
 * Whether kustomize-controller refuses variables that nothing sets, as its Deployments tell it. Follows the feature gate
 * StrictPostBuildSubstitutions of kustomize-controller's internal/features/features.go. Reads data only.
 */
import type { KubernetesObject } from '../flux/objects.ts';
import { atLeastVersion } from '../flux/fluxVersion.ts';
import { deploymentsOf, flagValues, fluxVersionOf, imageVersion } from './controllerDeployment.ts';

const controller = 'kustomize-controller';
const gate = 'StrictPostBuildSubstitutions';

/** `undefined` where no Deployment is the controller's, where none tells, or where shards of it differ. */
export function strictSubstitutionOf(deployments: readonly KubernetesObject[]): boolean | undefined {
  const answers = deploymentsOf(controller, deployments).map((one) => gateOf(one) ?? strictByDefault(one));
  return answers.every((answer) => answer === answers[0]) ? answers[0] : undefined;
}

/** `--feature-gates=A=true,B=false`; repeated flags add up, and the last one wins. */
function gateOf(deployment: KubernetesObject): boolean | undefined {
  const values = flagValues('feature-gates', deployment)
    .flatMap((list) => list.split(','))
    .flatMap((pair) => {
      const [name = '', value = ''] = pair.split('=', 2);
      return name.trim() === gate ? (flag(value.trim()) ?? []) : [];
    });
  return values.at(-1);
}

/** As Go's strconv.ParseBool, without which the controller would not start. */
function flag(text: string): boolean | undefined {
  const isTrue = ['1', 't', 'T', 'TRUE', 'true', 'True'].includes(text);
  return isTrue || ['0', 'f', 'F', 'FALSE', 'false', 'False'].includes(text) ? isTrue : undefined;
}

/** On since kustomize-controller 1.9, which is Flux 2.9's. */
function strictByDefault(deployment: KubernetesObject): boolean | undefined {
  const own = atLeastVersion(imageVersion(deployment) ?? '', 1, 9);
  return own ?? atLeastVersion(fluxVersionOf(deployment) ?? '', 2, 9);
}
