/**
 * Why an object is not ready, as a document: the answer first, then the controller's words, the chain down to the cause, pods,
 * conditions and events, and what could not be read. Of text from the cluster nothing becomes a link or a heading.
 */
import type { Explained, Explanation, RecentEvent, TroubledPod } from '../cluster/explanation.ts';
import { deployedRevision } from '../flux/behindSource.ts';
import type { ObjectId } from '../flux/objectKey.ts';
import type { Condition } from '../flux/objects.ts';
import { shortRevision } from '../flux/revision.ts';
import { fluxDocs, reasonDocs } from './documentation.ts';
import { failureText } from './failureGist.ts';
import { suspendedText } from './objectText.ts';
import { containerLine, podWords } from './podWords.ts';
import { ageText, clockText } from './relativeTime.ts';
import { type Linked, type ObjectCommand, type Part, type Report, ReportText, told, toldLines } from './reportText.ts';
import { nameOf, whyAnswer } from './whyAnswer.ts';

export interface WhyReportInput {
  readonly explanation: Explanation;
  /** Whether a view of the tree has it, so that a link may lead there. */
  readonly isInTree: (id: ObjectId) => boolean;
}

/** Ends on a line break. */
export function whyReport(input: WhyReportInput): Report {
  const { explanation } = input;
  const { subject, context, readAt, notes } = explanation;
  const report = new ReportText().line(0, whyAnswer(explanation));
  report.line(0, `On ${told(context, 80)}, read at ${clockText(readAt, readAt)}. `, ...subjectLinks(subject, input));
  controllerSection(report, subject, readAt);
  chainSection(report, input);
  podSection(report, subject, readAt);
  conditionSection(report, subject, readAt);
  eventSections(report, subject, readAt);
  docsSection(report, subject);
  if (notes.length > 0) {
    report.heading('What could not be read');
    for (const note of notes) {
      report.line(1, told(note, 300));
    }
  }
  return report.build();
}

/** The file is looked for when somebody asks: which repository has it is not known here. */
function subjectLinks({ id, read }: Explained, { isInTree }: WhyReportInput): Part[] {
  const isThere = read.state === 'flux' || read.state === 'plain';
  const links = [
    ...(isInTree(id) ? [treeLink('Show in tree', id)] : []),
    objectLink('Open file', 'openFile', id, `Open the file that states ${nameOf(id)}`),
    ...(isThere && id.kind !== 'Secret' ? [liveLink('Open live YAML', id)] : []),
  ];
  return links.flatMap((link, index) => (index === 0 ? [link] : [' · ', link]));
}

function objectLink(text: string, command: ObjectCommand, id: ObjectId, tooltip: string): Linked {
  return { text, target: { to: 'object', command, id }, tooltip };
}

function treeLink(text: string, id: ObjectId): Linked {
  return objectLink(text, 'revealObject', id, `Show ${nameOf(id)} in the tree`);
}

function liveLink(text: string, id: ObjectId): Linked {
  return objectLink(text, 'openLiveObject', id, `Open ${nameOf(id)} as YAML`);
}

function controllerSection(report: ReportText, { read, controllerMissing }: Explained, now: number): void {
  if (controllerMissing !== undefined) {
    report.heading('Controller').line(1, `${told(controllerMissing, 120)}: what the status says may be old.`);
  }
  if (read.state !== 'flux') {
    return;
  }
  const { flux, object } = read;
  const age = ageText(flux.since, now);
  const facts = [
    told(flux.reason === '' ? flux.underlying : flux.reason, 80),
    ...(age === undefined ? [] : [`for ${age}`]),
    ...(flux.suspended ? [suspendedText(object, now)] : []),
    ...(flux.retrying ? ['tried again by itself'] : []),
    ...revisionFacts(read),
  ];
  report.heading('What the controller says').line(1, facts.join(' · '));
  for (const line of toldLines(flux.message)) {
    report.line(1, line);
  }
}

function revisionFacts({ object }: Extract<Explained['read'], { state: 'flux' }>): string[] {
  const { lastAttemptedRevision, artifact } = object.status ?? {};
  const deployed = deployedRevision(object) ?? artifact?.revision;
  return [
    ...(deployed === undefined ? [] : [`runs ${told(shortRevision(deployed), 60)}`]),
    ...(lastAttemptedRevision === undefined || lastAttemptedRevision === deployed
      ? []
      : [`tried ${told(shortRevision(lastAttemptedRevision), 60)}`]),
  ];
}

function chainSection(report: ReportText, input: WhyReportInput): void {
  const { subject } = input.explanation;
  if (subject.causes.length === 0) {
    return;
  }
  report.heading('From here to the cause');
  chainLines(report, subject, 1, input);
}

const relationWords: Readonly<Record<Explained['relation'], string>> = {
  subject: '',
  dependency: 'depends on ',
  source: 'takes its artifact from ',
  input: 'needs ',
  applied: 'waits for ',
  applier: 'applied by ',
};

function chainLines(report: ReportText, node: Explained, indent: number, input: WhyReportInput): void {
  const { readAt } = input.explanation;
  const words = `${relationWords[node.relation]}${node.isCause ? '' : '(beside it) '}`;
  const link = linkOf(node, input);
  const missing = node.controllerMissing === undefined ? '' : ` · ${told(node.controllerMissing, 120)}`;
  report.line(indent, words, link, `: ${stateWords(node, readAt)}${missing}${endWords[node.ends ?? 'none']}`);
  for (const cause of node.causes) {
    chainLines(report, cause, indent + 1, input);
  }
}

const endWords: Readonly<Record<NonNullable<Explained['ends']> | 'none', string>> = {
  none: '',
  circle: ' · waits for itself: see above',
  again: ' · see above',
  tooDeep: ' · nobody looked further',
};

/** A Flux object leads to the tree, what it has applied to its YAML; what is not there leads nowhere. */
function linkOf({ id, read }: Explained, { isInTree }: WhyReportInput): Part {
  const name = nameOf(id);
  const isThere = read.state === 'flux' || read.state === 'plain';
  return isInTree(id) ? treeLink(name, id) : isThere && id.kind !== 'Secret' ? liveLink(name, id) : name;
}

function stateWords({ read, events }: Explained, now: number): string {
  switch (read.state) {
    case 'missing':
      return 'not there';
    case 'forbidden':
      return 'you may not read it';
    case 'notServed':
      return 'its kind is not served';
    case 'failed':
      return `could not be read: ${told(read.message, 200)}`;
    case 'unasked':
      return 'not looked at';
    case 'plain': {
      const message = told(read.health.message, 200);
      const [event] = events.filter(({ type }) => type === 'Warning');
      const said = event && read.pods.length === 0 ? ` · ${told(event.message, 200)}` : '';
      return `${message === '' ? read.health.status : message}${said}`;
    }
    case 'flux': {
      const { flux, object } = read;
      const age = ageText(flux.since, now);
      const since = age === undefined ? '' : ` · ${age}`;
      return flux.name === 'suspended' ? suspendedText(object, now) : `${fluxWords(read)}${since}`;
    }
  }
}

function fluxWords({ flux }: Extract<Explained['read'], { state: 'flux' }>): string {
  switch (flux.underlying) {
    case 'failed':
    case 'stalled':
      return told(failureText(flux), 300);
    case 'waiting':
    case 'progressing':
    case 'terminating':
      return `${flux.underlying}: ${told(flux.message, 300)}`;
    case 'unknown':
      return 'not reconciled yet';
    case 'ready':
    case 'static':
      return flux.underlying;
  }
}

function everyNode(node: Explained): Explained[] {
  return [node, ...node.causes.flatMap(everyNode)];
}

function podSection(report: ReportText, subject: Explained, now: number): void {
  const workloads = everyNode(subject).flatMap(({ id, read }) =>
    read.state === 'plain' && read.pods.length > 0 ? [{ id, read }] : [],
  );
  if (workloads.length === 0) {
    return;
  }
  report.heading('Pods that do not run');
  for (const { id, read } of workloads) {
    report.line(1, `Of ${nameOf(id)}`);
    for (const pod of read.pods) {
      podLines(report, pod, now);
    }
    if (read.morePods > 0) {
      report.line(2, `and ${read.morePods} more`);
    }
  }
}

function podLines(report: ReportText, pod: TroubledPod, now: number): void {
  report.line(2, liveLink(nameOf(pod.id), pod.id), ` ${podWords(pod, 1)}`);
  for (const container of pod.containers) {
    report.line(3, containerLine(container));
    for (const line of toldLines(container.message)) {
      report.line(4, line);
    }
  }
  eventLines(report, 3, pod.events, now);
}

function conditionSection(report: ReportText, { read }: Explained, now: number): void {
  const conditions =
    read.state === 'flux' ? (read.object.status?.conditions ?? []) : read.state === 'plain' ? read.conditions : [];
  if (conditions.length === 0) {
    return;
  }
  report.heading('Conditions');
  const above = read.state === 'flux' ? read.flux.message : undefined;
  for (const condition of conditions.slice(0, 20)) {
    const { type, status, reason = '', message = '' } = condition;
    const { lastTransitionTime } = condition as Partial<Condition>;
    const age = ageText(lastTransitionTime, now);
    const facts = [
      `${told(type, 60)}=${told(status, 20)}`,
      told(reason, 80),
      ...(age === undefined ? [] : [`${age} ago`]),
    ];
    report.line(1, facts.filter((fact) => fact !== '').join(' · '));
    // What the controller says stands above in full.
    for (const line of message === above ? [] : toldLines(message).slice(0, 5)) {
      report.line(2, line);
    }
  }
}

function eventSections(report: ReportText, subject: Explained, now: number): void {
  for (const { id, events, relation } of everyNode(subject)) {
    if (events.length > 0) {
      report.heading(`Events of ${nameOf(id)}, newest first`);
      eventLines(report, 1, events, now);
    } else if (relation === 'subject') {
      report.heading('Events').line(1, 'None are kept (API servers forget them after an hour), or none may be read.');
    }
  }
}

/** helm-controller puts Helm's log behind its sentence: it says what was done with which object, not what went wrong. */
const helmLog = /\n\s*Last Helm logs:[\s\S]*$/;

function eventLines(report: ReportText, indent: number, events: readonly RecentEvent[], now: number): void {
  for (const { type, reason, message, count, lastAt, by } of events) {
    const age = ageText(lastAt, now);
    const facts = [
      ...(age === undefined ? [] : [`${age} ago`]),
      ...(type === 'Normal' ? [] : [told(type, 20)]),
      told(reason, 80),
      ...(count > 1 ? [`${count} times`] : []),
      ...(by === '' ? [] : [`by ${told(by, 60)}`]),
    ];
    report.line(indent, facts.filter((fact) => fact !== '').join(' · '));
    for (const line of toldLines(message.replace(helmLog, '')).slice(0, 8)) {
      report.line(indent + 1, line);
    }
  }
}

function docsSection(report: ReportText, subject: Explained): void {
  const nodes = everyNode(subject);
  const reasons = nodes.flatMap(({ read }) => {
    if (read.state === 'flux') {
      return [read.flux.reason];
    }
    return read.state === 'plain'
      ? read.pods.flatMap(({ reason, containers }) => [
          reason,
          ...containers.flatMap((one) => [one.reason, one.endedBy]),
        ])
      : [];
  });
  const pages = new Map(
    [...reasons.flatMap((reason) => reasonDocs(reason)), ...fluxDocs(subject.id)].map((page) => [page.url, page.title]),
  );
  if (pages.size === 0) {
    return;
  }
  report.heading('Documentation');
  for (const [url, title] of pages) {
    report.line(1, { text: title, target: { to: 'page', url }, tooltip: url });
  }
}
