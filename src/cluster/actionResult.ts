/** How a user's action on an object ended, as a value: expected failures are results here, not exceptions. */
import type { Failure } from '../base/failure.ts';
import type { ObjectId } from '../flux/objectKey.ts';
import type { FailureCause } from '../flux/outcomes.ts';

export type ActionVerb =
  | 'reconcile'
  | 'reconcileWithSource'
  /** From the source of the outermost parent down to the object. */
  | 'reconcileFromRoot'
  | 'forceUpgrade'
  | 'resetRelease'
  | 'suspend'
  | 'resume';

/** Where on the way to the object it ended. */
export interface FailedStep {
  /** Of an object other than the one that is meant, unless it is the last. */
  readonly id: ObjectId;
  /** From 1; `undefined` where nothing was begun, because this link is suspended or missing. */
  readonly number: number | undefined;
  readonly of: number | undefined;
}

export type ActionResult =
  | {
      readonly state: 'succeeded';
      /** What was achieved, such as `applied revision main@5f2c1a9`; may hold the cluster's own words. */
      readonly message: string;
      /** What will undo it or keep it from working, in a sentence. */
      readonly warning?: string;
    }
  /** `failure` is there when a request was refused or not sent; without it the controllers said no, or nothing at all. */
  | {
      readonly state: 'failed';
      readonly message: string;
      readonly failure?: Failure;
      /** Of an action of several steps: the one that failed. `message` is about that object. */
      readonly step?: FailedStep;
      /** What the failure calls for, where the controllers' words tell. */
      readonly because?: FailureCause;
    }
  /** The user stopped waiting. What was sent before goes on in the cluster; `message` says which of the two it was. */
  | { readonly state: 'stopped'; readonly message: string };
