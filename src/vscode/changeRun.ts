/** One comparison of a whole change: what it is made with, and what is to be said of it. Types alone. */
import type { ComparedCluster } from '../drift/comparedCluster.ts';
import type { FolderToCompare } from '../drift/compareFolder.ts';
import type { Findings } from '../drift/findings.ts';
import type { ChartPuller } from '../render/desired.ts';
import type { Renderer } from '../render/renderer.ts';
import type { ChangeToShow } from './changePresenter.ts';
import type { WorkspaceState } from './workspaceState.ts';

/** What one comparison of a whole change is made with. */
export interface ChangeRun {
  readonly workspace: WorkspaceState;
  readonly renderer: Renderer;
  readonly renderFolder: FolderToCompare['renderFolder'];
  /** `undefined`: files alone are compared. */
  readonly cluster: ComparedCluster | undefined;
  readonly puller: ChartPuller;
  readonly findings: Findings;
  readonly signal: AbortSignal;
  readonly report: (step: string) => void;
}

/** What to say of it; `undefined` where the user has been told already, or gave up. */
export type ChangeWords = Pick<ChangeToShow, 'subject' | 'nothing' | 'advice' | 'offers'> | undefined;
