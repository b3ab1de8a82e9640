/**
 * What a server says of an object that it refuses, as far as it may be told: it quotes values, and old ones that nobody knows to be
 * secret. Knows the forms in which the API server, webhooks and policies speak; asks nobody.
 */
import type { Failure } from '../base/failure.ts';
import type { Sealed } from '../base/sealed.ts';
import { isSecret } from '../flux/isSecret.ts';
import type { KubernetesObject } from '../flux/objects.ts';
import type { DesiredObject, FieldPath } from '../render/desired.ts';
import { mask } from '../render/maskDifferences.ts';
import { withoutSecretsOf } from '../render/maskLive.ts';

export interface Refusal {
  readonly failure: Failure;
  /** As it was sent; its kind and name begin the server's sentence. */
  readonly sent: KubernetesObject;
  /** As rendered, with masks; absent where nothing tells where secrets went. */
  readonly desired: DesiredObject | undefined;
  readonly secrets: Sealed<readonly string[]> | undefined;
  /** A Secret that nobody could read may be in the object. */
  readonly hidden: boolean;
  /** Secrets of before may be in what lives, though none is in `desired`. */
  readonly mayQuote: boolean;
  /** A path of `sent` as it may be told. */
  readonly shownPath: (path: FieldPath) => FieldPath;
}

/**
 * `words`, of ours and without a full stop, with the server's behind them. Of an object that holds secrets the server's are left out
 * but for the name of who refuses and the field: what it quotes beside may be a secret of before, which no text tells.
 */
export function withServerWords(words: string, refusal: Refusal): string {
  const { failure, sent, desired, secrets, hidden } = refusal;
  const [line = ''] = failure.message.split('\n'); // a difference of two objects may follow
  if (!hidden && !isSecret(sent) && !quotesSecrets(refusal)) {
    return `${words}: ${withoutSecretsOf(line, desired, secrets)}`;
  }
  const told = [...refuserIn(line), ...(hidden ? [] : fieldIn(line, refusal))].join(', ');
  return told === ''
    ? `${words}.`
    : `${words}: ${told}. What else the server says is left out, for it may quote a Secret.`;
}

/** What was said on this side of the connection quotes no object. */
function quotesSecrets({ failure: { status }, desired, mayQuote }: Refusal): boolean {
  return status !== undefined && (mayQuote || (desired?.masked.length ?? 0) > 0);
}

/** Names of the cluster's own configuration, in the words of kube-apiserver (plugin/webhook errors.go, plugin/policy/validating). */
const refusers: readonly (readonly [title: string, pattern: RegExp])[] = [
  ['webhook', /^(?:Internal error occurred: )?(?:admission|failed calling) webhook "([a-z0-9.-]{1,253})"/],
  [
    'ValidatingAdmissionPolicy',
    /^\S+ "[^"]*" is forbidden: ValidatingAdmissionPolicy '([a-z0-9.-]{1,253})' with binding '/,
  ],
];

function refuserIn(line: string): readonly string[] {
  return refusers.flatMap(([title, pattern]) => {
    const name = pattern.exec(line)?.[1];
    return name === undefined ? [] : [`${title} ${name}`];
  });
}

/** The first field that is wrong, by the form of apimachinery's field errors; only where the sentence begins as the server's own. */
function fieldIn(line: string, { sent, shownPath }: Refusal): readonly string[] {
  const start = ` "${sent.metadata.name}" is invalid: `;
  const at = line.indexOf(start);
  const field = /^\[?([a-z][A-Za-z]*(?:\.[a-z][A-Za-z]*|\[\d{1,4}\])*): [A-Z][a-z]+/.exec(
    line.slice(at + start.length),
  );
  if (at < 0 || !/^[A-Za-z0-9.-]+$/.test(line.slice(0, at)) || field?.[1] === undefined) {
    return [];
  }
  const path = field[1].split(/\.|(?=\[)/).map((step) => (step.startsWith('[') ? Number(step.slice(1, -1)) : step));
  return shownPath(path).length === path.length && !shownPath(path).includes(mask) ? [field[1]] : [];
}
