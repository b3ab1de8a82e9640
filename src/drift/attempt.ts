/** What concerns one object is a value, so that it does not hide the others; what concerns all of them alike is thrown. */
import { type Failure, isFailure } from '../base/failure.ts';

/** Throws `cancelled`, `unauthorized`, and what is no `Failure`. */
export async function attempt<T>(work: () => Promise<T>): Promise<T | Failure> {
  try {
    return await work();
  } catch (error) {
    if (!isFailure(error) || error.reason === 'cancelled' || error.reason === 'unauthorized') {
      throw error;
    }
    return error;
  }
}
