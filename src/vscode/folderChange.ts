/**
 * What a folder would do to a cluster that does not apply it yet, or not now: the same as `driftline diff --path`, compared by
 * `drift`. Asks the user which cluster's folder is meant where there are several below it.
 */
import { basename } from 'node:path';
import * as vscode from 'vscode';
import { compareFolder } from '../drift/compareFolder.ts';
import { plainText } from '../view/markdown.ts';
import type { ComparedFolder } from './changedFolder.ts';
import type { ChangeRun, ChangeWords } from './changeRun.ts';
import { offerWays } from './offeredWays.ts';

/** More are not named in a message. */
const mostFiles = 4;

/** Needs a cluster. Throws a `Failure` for what concerns the whole. */
export async function folderChange({ root, folder }: ComparedFolder, run: ChangeRun): Promise<ChangeWords> {
  const { workspace, renderer, renderFolder, cluster, puller, findings, signal, report } = run;
  if (!cluster) {
    return undefined; // who has none is told before
  }
  workspace.lookAnew(root);
  const state = await workspace.stateOf(root);
  findings.from = state.label;
  findings.against = `cluster ${cluster.context}`;
  const title = folder === '' ? basename(root) : folder;
  const outcome = await compareFolder({
    ...{ renderer, renderFolder, cluster, puller, signal },
    ...{ state, folder, told: findings, onStep: report },
  });
  switch (outcome.state) {
    case 'empty':
      return offerWays(
        'information',
        plainText(`${title} holds no Flux Kustomization, so there is nothing to compare.`),
        [],
      );
    case 'severalClusters': {
      if (outcome.folders.length === 0) {
        const files = outcome.own.slice(0, mostFiles).join(', ');
        const more = outcome.own.length > mostFiles ? ` and ${outcome.own.length - mostFiles} more` : '';
        // What one file states is not followed by itself, for its neighbours may be part of it.
        const text = `${title} is no one cluster: ${files}${more} are of one each. A folder for each could be compared.`;
        return offerWays('warning', text, []);
      }
      const items = outcome.folders.map((label) => ({ label }));
      const question = `${title} is of several clusters: which of them is ${cluster.context}?`;
      const picked = await vscode.window.showQuickPick(items, { title: question });
      return picked && folderChange({ root, folder: picked.label }, run);
    }
    case 'compared': {
      const same = findings.objects.length;
      const objects = same === 1 ? '1 object is the same' : `${same} objects are the same`;
      const nothing = plainText(`${title} on ${cluster.context}: nothing differs, ${objects}.`, 400);
      return { subject: plainText(`${title} on ${cluster.context}`), nothing, advice: undefined, offers: [] };
    }
  }
}
