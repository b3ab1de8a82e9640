/**
 * The one function from the connection to everything that is said about it: context keys, welcome, title, progress, status
 * bar. Nobody else decides what "connected" means on screen.
 */
import { isReading } from './completeness.ts';
import type { ClusterState } from '../cluster/clusterState.ts';
import type { Connection } from '../cluster/connection.ts';
import { fluxKinds } from '../flux/kinds.ts';
import type { Survey } from './clusterSurvey.ts';
import { plainText } from './markdown.ts';
import { failureWords } from './messages.ts';
import { type StatusBar, statusBar } from './statusBar.ts';

/** Which welcome text stands in for an empty tree; `''` for none. The texts are in `package.json`. */
export type WelcomeId =
  | ''
  | 'noKubeconfig'
  | 'noContext'
  | 'untrusted'
  | 'connecting'
  | 'unreachable'
  | 'unauthorized'
  | 'fluxNotInstalled'
  | 'forbidden'
  | 'nothingYet';

/** Keys of `when` clauses with their values. */
export interface ContextKeys {
  readonly 'driftline.connected': boolean;
  readonly 'driftline.failed': boolean;
  readonly 'driftline.welcome': WelcomeId;
  readonly 'driftline.context': string;
  readonly 'driftline.readOnly': boolean;
  readonly 'driftline.filtered': boolean;
}

export interface ConnectionInput {
  readonly connection: Connection;
  /** Of the open session; both `undefined` when there is none. */
  readonly state: ClusterState | undefined;
  readonly survey: Survey | undefined;
  readonly readOnly: boolean;
  readonly filtered: boolean;
  readonly now: number;
}

export interface ConnectionView {
  readonly contextKeys: ContextKeys;
  readonly welcome: WelcomeId;
  /** Beside the view's title: `homelab · Flux 2.9.5`. */
  readonly titleDescription: string;
  /** Whether the view shows its progress bar. */
  readonly progress: boolean;
  readonly statusBar: StatusBar;
  /** When the texts change though nothing happens, in milliseconds since the epoch. */
  readonly nextChangeAt: number | undefined;
}

/** Milliseconds after which connecting says what it waits for. */
const patience = 2000;

export function connectionView(input: ConnectionInput): ConnectionView {
  const { connection, survey, now } = input;
  const welcome = welcomeOf(connection, input.state, survey);
  const isConnecting = connection.state === 'connecting';
  return {
    contextKeys: {
      'driftline.connected': connection.state === 'connected',
      'driftline.failed': connection.state === 'failed',
      'driftline.welcome': welcome,
      'driftline.context': contextOf(connection),
      'driftline.readOnly': input.readOnly,
      'driftline.filtered': input.filtered,
    },
    welcome,
    titleDescription: titleOf(input),
    progress: isConnecting || (connection.state === 'connected' && input.state !== undefined && isReading(input.state)),
    statusBar: statusBar(connection, survey, now),
    nextChangeAt: isConnecting && now - connection.since < patience ? connection.since + patience : undefined,
  };
}

/** The context in use or in question, `''` when none is. */
export function contextOf(connection: Connection): string {
  return connection.state === 'disconnected' ? '' : connection.context;
}

/** Which text stands in for the tree; the tree must then be empty, for that is when VS Code shows it. */
export function welcomeOf(
  connection: Connection,
  state: ClusterState | undefined,
  survey: Survey | undefined,
): WelcomeId {
  if (survey && survey.views.size > 0 && connection.state !== 'disconnected') {
    return ''; // what is known stays on screen, with its age
  }
  switch (connection.state) {
    case 'disconnected':
      return connection.reason === 'idle' ? '' : connection.reason;
    case 'connecting':
      return 'connecting';
    case 'failed':
      return welcomeOfFailure(connection.failure.reason);
    case 'connected':
      return state ? welcomeOfEmpty(state) : 'connecting';
  }
}

function welcomeOfFailure(reason: Extract<Connection, { state: 'failed' }>['failure']['reason']): WelcomeId {
  return reason === 'unauthorized' || reason === 'fluxNotInstalled' || reason === 'forbidden' ? reason : 'unreachable';
}

/** Connected, and no object: not yet, none, or none that this user may see. */
function welcomeOfEmpty(state: ClusterState): WelcomeId {
  const syncs = fluxKinds.map((kind) => state.sync(kind)).filter((sync) => sync.state !== 'notServed');
  if (syncs.some((sync) => sync.state === 'loading')) {
    return 'connecting';
  }
  const failures = syncs.flatMap((sync) => (sync.state === 'failed' ? [sync.failure] : []));
  if (failures.length === 0) {
    return 'nothingYet';
  }
  // Some kinds are complete and empty: the rows at the head say which are not.
  return failures.length === syncs.length && failures.every(({ reason }) => reason === 'forbidden') ? 'forbidden' : '';
}

function titleOf({ connection, survey, now }: ConnectionInput): string {
  const context = plainText(contextOf(connection));
  switch (connection.state) {
    case 'disconnected':
      return plainText(connection.detail ?? '', 120); // a kubeconfig that is there, and why it is of no use
    case 'connecting':
      return now - connection.since < patience
        ? `${context} · connecting`
        : `${context} · waiting for ${plainText(connection.waitingFor)}`;
    case 'failed':
      return `${context} · ${failureWords(connection.failure)}`;
    case 'connected':
      return survey?.fluxVersion === undefined ? context : `${context} · Flux ${plainText(survey.fluxVersion, 40)}`;
  }
}
