/**
 * What readers may know of one cluster: the objects held, how far each kind is, the controllers, the connection.
 * `clusterSession.ts` implements it. Events carry keys, never objects: readers fetch the newest here.
 */
import type { Event } from '../base/emitter.ts';
import type { Failure } from '../base/failure.ts';
import type { FluxKind } from '../flux/kinds.ts';
import type { ObjectKey } from '../flux/objectKey.ts';
import type { FluxObject } from '../flux/objects.ts';
import type { ApiResource } from './clusterApi.ts';
import type { Connection } from './connection.ts';

/** How much is known of one kind; tells "none" from "not yet", "forbidden" and "stale since". */
export type KindSync =
  | { readonly state: 'notServed' }
  | { readonly state: 'loading' }
  | { readonly state: 'synced'; readonly resource: ApiResource }
  /** Once complete, now without a working watch; the objects held are those of `since` (ms since the epoch). */
  | { readonly state: 'stale'; readonly resource: ApiResource; readonly since: number; readonly failure: Failure }
  /** Never complete. `verb` is the one that was refused. */
  | {
      readonly state: 'failed';
      readonly resource: ApiResource;
      readonly verb: 'list' | 'watch';
      readonly failure: Failure;
    };

/** One Deployment of the Flux controllers. */
export interface FluxController {
  readonly namespace: string;
  readonly name: string;
  /** From the image's tag or the label `app.kubernetes.io/version`; `undefined` when neither tells. */
  readonly version: string | undefined;
  readonly desiredReplicas: number;
  readonly readyReplicas: number;
  readonly running: boolean;
}

export type Controllers =
  | { readonly state: 'unknown'; readonly failure?: Failure }
  | {
      readonly state: 'known';
      /** Flux's own version (`2.9.5`), from the label of the controllers or of Flux's CRDs. */
      readonly fluxVersion: string | undefined;
      readonly items: readonly FluxController[];
    };

export interface ClusterState {
  readonly context: string;
  readonly connection: Connection;
  readonly controllers: Controllers;
  /** Namespaces that the user restricted the session to; empty means all. */
  readonly namespaces: readonly string[];
  get(key: ObjectKey): FluxObject | undefined;
  /** The objects of one kind, in no order. */
  ofKind(kind: FluxKind): Iterable<FluxObject>;
  sync(kind: FluxKind): KindSync;
  /** Keys of objects that came, changed or went, at most every 100 ms. */
  readonly onDidChangeObjects: Event<ReadonlySet<ObjectKey>>;
  /** The connection, the controllers, or the sync of a kind changed. */
  readonly onDidChangeStatus: Event<void>;
}
