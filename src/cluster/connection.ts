/**
 * The connection as one value. Context keys, welcome views, status bar and tree message come from it by one function in
 * `view/connectionView.ts`; nobody keeps a second flag beside it.
 */
import type { Failure } from '../base/failure.ts';

/** Why there is no session at all. */
export type DisconnectedReason = 'noKubeconfig' | 'noContext' | 'untrusted' | 'idle';

export type Connection =
  | { readonly state: 'disconnected'; readonly reason: DisconnectedReason; readonly detail?: string }
  | {
      readonly state: 'connecting';
      readonly context: string;
      /** Milliseconds since the epoch. */
      readonly since: number;
      /** What is being waited for, in words for a person: `the API server`, `the credential plugin aws`. */
      readonly waitingFor: string;
    }
  | { readonly state: 'connected'; readonly context: string; readonly serverVersion: string }
  | {
      readonly state: 'failed';
      readonly context: string;
      readonly failure: Failure;
      /** When it last worked, `undefined` if never: the tree then keeps the last state, greyed. */
      readonly lastConnected: number | undefined;
      readonly since: number;
      /** When it is tried again by itself; `undefined` when only the user's retry helps (unauthorized, fluxNotInstalled). */
      readonly retryAt: number | undefined;
    };
