/**
 * What a user may ask the API server about itself: may I do that, and who am I. Made of one function that posts; knows no
 * connection.
 */
import { isFailure } from '../base/failure.ts';
import { asFlag, asText, fieldAt } from '../flux/untyped.ts';
import type { AccessQuestion } from './clusterApi.ts';

/** Posts an object and resolves to the answer's body; throws a `Failure`. */
export type Post = (path: string, body: Readonly<Record<string, unknown>>) => Promise<unknown>;

/** `undefined` where the server keeps the question itself from a user, or has no answer. Throws other Failures. */
export async function reviewAccess(post: Post, question: AccessQuestion): Promise<boolean | undefined> {
  try {
    const review = await post('/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SelfSubjectAccessReview',
      spec: { resourceAttributes: question },
    });
    return asFlag(fieldAt(review, 'status', 'allowed'));
  } catch (error) {
    if (isFailure(error, 'forbidden') || isFailure(error, 'notFound')) {
      return undefined;
    }
    throw error;
  }
}

/**
 * The user's name as the server takes it, else `called`. Before Kubernetes 1.28 nobody answers; what else fails is no reason to
 * know less, and the next request will tell. Throws `cancelled` alone.
 */
export async function reviewUser(post: Post, called: string | undefined): Promise<string | undefined> {
  const known = called === '' ? undefined : called;
  try {
    const review = await post('/apis/authentication.k8s.io/v1/selfsubjectreviews', {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'SelfSubjectReview',
    });
    const name = asText(fieldAt(review, 'status', 'userInfo', 'username')) ?? '';
    return name === '' ? known : name;
  } catch (error) {
    if (isFailure(error) && error.reason !== 'cancelled') {
      return known;
    }
    throw error;
  }
}
