/**
 * A commit that somebody follows, as a person reads it: one row at the head of the tree, one entry of the status bar, and what can
 * be done about where it stands. How far it has come is told by `flux/followCommit.ts`.
 */
import type { CommitProgress, ConsumerProgress, SourceProgress } from '../flux/followCommit.ts';
import { displayName, type ObjectId } from '../flux/objectKey.ts';
import { withoutCredentials } from '../flux/withoutCredentials.ts';
import { commandId } from './commandId.ts';
import { noteRow } from './headRows.ts';
import { joinWords } from './joinWords.ts';
import { escapeMarkdown, escapeMarkdownLines, iconFreeText, plainText } from './markdown.ts';
import type { Row, RowIcon } from './row.ts';

export interface FollowedCommit {
  /** Full id. */
  readonly commit: string;
  readonly subject: string;
  readonly context: string;
  /** The namespace that names are told without. */
  readonly home: string;
  /** `undefined` while not all is known that it needs. */
  readonly progress: CommitProgress | undefined;
  /** Why the clone cannot be asked. */
  readonly failure?: string | undefined;
  readonly readOnly: boolean;
}

export interface FollowedStatusBar {
  /** With `$(icon)`. */
  readonly text: string;
  /** Markdown. */
  readonly tooltip: string;
  readonly accessibility: string;
}

type Named = (id: ObjectId) => string;

/** More names than these make no line that anybody reads. */
const mostNamed = 3;

export function followedRow(followed: FollowedCommit): Row {
  const { progress, subject } = followed;
  const buttons = [
    ...(reconcilableSource(followed) ? (['canReconcileFollowed'] as const) : []),
    ...(wantsFetch(progress) ? (['canFetchFollowed'] as const) : []),
    ...(countOf(progress, 'failing') > 0 ? (['canShowFailing'] as const) : []),
    'canStopFollowing' as const,
  ];
  return noteRow({
    id: 'cluster|followed',
    label: followedText(followed),
    description: plainText(subject, 72),
    icon: iconOf(followed),
    buttons,
    tooltip: followedTooltip(followed),
    command: { id: commandId('showFollowed'), title: 'Show the followed commit', args: [] },
  });
}

export function followedStatusBar(followed: FollowedCommit): FollowedStatusBar {
  const { progress } = followed;
  const short = shortOf(followed);
  const { applied, total } = appliedCount(progress);
  const failing = countOf(progress, 'failing');
  const counted = progress?.phase === 'applying' ? ` ${applied}/${total}` : '';
  const trouble = failing > 0 ? ` $(error) ${failing}` : '';
  return {
    text: `$(${progress?.phase === 'landed' ? 'check' : 'git-commit'}) ${short}${counted}${trouble}`,
    tooltip: followedTooltip(followed),
    accessibility: `Following ${iconFreeText(followedText(followed))}`,
  };
}

/** What is said once, in the status bar, when it has landed. */
export function landedText(followed: FollowedCommit): string {
  return iconFreeText(followedText(followed));
}

/** The source that would bring the commit if it were reconciled now. */
export function reconcilableSource({ progress, readOnly }: FollowedCommit): ObjectId | undefined {
  return readOnly ? undefined : progress?.sources.find(({ state }) => state === 'waiting' || state === 'failing')?.id;
}

/** Whether a fetch of the clone may tell more. */
export function wantsFetch(progress: CommitProgress | undefined): boolean {
  return (
    progress?.phase === 'elsewhere' ||
    (progress?.sources ?? []).some(
      ({ state, consumers }) => state === 'unknown' || consumers.some((one) => one.state === 'unknown'),
    )
  );
}

/** Those that have not applied it, the ones that need somebody first. */
export function openConsumers(progress: CommitProgress | undefined): readonly ConsumerProgress[] {
  const order: readonly ConsumerProgress['state'][] = ['failing', 'waiting', 'progressing', 'unknown', 'suspended'];
  const all = (progress?.sources ?? []).flatMap(({ consumers }) => consumers);
  return order.flatMap((state) => all.filter((one) => one.state === state));
}

/** `waiting for infra`, `failing: no such file`; in one line. */
export function consumerText(consumer: ConsumerProgress, home: string): string {
  switch (consumer.state) {
    case 'failing':
      return plainText(`failing: ${withoutCredentials(consumer.message)}`, 120);
    case 'waiting': {
      const { for: what } = consumer;
      const words = typeof what === 'string' ? withoutCredentials(what) : what && namedIn(home)(what);
      return words === undefined ? 'not begun' : plainText(`waiting for ${words}`, 120);
    }
    case 'progressing':
      return 'applying';
    case 'unknown':
      return 'has applied a commit that the clone does not have';
    case 'suspended':
      return 'suspended, will not take it';
    case 'applied':
      return 'applied';
  }
}

/** One line: `5f2c1a9 is pushed, waiting for GitRepository flux-system (fetches every 1m)`. */
export function followedText(followed: FollowedCommit): string {
  const { progress, context, home, failure } = followed;
  const short = shortOf(followed);
  const named = namedIn(home);
  if (failure !== undefined) {
    return plainText(`${short}: ${withoutCredentials(failure)}`);
  }
  switch (progress?.phase) {
    case undefined:
      return plainText(`${short}: reading ${context}…`);
    case 'notPushed':
      return `${short} is not pushed`;
    case 'noSource':
      return progress.whole.sources
        ? plainText(`${short} is pushed, but nothing in ${context} takes from this repository`)
        : plainText(`${short} is pushed, but nothing that can be seen in ${context} takes from this repository`);
    case 'elsewhere':
      return plainText(`${short} is not on ${joinWords(progress.sources.map((one) => followsText(one, named)))}`);
    case 'untold':
      return plainText(`${short}: ${untoldText(progress.sources, named)}`);
    case 'waiting':
      return plainText(`${short} is pushed${waitingText(progress.sources, named)}`, 240);
    case 'applying':
      return plainText(`${short} ${applyingText(progress, named)}`, 240);
    case 'level':
    case 'landed':
      return plainText(`${short} ${landedWords(progress, named)}`, 240);
  }
}

function iconOf({ progress, failure }: FollowedCommit): RowIcon {
  if (failure !== undefined) {
    return { id: 'warning', color: 'charts.yellow' };
  }
  switch (progress?.phase) {
    case 'landed':
      return { id: 'pass', color: 'testing.iconPassed' };
    case 'noSource':
    case 'elsewhere':
      return { id: 'warning', color: 'charts.yellow' };
    case 'untold':
    case 'level':
      return { id: 'question', color: 'charts.yellow' };
    case 'notPushed':
    case undefined:
      return { id: 'git-commit', color: undefined };
    case 'waiting':
    case 'applying': {
      const needsSomebody =
        countOf(progress, 'failing') > 0 || progress.sources.some(({ state }) => state === 'failing');
      return needsSomebody ? { id: 'error', color: 'testing.iconFailed' } : { id: 'sync', color: 'charts.blue' };
    }
  }
}

function waitingText(sources: readonly SourceProgress[], named: Named): string {
  const waiting = sources.filter(({ state }) => state === 'waiting');
  const failing = sources.filter(({ state }) => state === 'failing');
  const suspended = sources.filter(({ state }) => state === 'suspended');
  const titles = (list: readonly SourceProgress[]): string =>
    joinWords(list.map(({ id }) => `${id.kind} ${named(id)}`));
  const parts = [
    ...(waiting.length > 0 ? [`waiting for ${joinWords(waiting.map((one) => waitedFor(one, named)))}`] : []),
    ...failing.map((one) => `${titles([one])} cannot fetch: ${withoutCredentials(one.message)}`),
    ...(suspended.length > 0
      ? [`${titles(suspended)} ${suspended.length === 1 ? 'is' : 'are'} suspended and will not fetch it`]
      : []),
  ];
  return parts.length === 0 ? '' : `, ${parts.join('; ')}`;
}

/** `GitRepository flux-system (fetches every 1m)` */
function waitedFor({ id, follows, interval = '' }: SourceProgress, named: Named): string {
  const title = `${id.kind} ${named(id)}`;
  const every =
    interval === '' ? '' : ` (${follows.by === 'made' ? 'looks' : 'fetches'} every ${intervalText(interval)})`;
  switch (follows.by) {
    case 'range':
      return `a tag in ${follows.name}, which ${title} follows`;
    case 'made':
      return `an artifact made of it, which ${title} takes${every}`;
    default:
      return `${title}${every}`;
  }
}

/** `1m0s` as people write it: `1m`. */
function intervalText(interval: string): string {
  return interval.replace(/(?<=[hm])0[ms](?:0s)?$/, '');
}

/** `main, which flux-system follows` */
function followsText({ id, follows }: SourceProgress, named: Named): string {
  const { by, name } = follows;
  const what =
    by === 'made' && name === '' ? 'what its artifact is made of' : by === 'commit' ? name.slice(0, 7) : name;
  return by === 'tag' ? `the tag ${what}, which ${named(id)} follows` : `${what}, which ${named(id)} follows`;
}

function untoldText(sources: readonly SourceProgress[], named: Named): string {
  const unknown = sources.filter(({ state }) => state === 'unknown');
  const offers = unknown.map(({ id, offers: commit = '' }) => `${commit.slice(0, 7)} of ${named(id)}`);
  return `cannot be told: the clone does not have ${joinWords(offers)}`;
}

function applyingText(progress: CommitProgress, named: Named): string {
  const fetched = progress.sources.filter(({ state }) => state === 'fetched');
  const rest = waitingText(progress.sources, named).replace(/^, /, '');
  const unknown = progress.sources.filter(({ state }) => state === 'unknown');
  const { applied, total } = appliedCount(progress);
  const counts = [
    ...waitingCounts(progress, named),
    ...[countOf(progress, 'failing')].flatMap((count) => (count > 0 ? [`${count} failing`] : [])),
    ...[countOf(progress, 'unknown')].flatMap((count) => (count > 0 ? [`${count} cannot be told`] : [])),
  ];
  const detail = counts.length === 0 ? '' : ` (${counts.join(', ')})`;
  const parts = [
    `is fetched by ${joinWords(fetched.map(({ id }) => named(id)))}${total === 0 ? '' : `, applied by ${applied} of ${atLeast(progress)}${total}${detail}`}`,
    ...suspendedWords(progress),
    ...(rest === '' ? [] : [rest]),
    ...(unknown.length === 0 ? [] : [`${joinWords(unknown.map(({ id }) => named(id)))} cannot be told`]),
  ];
  return parts.join('; ');
}

/** `1 waiting on infra`, `2 applying` */
function waitingCounts(progress: CommitProgress, named: Named): string[] {
  const waiting = openConsumers(progress).filter((one) => one.state === 'waiting');
  const whom = [
    ...new Set(
      waiting.flatMap(({ for: what }) => (what !== undefined && typeof what !== 'string' ? [named(what)] : [])),
    ),
  ];
  const applying = countOf(progress, 'progressing');
  const on = whom.length === 0 || whom.length > mostNamed ? '' : ` on ${joinWords(whom)}`;
  return [
    ...(waiting.length > 0 ? [`${waiting.length} waiting${on}`] : []),
    ...(applying > 0 ? [`${applying} applying`] : []),
  ];
}

function landedWords(progress: CommitProgress, named: Named): string {
  const { total } = appliedCount(progress);
  const fetched = joinWords(progress.sources.flatMap(({ id, state }) => (state === 'fetched' ? [named(id)] : [])));
  const rest = waitingText(progress.sources, named).replace(/^, /, '');
  const isSure = progress.phase === 'landed';
  const applied =
    total > 0
      ? appliedByAll(total, isSure)
      : `is fetched by ${fetched}, and nothing${isSure ? '' : ' that can be seen'} takes it from there`;
  return [applied, ...suspendedWords(progress), ...(rest === '' ? [] : [rest])].join('; ');
}

function appliedByAll(total: number, isSure: boolean): string {
  if (isSure) {
    return total === 1 ? 'has landed: applied by the one that takes it' : `has landed: applied by all ${total}`;
  }
  const seen = total === 1 ? 'the one' : `all ${total}`;
  return `is applied by ${seen} that can be seen; whether others take it cannot be told`;
}

/** Before a number that may be too small. */
function atLeast({ whole }: CommitProgress): string {
  return whole.sources && whole.appliers ? '' : 'at least ';
}

function suspendedWords(progress: CommitProgress): string[] {
  const suspended = countOf(progress, 'suspended');
  return suspended === 0 ? [] : [`${suspended} suspended will not take it`];
}

/** Without the suspended ones, which nobody waits for. */
function appliedCount(progress: CommitProgress | undefined): { readonly applied: number; readonly total: number } {
  const all = (progress?.sources ?? []).flatMap(({ consumers }) => consumers);
  const total = all.filter(({ state }) => state !== 'suspended').length;
  return { applied: countOf(progress, 'applied'), total };
}

function countOf(progress: CommitProgress | undefined, state: ConsumerProgress['state']): number {
  return (progress?.sources ?? []).flatMap(({ consumers }) => consumers).filter((one) => one.state === state).length;
}

function followedTooltip(followed: FollowedCommit): string {
  const { commit, subject, context, home, progress } = followed;
  const open = openConsumers(progress).slice(0, 20);
  return [
    `**${escapeMarkdown(commit.slice(0, 12))}** ${escapeMarkdown(plainText(subject))}`,
    `On ${escapeMarkdown(context)}: ${escapeMarkdownLines(followedText(followed))}`,
    ...(progress?.phase === 'notPushed' || progress?.phase === 'elsewhere' ? ['As far as this clone knows.'] : []),
    ...(open.length === 0
      ? []
      : [
          open
            .map((one) => `- ${escapeMarkdown(`${one.id.kind} ${namedIn(home)(one.id)}: ${consumerText(one, home)}`)}`)
            .join('\n'),
        ]),
  ].join('\n\n');
}

function namedIn(home: string): Named {
  return (id) => (id.namespace === home ? id.name : displayName(id));
}

function shortOf({ commit }: Pick<FollowedCommit, 'commit'>): string {
  return commit.slice(0, 7);
}
