/** What the Deployment of a Flux controller tells of it: where it is to be found, and its version. Reads data only. */
import type { KubernetesObject } from '../flux/objects.ts';
import { asList, asText, fieldAt } from '../flux/untyped.ts';

/** All of Flux's installers give it to the Deployments of the controllers. */
export const controllersSelector = 'app.kubernetes.io/part-of=flux';
/** Where `flux install` and `flux bootstrap` put them unless told otherwise. */
export const usualNamespace = 'flux-system';

/** Of one controller, with its shards, which are named after it. */
export function deploymentsOf(
  controller: string,
  deployments: readonly KubernetesObject[],
): readonly KubernetesObject[] {
  return deployments.filter(({ metadata: { name } }) => name === controller || name.startsWith(`${controller}-`));
}

/** Each value of a flag that takes one, in turn: `--flag=value`, or with the value as the next word. */
export function flagValues(flag: string, deployment: KubernetesObject): readonly string[] {
  const words = wordsOf(deployment);
  return words.flatMap((word, at) => {
    const [name = '', ...value] = word.split('=');
    return name === `--${flag}` ? [value.length > 0 ? value.join('=') : (words[at + 1] ?? '')] : [];
  });
}

/** An entrypoint may be written out in `command`; flags are read from either. */
function wordsOf(deployment: KubernetesObject): readonly string[] {
  const manager = managerContainer(deployment);
  return ['command', 'args'].flatMap((key) =>
    (asList(fieldAt(manager, key)) ?? []).flatMap((word) => asText(word) ?? []),
  );
}

/** The container `manager` (all Flux controllers call theirs so), else the first one. */
export function managerContainer(deployment: KubernetesObject): unknown {
  const containers = asList(fieldAt(deployment.spec, 'template', 'spec', 'containers')) ?? [];
  return containers.find((container) => fieldAt(container, 'name') === 'manager') ?? containers[0];
}

/** The controller's own version, without a leading `v`: the tag of its image. `undefined` for an image by digest alone. */
export function imageVersion(deployment: KubernetesObject): string | undefined {
  const image = (asText(fieldAt(managerContainer(deployment), 'image')) ?? '').split('@', 1)[0] ?? '';
  return bareVersion(/:([^:/]+)$/.exec(image)?.[1]);
}

/** The version of Flux as a whole, which the Deployments and CRDs of an installation carry. */
export function fluxVersionOf(object: KubernetesObject): string | undefined {
  return bareVersion(object.metadata.labels?.['app.kubernetes.io/version']);
}

function bareVersion(text: string | undefined): string | undefined {
  return text === undefined || text === '' ? undefined : text.replace(/^v(?=\d)/, '');
}
