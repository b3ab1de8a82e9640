/**
 * The rows at the head of a tree: what concerns the whole and would make every other row misleading if it were not said.
 * The view's own message line cannot hold buttons, so these are rows with inline ones.
 */
import type { Failure } from '../base/failure.ts';
import type { ClusterState, KindSync } from '../cluster/clusterState.ts';
import { atLeastVersion } from '../flux/fluxVersion.ts';
import { type FluxKind, fluxKinds } from '../flux/kinds.ts';
import { joinWords } from './joinWords.ts';
import { escapeMarkdown, escapeMarkdownLines, plainText } from './markdown.ts';
import { failureWords } from './messages.ts';
import { clockText } from './relativeTime.ts';
import type { Row, RowIcon } from './row.ts';

type HeadButton =
  | 'canRetry'
  | 'canChooseContext'
  | 'canShowLog'
  | 'canClearFilter'
  | 'canLookUp'
  | 'canReconcileFollowed'
  | 'canFetchFollowed'
  | 'canShowFailing'
  | 'canStopFollowing';

export interface NoteInput {
  readonly id: string;
  readonly label: string;
  readonly description?: string;
  readonly icon: RowIcon;
  readonly buttons?: readonly HeadButton[];
  /** Markdown; the label unless given. */
  readonly tooltip?: string;
  readonly command?: Row['command'];
}

/** A row that stands for no object. */
export function noteRow({ id, label, description = '', icon, buttons = [], tooltip, command }: NoteInput): Row {
  return {
    id,
    label,
    description,
    tooltip: () => tooltip ?? escapeMarkdown(label),
    tooltipVersion: tooltip,
    icon,
    contextValue: ['note', ...buttons].join(' '),
    expand: 'none',
    accessibility: description === '' ? label : `${label}, ${description}`,
    badge: undefined,
    key: undefined,
    command,
  };
}

const warning: RowIcon = { id: 'warning', color: 'charts.yellow' };
const info: RowIcon = { id: 'info', color: 'charts.blue' };
const offline: RowIcon = { id: 'debug-disconnect', color: 'charts.yellow' };
const locked: RowIcon = { id: 'lock', color: 'charts.yellow' };

/** `path` begins the ids; `role` limits the notes on kinds to those of one tree. */
export function headRows(state: ClusterState, now: number, path: string, role?: FluxKind['role']): Row[] {
  const kinds = fluxKinds.filter((kind) => role === undefined || kind.role === role);
  const head = (name: string): string => `${path}|head|${name}`;
  if (state.connection.state === 'failed' || state.connection.state === 'connecting') {
    // One row for the one cause: each kind would only repeat it.
    return [
      ...connectionNotes(state, now, head('connection')),
      ...(role === 'source' ? [] : controllerNotes(state, head)),
    ];
  }
  return [...kindNotes(state, kinds, now, head), ...(role === 'source' ? [] : controllerNotes(state, head))];
}

/** Since when what is shown is old, as a time of day; `undefined` while it is not. */
export function staleSince(state: ClusterState, now: number): string | undefined {
  const { connection } = state;
  return connection.state === 'failed' && connection.lastConnected !== undefined
    ? clockText(connection.since, now)
    : undefined;
}

/** The namespace that Flux itself lives in, which labels leave out. */
export function homeOf({ controllers }: ClusterState): string {
  return (controllers.state === 'known' ? controllers.items[0]?.namespace : undefined) ?? 'flux-system';
}

function connectionNotes({ connection }: ClusterState, now: number, id: string): Row[] {
  if (connection.state === 'connecting') {
    const label = `Connecting: waiting for ${plainText(connection.waitingFor)}`;
    return [
      noteRow({
        id,
        label,
        icon: { id: 'loading~spin', color: undefined },
        buttons: ['canChooseContext', 'canShowLog'],
      }),
    ];
  }
  if (connection.state !== 'failed') {
    return [];
  }
  const { failure, lastConnected, since, retryAt } = connection;
  const lead = lastConnected === undefined ? 'Not connected' : `Stale since ${clockText(since, now)}`;
  const next =
    retryAt === undefined
      ? 'Driftline does not try again by itself.'
      : `Driftline tries again by itself, next at ${clockText(retryAt, now)}.`;
  return [
    noteRow({
      id,
      label: `${lead}: ${failureWords(failure, 160)}`,
      icon: offline,
      buttons: ['canRetry', 'canChooseContext', 'canShowLog'],
      tooltip: `${escapeMarkdownLines(failureWords(failure, 4000))}\n\n${next}`,
    }),
  ];
}

function kindNotes(
  state: ClusterState,
  kinds: readonly FluxKind[],
  now: number,
  head: (name: string) => string,
): Row[] {
  const rows: Row[] = [];
  const refused = new Map<string, FluxKind[]>();
  for (const kind of kinds) {
    const sync = state.sync(kind);
    const isRefused = sync.state === 'failed' && sync.failure.reason === 'forbidden';
    if (isRefused) {
      refused.set(sync.verb, [...(refused.get(sync.verb) ?? []), kind]);
    } else if (sync.state === 'failed' || sync.state === 'stale') {
      rows.push(kindNote(kind, sync, now, head(kind.plural)));
    }
  }
  const permission = [...refused].map(([verb, list]) =>
    noteRow({
      id: head(`forbidden-${verb}`),
      label: `No permission to ${verb} ${joinWords(list.map(pluralWords))}; other kinds are complete`,
      icon: locked,
      buttons: ['canShowLog'],
      tooltip: `Ask for the verbs \`list\` and \`watch\` on ${joinWords(list.map((kind) => `\`${kind.plural}.${kind.group}\``))}, or restrict Driftline to your namespaces with the setting \`driftline.namespaces\`.`,
    }),
  );
  return [...permission, ...rows];
}

function kindNote(
  kind: FluxKind,
  sync: Extract<KindSync, { state: 'failed' | 'stale' }>,
  now: number,
  id: string,
): Row {
  const isStale = sync.state === 'stale';
  const what = isStale
    ? `${pluralWords(kind)} are stale since ${clockText(sync.since, now)}`
    : `${pluralWords(kind)} could not be read`;
  return noteRow({
    id,
    label: `${what}: ${failureWords(sync.failure, 160)}`,
    icon: isStale ? offline : warning,
    buttons: ['canRetry', 'canShowLog'],
    tooltip: escapeMarkdownLines(failureWords(sync.failure, 4000)),
  });
}

/** `GitRepositories`, `HelmCharts` */
export function pluralWords({ kind }: FluxKind): string {
  return kind.endsWith('y') ? `${kind.slice(0, -1)}ies` : `${kind}s`;
}

function controllerNotes(state: ClusterState, head: (name: string) => string): Row[] {
  const { controllers } = state;
  if (controllers.state === 'unknown') {
    return controllers.failure ? [unknownControllers(controllers.failure, head('controllers'))] : [];
  }
  const version = versionNote(controllers.fluxVersion, head('version'));
  const down = controllers.items.filter((item) => !item.running).map((item) => plainText(item.name));
  if (controllers.items.length === 0) {
    // A user with few namespaces may simply not see them.
    const seen = state.namespaces.length === 0 ? 'in this cluster' : 'in the namespaces that are shown';
    const label = `No Flux controllers found ${seen}: states may be old`;
    return [
      noteRow({ id: head('controllers'), label, icon: state.namespaces.length === 0 ? warning : info }),
      ...version,
    ];
  }
  const subject =
    down.length === controllers.items.length && down.length > 1 ? 'The Flux controllers' : joinWords(down);
  const verb = down.length === 1 ? 'is' : 'are';
  const notRunning = noteRow({
    id: head('controllers'),
    label: `${subject} ${verb} not running: states may be old`,
    icon: warning,
    tooltip: controllers.items
      .map(({ namespace, name, readyReplicas, desiredReplicas, running }) => {
        const ready = `${readyReplicas} of ${desiredReplicas} ready`;
        return `- ${escapeMarkdown(`${namespace}/${name}`)}: ${running ? 'running' : 'not running'}, ${ready}`;
      })
      .join('\n'),
  });
  return [...(down.length === 0 ? [] : [notRunning]), ...version];
}

function unknownControllers(failure: Failure, id: string): Row {
  const why = failure.reason === 'forbidden' ? 'no permission to list Deployments' : failureWords(failure, 120);
  return noteRow({
    id,
    label: `Whether the Flux controllers run is not known: ${why}`,
    icon: info,
    buttons: ['canShowLog'],
    tooltip: escapeMarkdownLines(failure.message),
  });
}

/** The oldest release whose objects Driftline has been tried with. */
const oldest = { major: 2, minor: 2 };

function versionNote(version: string | undefined, id: string): Row[] {
  if (version === undefined || atLeastVersion(version, oldest.major, oldest.minor) !== false) {
    return [];
  }
  const label = `Flux ${plainText(version, 40)} is older than ${oldest.major}.${oldest.minor}: states may be incomplete`;
  return [noteRow({ id, label, icon: info })];
}

/** `Showing failing only (3 of 165)` */
export function filterRow(words: string, shown: number, total: number, path: string): Row {
  return noteRow({
    id: `${path}|head|filter`,
    label: `Showing ${words} only (${shown} of ${total})`,
    icon: { id: 'filter', color: undefined },
    buttons: ['canClearFilter'],
  });
}
