/** The status bar entry and the badges of the views: the context, and how much needs somebody. */
import type { Connection } from '../cluster/connection.ts';
import type { Counts, Survey } from './clusterSurvey.ts';
import { commandId } from './commandId.ts';
import { escapeMarkdown, escapeMarkdownLines, iconFreeText } from './markdown.ts';
import { failureWords } from './messages.ts';
import { clockText } from './relativeTime.ts';

export interface StatusBar {
  /** With `$(icon)`; `''` hides the entry. */
  readonly text: string;
  /** Markdown. */
  readonly tooltip: string;
  /** Colours the background; failing objects do not: they may be so for days. */
  readonly severity: 'none' | 'warning' | 'error';
  /** Id of the command that a click runs. */
  readonly command: string;
  readonly accessibility: string;
}

export function statusBar(connection: Connection, survey: Survey | undefined, now: number): StatusBar {
  const name = connection.state === 'disconnected' ? '' : iconFreeText(connection.context, 60);
  const context = connection.state === 'disconnected' ? '' : escapeMarkdown(connection.context);
  switch (connection.state) {
    case 'disconnected':
      return { text: '', tooltip: '', severity: 'none', command: commandId('chooseContext'), accessibility: '' };
    case 'connecting':
      return {
        text: `$(loading~spin) ${name}`,
        tooltip: `Connecting to ${context}, waiting for ${escapeMarkdown(connection.waitingFor)}`,
        severity: 'none',
        command: commandId('showLog'),
        accessibility: `Flux on ${name}: connecting`,
      };
    case 'failed': {
      const since = connection.lastConnected === undefined ? '' : `, stale since ${clockText(connection.since, now)}`;
      return {
        text: `$(debug-disconnect) ${name}`,
        tooltip: `${context}${since}  \n${escapeMarkdownLines(failureWords(connection.failure, 1000))}\n\nClick to retry.`,
        severity: 'warning',
        command: commandId('retryConnection'),
        accessibility: `Flux on ${name}: ${failureWords(connection.failure, 100)}${since}`,
      };
    }
    case 'connected':
      return connectedBar(name, context, survey);
  }
}

function connectedBar(name: string, context: string, survey: Survey | undefined): StatusBar {
  const failing = (survey?.appliers.failing ?? 0) + (survey?.sources.failing ?? 0);
  const drifted = survey?.appliers.drifted ?? 0;
  const suspended = (survey?.appliers.suspended ?? 0) + (survey?.sources.suspended ?? 0);
  const counted = [
    { count: failing, icon: 'error', words: 'failing' },
    { count: drifted, icon: 'warning', words: 'drifted' },
    { count: suspended, icon: 'debug-pause', words: 'suspended' },
  ].filter(({ count }) => count > 0);
  const words = counted.map(({ count, words: what }) => `${count} ${what}`).join(', ');
  const summary = words === '' ? 'nothing failing, drifted or suspended' : words;
  return {
    text: ['$(server-environment)', name, ...counted.map(({ count, icon }) => `$(${icon}) ${count}`)].join(' '),
    tooltip: `Flux on ${context}: ${summary}\n\nClick to show what is failing or drifted.`,
    severity: 'none',
    command: commandId('showFailing'),
    accessibility: `Flux on ${name}: ${summary}`,
  };
}

export interface ViewBadge {
  readonly value: number;
  readonly tooltip: string;
}

/** How many objects of one view are failing or drifted; `undefined` for none. */
export function viewBadge(counts: Counts): ViewBadge | undefined {
  if (counts.attention === 0) {
    return undefined;
  }
  const parts = [
    ...(counts.failing > 0 ? [`${counts.failing} failing`] : []),
    ...(counts.drifted > 0 ? [`${counts.drifted} drifted`] : []),
  ];
  return { value: counts.attention, tooltip: parts.join(', ') };
}
