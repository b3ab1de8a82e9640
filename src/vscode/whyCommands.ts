/** *Why?*: finds the object that is meant, has it explained, and opens the answer. */
import * as vscode from 'vscode';
import type { Clock } from '../base/clock.ts';
import { Failure } from '../base/failure.ts';
import { explainObject } from '../cluster/explainObject.ts';
import type { SessionManager } from '../cluster/sessionManager.ts';
import { displayName, type ObjectKey, objectKey, parseObjectKey } from '../flux/objectKey.ts';
import { type FindItem, findItems } from '../view/findItems.ts';
import type { Report } from '../view/reportText.ts';
import { isUnready } from '../view/stateMark.ts';
import { whyReport } from '../view/whyReport.ts';
import { actionTarget } from './actionTarget.ts';
import type { ClusterViews } from './clusterViews.ts';
import type { OperationHandler } from './operationHandler.ts';
import { withPatience } from './patientProgress.ts';
import { WhyDocuments } from './whyDocuments.ts';

export interface WhyParts {
  readonly sessions: SessionManager;
  readonly views: ClusterViews;
  readonly clock: Clock;
}

/** The caller disposes it. */
export function openWhyDocuments(parts: WhyParts): WhyDocuments {
  return new WhyDocuments((key) => readReport(key, parts));
}

export function whyHandlers(parts: WhyParts & { readonly documents: WhyDocuments }) {
  const { views, documents } = parts;
  return {
    whyObject: async (argument) => {
      const key = await keyOf(argument, views);
      if (key !== undefined) {
        await documents.open(key);
      }
    },
    refreshAnswer: (argument) => {
      const uri = argument instanceof vscode.Uri ? argument : vscode.window.activeTextEditor?.document.uri;
      return documents.open(documents.keyOf(uri));
    },
  } satisfies Readonly<Record<string, OperationHandler>>;
}

/** A row, a lens, the key that a message's button hands on, or what the user picks. */
async function keyOf(argument: unknown, views: ClusterViews): Promise<ObjectKey | undefined> {
  if (argument === undefined) {
    return pickTroubled(views);
  }
  if (typeof argument === 'string' && parseObjectKey(argument) && views.keyOfRow(argument) === undefined) {
    return argument as ObjectKey;
  }
  return (await actionTarget(argument, views))?.key;
}

/** Reads of exactly that context: after a switch nothing may be asked of the cluster that came in its place. */
async function readReport(key: ObjectKey, { sessions, views, clock }: WhyParts): Promise<Report> {
  const { context = '', ...id } = parseObjectKey(key) ?? {};
  const { session } = sessions;
  if (!isId(id) || session?.context !== context) {
    throw new Failure('unreachable', `${context === '' ? key : context} is not the connected context`);
  }
  const hold = sessions.acquire();
  try {
    const title = `Looking why ${id.kind} ${displayName(id)} is not ready`;
    const explanation = await withPatience(title, clock, (signal, report) =>
      explainObject({ api: session.api, state: session, now: clock.now(), signal, report }, id),
    );
    const isInTree = (one: typeof id): boolean => views.survey?.views.has(objectKey(context, one)) === true;
    return whyReport({ explanation, isInTree });
  } finally {
    hold.dispose();
  }
}

type Id = Parameters<typeof explainObject>[1];

function isId(id: Partial<Id>): id is Id {
  return id.kind !== undefined && id.name !== undefined;
}

/** Those that are not ready first: they are what somebody asks about. */
async function pickTroubled({ survey }: ClusterViews): Promise<ObjectKey | undefined> {
  if (!survey) {
    throw new Failure('unreachable', 'no cluster is connected');
  }
  const items = findItems(survey);
  const isTroubled = ({ key }: FindItem): boolean => {
    const view = survey.views.get(key);
    return view !== undefined && isUnready(view.state);
  };
  const picked = await vscode.window.showQuickPick(
    [
      ...group('Not ready', items.filter(isTroubled)),
      ...group(
        'Ready',
        items.filter((item) => !isTroubled(item)),
      ),
    ],
    { title: `Why is it not ready, on ${survey.context}?`, matchOnDescription: true },
  );
  return picked?.key;
}

type KeyItem = vscode.QuickPickItem & { readonly key?: ObjectKey };

function group(label: string, items: readonly FindItem[]): KeyItem[] {
  const separator: KeyItem = { label, kind: vscode.QuickPickItemKind.Separator };
  return items.length === 0
    ? []
    : [
        separator,
        ...items.map((item) => ({
          label: item.label,
          description: item.description,
          iconPath: new vscode.ThemeIcon(
            item.icon.id,
            item.icon.color === undefined ? undefined : new vscode.ThemeColor(item.icon.color),
          ),
          key: item.key,
        })),
      ];
}
