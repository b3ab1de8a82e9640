/**
 * Prints what `driftline diff` has found for a person: what cannot be had again first, each object with the fields that differ, who
 * wrote them, and a diff of both sides. Compares nothing; everything it is given is fit to be shown.
 */
import { hasDiff, isRefused } from '../drift/changeOrder.ts';
import type { Change, FieldDifference, FieldWriter } from '../drift/difference.ts';
import { lossOf } from '../drift/identityChange.ts';
import { displayName } from '../flux/objectKey.ts';
import { alignKeys } from '../view/alignKeys.ts';
import { isDangerous, lostWith } from '../view/changeDanger.ts';
import { fieldPathText } from '../view/originText.ts';
import { diffColour, diffLines, type DiffLabels } from './diffObjects.ts';
import { type FoundConfig, type FoundDifference, type Findings, nameOfOwner } from '../drift/findings.ts';
import { oneLine } from './printObjects.ts';
import { titleOf } from './renderTarget.ts';
import { reportNotes } from './reportOutcomes.ts';
import type { Terminal } from './terminal.ts';

const loss: ReadonlySet<Change> = new Set(['delete', 'recreate']);

export function printDiff(findings: Findings, terminal: Terminal): void {
  const labels = { before: findings.against, after: findings.from };
  for (const warning of findings.warnings.toSorted((a, b) => Number(isDangerous(b)) - Number(isDangerous(a)))) {
    terminal.print(`${oneLine(warning.sentence)}\n`, isDangerous(warning) ? 'red' : 'yellow');
  }
  for (const config of findings.configs) {
    printLines(configLines(config, labels), terminal);
  }
  for (const object of shownFirst(findings.objects)) {
    const red = lossOfObject(object) === undefined ? Number(loss.has(object.change)) : 2;
    printLines(objectLines(object, labels), terminal, red);
  }
  reportNotes(findings.notes, terminal);
  for (const { kind, namespace, name, neededBy } of findings.missing) {
    const message = `${kind} ${displayName({ namespace, name })} is missing: neither the files nor the cluster have it`;
    terminal.message('warning', `${message}; ${neededBy}.`);
  }
  reportNotes(leftNotes(findings), terminal);
  terminal.remark(summary(findings));
}

/** Of what is lost, that which takes something with it. */
function shownFirst(objects: readonly FoundDifference[]): readonly FoundDifference[] {
  const shown = objects.filter(hasDiff);
  const weight = (one: FoundDifference): number => (lossOfObject(one) !== undefined ? 0 : loss.has(one.change) ? 1 : 2);
  return shown.toSorted((a, b) => weight(a) - weight(b));
}

/** What goes with it: also with an object that moves, where who had it is the first to run. */
function lossOfObject(object: FoundDifference): string | undefined {
  return object.deletedFirst && lossOf(object.id) ? lostWith({ ...object, change: 'recreate' }) : lostWith(object);
}

/** `red`: how many lines at the head are, that of the object and what goes with it. */
function printLines(lines: readonly string[], terminal: Terminal, red = 0): void {
  lines.forEach((line, at) => {
    terminal.print(`${line}\n`, at < red ? 'red' : diffColour(line));
  });
}

function configLines({ of, place, config, against }: FoundConfig, labels: DiffLabels): readonly string[] {
  const title = `${titleOf(of)} values`;
  const sides = { ...labels, ...(against !== undefined && { before: against }) };
  const { chart, before, after, paths } = config;
  return [
    `diff ${oneLine(nameOfOwner({ of, place }))}: change values`,
    ...(chart ? [`  chart ${oneLine(chart.before)} becomes ${oneLine(chart.after)}`] : []),
    ...(paths.length === 0 ? [] : diffLines(title, { before, after: alignKeys(after, before) }, sides)),
  ];
}

function objectLines(object: FoundDifference, labels: DiffLabels): readonly string[] {
  const { id, change, before, after, paths } = object;
  const title = `${id.kind} ${displayName(id)}`;
  const verb = object.movedFrom ? 'move' : isRefused(object) ? 'refused' : change;
  const sides = { ...labels, ...(object.against !== undefined && { before: object.against }) };
  const hasSides = before !== undefined || after !== undefined;
  return [
    `diff ${oneLine(nameOfOwner(object))}: ${verb} ${oneLine(title)}`,
    ...remarks(object).map((text) => `  ${oneLine(text)}`),
    ...paths.map((field) => `  ${oneLine(fieldLine(field))}`),
    ...(hasSides ? diffLines(title, { before, after: after && alignKeys(after, before) }, sides) : []),
  ];
}

function remarks(object: FoundDifference): readonly string[] {
  const { reason, takenOverFrom, restartsPods, approximate } = object;
  const lost = lossOfObject(object);
  return [
    ...(lost === undefined ? [] : [lost]),
    ...(reason === undefined ? [] : [reason]),
    ...(takenOverFrom === undefined ? [] : [`taken over from ${takenOverFrom}`]),
    ...(restartsPods ? ['pods are replaced'] : []),
    // Why is a matter of the object: rights are not all that can be missing.
    ...(approximate && reason === undefined ? ['approximate: compared without a dry-run, for want of rights'] : []),
  ];
}

/** `replace spec.replicas (written by kubectl-scale, not after 2026-11-21T20:00:00Z)` */
function fieldLine({ path, effect, writer, takenBack }: FieldDifference): string {
  const by = writer ? writerText(writer) : undefined;
  const said = [
    ...(by === undefined ? [] : [`written by ${by}`]),
    ...(takenBack ? [`taken back from ${ownerOfTaken(writer)}, which no dry-run shows`] : []),
  ];
  return `${effect} ${fieldPathText(path)}${said.length === 0 ? '' : ` (${said.join('; ')})`}`;
}

/** Mostly kubectl, under one of its names; else one that the controller is told to override. */
function ownerOfTaken(writer: FieldWriter | undefined): string {
  return writer === undefined || writer.manager.startsWith('kubectl') ? 'kubectl' : writer.manager;
}

/** The time is that of the manager's last write to any field, so this one was written then or earlier. */
function writerText({ manager, subresource, time }: FieldWriter): string {
  const who = subresource === undefined ? manager : `${manager} through ${subresource}`;
  return time === undefined ? who : `${who}, not after ${time}`;
}

/** What was not compared, and what the controller leaves alone, with why. */
function leftNotes({ objects }: Findings): Parameters<typeof reportNotes>[0] {
  return objects.flatMap((object) => {
    const { change, id, reason, because, of, place } = object;
    if ((change !== 'unknown' && change !== 'skip') || isRefused(object)) {
      return [];
    }
    const what = change === 'unknown' ? 'not compared' : 'left alone';
    const severity = change === 'unknown' ? ('approximate' as const) : ('information' as const);
    const message = `${what}: ${reason ?? because ?? 'for no reason that is known'}`;
    const [owner, own] = [nameOfOwner({ of, place }), `${id.kind} ${displayName(id)}`];
    return [{ title: owner === own ? own : `${owner}: ${own}`, severity, message }];
  });
}

const counted: readonly (readonly [Change | 'move' | 'refused', string])[] = [
  ['delete', 'deleted'],
  ['recreate', 'recreated'],
  ['create', 'created'],
  ['change', 'changed'],
  ['move', 'moved'],
  ['refused', 'refused'],
  ['unknown', 'not compared'],
  ['skip', 'left alone'],
];

function countedAs(object: FoundDifference): Change | 'move' | 'refused' {
  return object.movedFrom ? 'move' : isRefused(object) ? 'refused' : object.change;
}

/** One line on what was compared with what, so that silence is no riddle. */
export function summary({ objects, target, from, against, complete, configs }: Findings): string {
  const owners = [...new Set(objects.map(nameOfOwner))];
  const who = owners.length === 1 ? (owners[0] ?? target) : target;
  const counts = counted.flatMap(([change, words]) => {
    const count = objects.filter((one) => countedAs(one) === change).length;
    return count === 0 ? [] : [`${count} ${words}`];
  });
  const same = objects.filter(({ change }) => change === 'none').length;
  const differs = counts.length > 0 || configs.length > 0;
  const values = configs.length === 0 ? [] : ['values changed'];
  const words = differs
    ? [...values, ...counts, `${same} the same`].join(', ')
    : `nothing differs, ${same} ${same === 1 ? 'object is' : 'objects are'} the same`;
  return `${oneLine(who)}: ${oneLine(against)} ↔ ${oneLine(from)}: ${complete ? '' : 'incomplete: '}${words}.`;
}
