/**
 * The commands of comparing: find what is meant, ask with what it is to be compared, compare where the user can see and end it,
 * hand the result on. Nothing here runs without a command: a dry-run shows in the cluster's audit log as a write of the user's.
 */
import * as vscode from 'vscode';
import type { Clock } from '../base/clock.ts';
import { Failure } from '../base/failure.ts';
import type { Log } from '../base/log.ts';
import type { ClusterSession } from '../cluster/clusterSession.ts';
import type { SessionManager } from '../cluster/sessionManager.ts';
import type { ComparisonCache } from '../drift/comparisonCache.ts';
import type { DocumentOfFile } from '../drift/compareStatedDocument.ts';
import type { ObjectDifference } from '../drift/difference.ts';
import type { ReadBeside } from '../drift/renderBeside.ts';
import { asRecord } from '../flux/untyped.ts';
import type { ClusterInputs, FluxName } from '../render/desired.ts';
import type { ManifestReader } from '../render/readManifest.ts';
import { type DiffAgainst, diffChoices, readDiffAgainst } from '../view/diffChoice.ts';
import { fluxNameText } from '../view/renderedSubject.ts';
import { withRawOffer } from '../view/renderProblem.ts';
import { type AskedRender, type AskedRenderParts, askedRender, tellProblem } from './askedRender.ts';
import { commandIds, type DiffCommand } from './commandIds.ts';
import {
  type Compared,
  compareDrift,
  compareNext,
  type CompareParts,
  compareRendered,
  readBesideFiles,
} from './compareTarget.ts';
import { pickAgainst } from './diffPick.ts';
import { type ManifestTargetParts, manifestTarget } from './manifestTarget.ts';
import type { ComparedNow, DiffPresenter } from './diffPresenter.ts';
import { clusterName, diffTarget, type DiffTarget, type DiffTargetParts, keyOfName } from './diffTarget.ts';
import { withPatience } from './patientProgress.ts';
import { compareRawDocument, type RawArgument, readRawArgument } from './rawDiff.ts';
import type { SessionInputs } from './sessionInputs.ts';
import type { ShownDiffs } from './shownDiffs.ts';

export interface DiffCommandsParts extends DiffTargetParts, AskedRenderParts, Pick<ManifestTargetParts, 'appliers'> {
  readonly sessions: SessionManager;
  readonly inputs: SessionInputs;
  /** Results of the connected cluster; another one has its own. */
  readonly previous: () => ComparisonCache;
  readonly read: ManifestReader;
  readonly presenter: DiffPresenter;
  readonly shown: ShownDiffs;
  readonly memory: vscode.Memento;
  readonly clock: Clock;
  readonly log: Log;
}

const againstKey = 'driftline.diffAgainst';

/** `argument`: what VS Code hands to a command. Throws a Failure. */
export async function diffCommand(command: DiffCommand, argument: unknown, parts: DiffCommandsParts): Promise<void> {
  switch (command) {
    case 'diffObject': {
      const target = await diffTarget(argument, parts);
      const asked = asRecord(argument);
      return target && compareFor(target, asked?.['pull'] === true, parts, readDiffAgainst(asked?.['against']));
    }
    case 'diffManifest': {
      const found = await manifestTarget(argument, parts);
      return (
        found && compareFor({ ...found.target, alone: found.object }, asRecord(argument)?.['pull'] === true, parts)
      );
    }
    case 'diffRawDocument': {
      const raw = readRawArgument(argument);
      if (!raw) {
        throw new Failure('invalid', 'a raw document is compared from the message that says why it cannot be rendered');
      }
      return compareText(raw, parts);
    }
    case 'chooseComparison': {
      const kept = readDiffAgainst(parts.memory.get(againstKey));
      const picked = await pickAgainst('Diff compares the cluster with', undefined, { hasFiles: true, kept });
      return picked && parts.memory.update(againstKey, picked);
    }
    case 'reconcileShown':
      return parts.shown.correct('reconcile');
    case 'forceShown':
      return parts.shown.correct('force');
  }
}

/** What is to be compared: all of a Kustomization or HelmRelease, or one object of it. */
type Comparing = DiffTarget & { readonly alone?: DocumentOfFile };

/** `wished`: with what whoever runs the command wants it compared, where that can be. */
async function compareFor(
  target: Comparing,
  pull: boolean,
  parts: DiffCommandsParts,
  wished?: DiffAgainst,
): Promise<void> {
  const isOffered = diffChoices(target.name.kind, target.stated !== undefined).some(
    ({ against }) => against === wished,
  );
  const against = isOffered ? wished : await chosenAgainst(target, parts);
  if (against === undefined) {
    return;
  }
  const compared = await whileHeld(parts, () => compareAgainst(target, against, pull, parts));
  if (compared) {
    await parts.presenter.present(compared);
  }
}

/**
 * The session must outlive the view that it was opened for, and no longer than the comparison: a list or a message that shows it
 * may stand for hours.
 */
async function whileHeld<T>({ sessions }: DiffCommandsParts, work: () => Promise<T>): Promise<T> {
  const hold = sessions.acquire();
  try {
    return await work();
  } finally {
    hold.dispose();
  }
}

/** Asked the first time and remembered. What the choice cannot be for this object is asked for without being remembered. */
async function chosenAgainst({ name, stated }: DiffTarget, { memory }: DiffCommandsParts) {
  const kept = readDiffAgainst(memory.get(againstKey));
  const hasFiles = stated !== undefined;
  if (kept !== undefined && diffChoices(name.kind, hasFiles).some(({ against }) => against === kept)) {
    return kept;
  }
  const title = `Compare ${fluxNameText(name)}`;
  const picked = await pickAgainst(title, name.kind, { hasFiles, kept });
  if (picked !== undefined && kept === undefined) {
    await memory.update(againstKey, picked);
  }
  return picked;
}

async function compareAgainst(
  target: Comparing,
  against: DiffAgainst,
  pull: boolean,
  parts: DiffCommandsParts,
): Promise<ComparedNow | undefined> {
  const connected = requireCluster(parts);
  if (against === 'workingTree' && target.stated) {
    return compareFiles({ ...target, stated: target.stated }, connected, pull, parts);
  }
  const name = await clusterName(target, parts.views);
  if (!name) {
    return undefined;
  }
  const compare = against === 'next' ? compareNext : compareDrift;
  const at = parts.clock.now();
  const { alone } = target;
  const compared = await compareNow(name, connected, (task) => compare(name, { ...task, alone }), parts);
  const same: Comparing = {
    name,
    key: keyOfName(connected.session.context, name),
    stated: undefined,
    ...(alone && { alone }),
  };
  const again = () => whileHeld(parts, () => compareAgainst(same, against, false, parts));
  return compared && { ...compared, against, at, root: undefined, alone: alone?.title, again };
}

/** Renders the files first, which may need an answer of the user's or end with an error that says more than a failure could. */
async function compareFiles(
  target: Comparing & { readonly stated: NonNullable<DiffTarget['stated']> },
  connected: ConnectedCluster,
  pull: boolean,
  parts: DiffCommandsParts,
): Promise<ComparedNow | undefined> {
  const { cluster, session } = connected;
  const { clock, previous } = parts;
  const reading = { cluster, api: session.api, clock, previous: previous(), alone: target.alone };
  const beside = readBesideFiles(target.name, reading);
  try {
    const asked = await askedRender(target.stated, { pull, filesOnly: true }, parts);
    return await compareAsked(target, asked, connected, parts, beside);
  } finally {
    beside?.dispose(); // where it did not come to a comparison
  }
}

async function compareAsked(
  target: Comparing,
  asked: AskedRender | undefined,
  connected: ConnectedCluster,
  parts: DiffCommandsParts,
  beside: ReadBeside | undefined,
): Promise<ComparedNow | undefined> {
  if (!asked) {
    return undefined;
  }
  const { object, outcome } = asked;
  const { alone } = target;
  if ('error' in outcome) {
    const problem = await parts.documents.problemOf(object, outcome.error);
    // As commands, for an error of one is to be shown like that of any other.
    const again = () =>
      vscode.commands.executeCommand(commandIds.diffObject, { ...object, key: target.key, pull: true });
    const argument: RawArgument = { target: object, object: alone, why: problem.message };
    const raw = () => vscode.commands.executeCommand(commandIds.diffRawDocument, argument);
    // A message may stand for hours before somebody answers it.
    tellProblem(object, withRawOffer(problem), again, raw).catch((error: unknown) =>
      parts.log.warn(`A button of a message failed: ${error instanceof Error ? error.message : ''}`),
    );
    return undefined;
  }
  const { rendered } = outcome;
  const at = parts.clock.now();
  const compare = (task: CompareParts) => compareRendered(rendered, 'working tree', { ...task, alone }, beside);
  const compared = await compareNow(rendered.name, connected, compare, parts);
  return compared && { ...compared, against: 'workingTree', at, root: object.root, alone: alone?.title };
}

/** The text of a document, where what Flux makes of it cannot be rendered. */
async function compareText(argument: RawArgument, parts: DiffCommandsParts): Promise<void> {
  const { name, root } = argument.target;
  const at = parts.clock.now();
  const compare = async (task: CompareParts): Promise<Compared> => {
    const comparison = await compareRawDocument(argument, { ...parts, ...task });
    return { comparison, live: undefined };
  };
  const compared = await whileHeld(parts, async () => compareNow(name, requireCluster(parts), compare, parts));
  if (compared) {
    const alone = argument.object?.title;
    await parts.presenter.present({ ...compared, against: 'workingTree', at, root, alone, isRaw: true });
  }
}

/** The cluster that was connected when the command began. Questions and renders take minutes, in which it may be another one. */
interface ConnectedCluster {
  readonly cluster: ClusterInputs;
  readonly session: ClusterSession;
}

function requireCluster({ inputs, sessions }: DiffCommandsParts): ConnectedCluster {
  const { current } = inputs;
  const { session } = sessions;
  if (!current || !session) {
    throw new Failure('unreachable', 'no cluster is connected');
  }
  return { cluster: current, session };
}

/** What was rendered or picked for one cluster says nothing of another. */
function requireSame({ session }: ConnectedCluster, parts: DiffCommandsParts): void {
  const now = requireCluster(parts).session;
  if (now !== session) {
    const both = `${session.context} was connected when Diff began, and now ${now.context} is`;
    throw new Failure('conflict', now.context === session.context ? `${now.context} was connected anew` : both);
  }
}

/** With counts while it lasts. What was compared before the user ended it is not thrown away; `undefined` where that is nothing. */
async function compareNow(
  name: FluxName,
  connected: ConnectedCluster,
  compare: (parts: CompareParts) => Promise<Compared>,
  parts: DiffCommandsParts,
): Promise<(Compared & { readonly partial: boolean }) | undefined> {
  requireSame(connected, parts);
  const { cluster, session } = connected;
  const { api } = session;
  const { renderer, read, workspace, clock } = parts;
  const title = `Comparing ${fluxNameText(name)} with ${cluster.context}`;
  const objects: ObjectDifference[] = [];
  const counted = { total: 0 };
  return withPatience(title, clock, async (signal, report) => {
    const onProgress = ({ done, total }: { readonly done: number; readonly total: number }): void => {
      counted.total = total;
      report(`${done} of ${total} objects`);
    };
    const task: CompareParts = {
      ...{ renderer, read, api, cluster, clock, signal, onProgress },
      previous: parts.previous(),
      roots: () => workspace.roots(),
      onStep: report,
      onObject: (object) => objects.push(object),
    };
    try {
      return { ...(await compare(task)), partial: false };
    } catch (error) {
      if (!signal.aborted) {
        throw error;
      }
      return partialOf(name, api.context, objects, counted.total);
    }
  });
}

function partialOf(name: FluxName, context: string, objects: readonly ObjectDifference[], total: number) {
  if (objects.length === 0) {
    return undefined;
  }
  const message = `Ended after ${objects.length} of ${total} objects: what is missing here was not compared.`;
  const notes = [{ severity: 'approximate', message } as const];
  return {
    comparison: { target: name, context, from: 'what was compared before it was ended', objects, notes },
    live: undefined,
    partial: true,
  };
}
