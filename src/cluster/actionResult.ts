/** How a user's action on an object ended, as a value: expected failures are results here, not exceptions. */
import type { Failure } from '../base/failure.ts';

export type ActionVerb = 'reconcile' | 'reconcileWithSource' | 'forceUpgrade' | 'suspend' | 'resume';

export type ActionResult =
  | {
      readonly state: 'succeeded';
      /** What was achieved, such as `applied revision main@5f2c1a9`; may hold the cluster's own words. */
      readonly message: string;
      /** What will undo it or keep it from working, in a sentence. */
      readonly warning?: string;
    }
  /** `failure` is there when a request was refused or not sent; without it the controllers said no, or nothing at all. */
  | { readonly state: 'failed'; readonly message: string; readonly failure?: Failure }
  /** The user stopped waiting. What was sent before goes on in the cluster; `message` says which of the two it was. */
  | { readonly state: 'stopped'; readonly message: string };
