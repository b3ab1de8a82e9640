/**
 * Whether kustomize-controller refuses variables that nothing sets, as its Deployments tell it. Follows the feature gate
 * StrictPostBuildSubstitutions of kustomize-controller's internal/features/features.go. Reads data only.
 */
import type { KubernetesObject } from '../flux/objects.ts';
import { asList, asText, fieldAt } from '../flux/untyped.ts';
import { atLeastVersion } from '../flux/fluxVersion.ts';
import { fluxVersionOf, imageVersion, managerContainer } from './controllerDeployment.ts';

const controller = 'kustomize-controller';
const gate = 'StrictPostBuildSubstitutions';

/** `undefined` where no Deployment is the controller's, where none tells, or where shards of it differ. */
export function strictSubstitutionOf(deployments: readonly KubernetesObject[]): boolean | undefined {
  const answers = deployments.filter(({ metadata: { name } }) => isController(name)).map((one) => ownAnswer(one));
  return answers.every((answer) => answer === answers[0]) ? answers[0] : undefined;
}

/** Shards are named after it. */
function isController(name: string): boolean {
  return name === controller || name.startsWith(`${controller}-`);
}

function ownAnswer(deployment: KubernetesObject): boolean | undefined {
  return gateOf(wordsOf(deployment)) ?? strictByDefault(deployment);
}

/** An entrypoint may be written out in `command`; the gates are read from either. */
function wordsOf(deployment: KubernetesObject): readonly string[] {
  const manager = managerContainer(deployment);
  return ['command', 'args'].flatMap((key) =>
    (asList(fieldAt(manager, key)) ?? []).flatMap((word) => asText(word) ?? []),
  );
}

/** `--feature-gates=A=true,B=false` or with the value as the next word; repeated flags add up, and the last one wins. */
function gateOf(words: readonly string[]): boolean | undefined {
  const lists = words.flatMap((word, index) => {
    const found = /^--feature-gates(?:=(?<gates>.*))?$/s.exec(word);
    return found ? [found.groups?.['gates'] ?? words[index + 1] ?? ''] : [];
  });
  const values = lists
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
