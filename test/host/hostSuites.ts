/**
 * The suites that run inside a real VS Code: each folder of tests, and the window it runs in. A window costs six to
 * eight seconds, so a new suite needs a window that differs.
 */
import type { Trust } from '../../scripts/vscodeServer.ts';

export interface HostSuite {
  readonly name: string;
  /** Folder whose `*.test.ts` (not those of folders below it) run together, relative to the project. */
  readonly folder: string;
  /** Folder that is copied for each run and opened, relative to the project. */
  readonly workspace: string;
  readonly trust: Trust;
  readonly settings?: Readonly<Record<string, unknown>>;
}

export const hostSuites: readonly HostSuite[] = [
  { name: 'trusted', folder: 'test/host', workspace: 'demo/homelab', trust: 'granted' },
  // A window of its own: what is compared is written to the cluster, fetched and remembered, which the others count.
  { name: 'diff', folder: 'test/host/diff', workspace: 'demo/homelab', trust: 'granted' },
  { name: 'restricted', folder: 'test/host/restricted', workspace: 'demo/homelab', trust: 'restricted' },
];
