/**
 * How long it takes from a controller's write on the server to the text of the row in the page of a real VS Code, for the
 * bench. Both ends are the same machine's clock. A measurement, never a criterion: a busy machine makes everything slow.
 */
import type { ObjectId } from '../../src/flux/objectKey.ts';
import { controller } from '../support/builders.ts';
import { type ApiServer, startApiServer } from '../support/apiServer/apiServer.ts';
import { kubeconfigFile } from '../support/kubeconfigFile.ts';
import { largeFixture } from '../support/largeFixture.ts';
import { type Workbench, openWorkbench } from './driver.ts';

export interface LatencyRow {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** Changes that were measured. */
  readonly runs: number;
}

const changes = 20;
/** The row that changes: in the large fixture it stands directly below the root, and so in sight. */
const changing: ObjectId = {
  group: 'kustomize.toolkit.fluxcd.io',
  kind: 'Kustomization',
  namespace: 'flux-system',
  name: 'group-1',
};

/**
 * In the page: keeps the moment at which a row's text holds the marker. An observer is told in the same task that changed
 * the document; what is still missing then is one frame.
 */
function watchFor(marker: string): string {
  return `globalThis.rowSeen = new Promise((resolve) => {
    const tree = document.querySelector('.sidebar [role="tree"][aria-label="Cluster"]');
    const isThere = () => [...tree.querySelectorAll('.label-description')].some((each) => each.textContent.includes('${marker}'));
    const observer = new MutationObserver(() => {
      if (isThere()) {
        observer.disconnect();
        resolve(performance.timeOrigin + performance.now());
      }
    });
    observer.observe(tree, { subtree: true, childList: true, characterData: true });
  }); true`;
}

/** One new revision is applied, as after a commit. Resolves to milliseconds. */
async function oneChange(window: Workbench, server: ApiServer, index: number): Promise<number> {
  const commit = (0xa000000 + index).toString(16);
  const revision = `main@sha1:${commit.padEnd(40, '0')}`;
  await window.page.evaluate(watchFor(`main@${commit.slice(0, 7)}`));
  const written = performance.timeOrigin + performance.now();
  server.patchStatus(changing, { lastAppliedRevision: revision, lastAttemptedRevision: revision });
  return (await window.page.evaluate<number>('rowSeen')) - written;
}

/** The value below which this share of the sorted numbers lies. */
function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
}

/** Opens a window on the large fixture and measures. Takes about half a minute. */
export async function measureRowLatency(): Promise<readonly LatencyRow[]> {
  const server = await startApiServer({
    objects: [...largeFixture(), controller('kustomize-controller'), controller('helm-controller')],
  });
  const kubeconfig = kubeconfigFile(server.kubeconfig());
  try {
    const window = await openWorkbench({ env: { KUBECONFIG: kubeconfig.path } });
    try {
      await window.showContainer('Driftline');
      await window.treeRow(changing.name).waitFor();
      const times: number[] = [];
      for (let index = 0; index < changes; index += 1) {
        times.push(await oneChange(window, server, index));
      }
      const sorted = times.toSorted((one, other) => one - other);
      const row = (what: string, share: number): LatencyRow => ({
        name: `status change on the server to the row in the page, ${what}`,
        value: Math.round(percentile(sorted, share)),
        unit: 'ms',
        runs: changes,
      });
      return [row('p50', 0.5), row('p95', 0.95)];
    } finally {
      await window.stop();
    }
  } finally {
    kubeconfig.dispose();
    await server.close();
  }
}
