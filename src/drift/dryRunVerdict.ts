/**
 * What the refusal of a dry-run means for an object (spec drift 4.7), as far as it can be told from the answer. Pure; repeats nothing
 * of what the server says.
 */
import type { Failure } from '../base/failure.ts';
import type { KubernetesObject } from '../flux/objects.ts';
import type { Because, Change } from './difference.ts';

export interface Refused {
  readonly object: KubernetesObject;
  /** The cluster has the object. */
  readonly exists: boolean;
  /** `spec.force`, or what the object says itself. */
  readonly force: boolean;
  /** Whether the same build has this namespace. */
  readonly buildsNamespace: (name: string) => boolean;
}

export interface Verdict {
  readonly change: Change;
  readonly because: Because;
  /** In our words, without a full stop where the server's may follow. */
  readonly words: string;
  /** Whether the server's words say more. */
  readonly quoted: boolean;
}

/** How Flux tells errors of immutability that are neither 409 nor 422 (pkg/ssa/errors/immutable.go). */
const isImmutable = /is\simmutable|immutable\sfield/;
/** Words of the API's own validation of fields that cannot change, as a server 1.36 writes them. */
const saysImmutable = /immutable|(?:may not|cannot) (?:be )?change|updates to .* (?:are )?forbidden/i;
/** What would be wrong with a new object as well. */
const alwaysWrong = /Required value|Unsupported value|must be /;

export function dryRunVerdict(failure: Failure, refused: Refused): Verdict {
  const { message, status, reason } = failure;
  const makesAnew = status === 409 || status === 422 || isImmutable.test(message);
  if (makesAnew && refused.exists) {
    return immutable(message, refused.force);
  }
  switch (reason) {
    case 'notFound':
      return notFound(message, refused);
    case 'forbidden':
      return unknown('forbidden', refused.exists ? 'The server refused' : 'Missing or not permitted');
    case 'invalid':
    case 'conflict':
      return /does not support dry run/i.test(message)
        ? unknown('webhook', 'An admission webhook cannot be asked without effect')
        : unknown('invalid', 'The API server refuses it');
    default:
      return serverError(message, status);
  }
}

function unknown(because: Because, words: string): Verdict {
  return { change: 'unknown', because, words, quoted: true };
}

function serverError(message: string, status: number | undefined): Verdict {
  if (status === 500 && /failed to create typed patch object|failed to convert new object/.test(message)) {
    return unknown('invalid', 'A field does not fit the kind');
  }
  return /failed calling webhook|admission webhook/i.test(message)
    ? unknown('webhook', 'An admission webhook could not be asked')
    : unknown('unreachable', 'The dry-run failed');
}

/** Flux takes every 409 and 422 for immutability, errors of validation too, and with force deletes the object. */
function immutable(message: string, force: boolean): Verdict {
  if (saysImmutable.test(message) && !alwaysWrong.test(message)) {
    return force
      ? {
          change: 'recreate',
          because: 'immutable',
          words: 'A field cannot be changed, so Flux deletes the object and makes it anew',
          quoted: true,
        }
      : unknown('immutable', 'A field cannot be changed, so Flux fails');
  }
  return force
    ? unknown(
        'invalid',
        'The API server refuses it; with force, Flux deletes the object in the cluster and then cannot make it again',
      )
    : unknown('invalid', 'The API server refuses it');
}

function notFound(message: string, { object, buildsNamespace }: Refused): Verdict {
  const namespace = /namespaces "([^"]+)" not found/.exec(message)?.[1];
  if (namespace === undefined) {
    return unknown('notServed', `The cluster does not serve ${object.kind} of ${object.apiVersion}`);
  }
  return buildsNamespace(namespace)
    ? {
        change: 'create',
        because: 'afterNamespace',
        words: `It is created after namespace ${namespace}, which the same build has`,
        quoted: false,
      }
    : {
        change: 'unknown',
        because: 'namespaceMissing',
        words: `Namespace ${namespace} does not exist, and this build does not create it`,
        quoted: false,
      };
}
