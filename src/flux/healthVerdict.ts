/** What a health rule answers, and what it is given of conditions: the words that `objectHealth.ts` and its rules share. */

export type HealthStatus = 'current' | 'inProgress' | 'failed' | 'terminating' | 'unknown';

export interface ObjectHealth {
  readonly status: HealthStatus;
  /** For a person; may hold untrusted text of a condition. */
  readonly message: string;
}

/** A condition of an object of any kind; fields that are no text are `''`. */
export interface LooseCondition {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
}

export function current(message: string): ObjectHealth {
  return { status: 'current', message };
}

export function inProgress(message: string): ObjectHealth {
  return { status: 'inProgress', message };
}

export function failed(message: string): ObjectHealth {
  return { status: 'failed', message };
}
