/**
 * How an action ended, fit to be told: results quote controllers and servers, and those quote credentials (`unable to clone
 * https://user:token@host`). Done once, where results are made: notifications, the log, lenses and reports show them alike.
 */
import { reworded } from '../base/failure.ts';
import { withoutCredentials } from '../flux/withoutCredentials.ts';
import type { ActionResult } from './actionResult.ts';

/** The same result in words that quote no credentials. */
export function bareResult(result: ActionResult): ActionResult {
  const message = withoutCredentials(result.message);
  return result.state === 'failed' && result.failure
    ? { ...result, message, failure: reworded(result.failure, withoutCredentials(result.failure.message)) }
    : { ...result, message };
}
