/** What Diff may compare the cluster with, and how the choice is offered. Compares nothing. */
import type { FluxName } from '../render/desired.ts';

/**
 * - `workingTree`: the files as they are on disk and in the editors
 * - `next`: what the source offers now
 * - `drift`: what was applied last, so that what differs was changed in the cluster
 */
export type DiffAgainst = 'workingTree' | 'next' | 'drift';

export interface DiffChoice {
  readonly against: DiffAgainst;
  readonly label: string;
  readonly detail: string;
}

const all: readonly DiffAgainst[] = ['workingTree', 'next', 'drift'];

const labels: Readonly<Record<DiffAgainst, string>> = {
  workingTree: 'Working tree',
  next: 'Next',
  drift: 'Drift',
};

const details: Readonly<Record<DiffAgainst, Readonly<Record<FluxName['kind'], string>>>> = {
  workingTree: {
    Kustomization: 'the cluster and these files: what a push would change',
    HelmRelease: 'the cluster and these files: what a push would change',
  },
  next: {
    Kustomization: 'the cluster and what its source has now: what comes with the next reconcile',
    HelmRelease: 'the release and what its chart and values give now: what comes with the next upgrade',
  },
  drift: {
    Kustomization: 'the cluster and what was applied last: what was changed by hand since',
    HelmRelease: 'the cluster and the manifest of the release: what was changed by hand since',
  },
};

/** `kind` is undefined where the choice is for both. Without files in an open folder there is no working tree. */
export function diffChoices(kind: FluxName['kind'] | undefined, hasFiles: boolean): DiffChoice[] {
  return all
    .filter((against) => hasFiles || against !== 'workingTree')
    .map((against) => ({ against, label: labels[against], detail: details[against][kind ?? 'Kustomization'] }));
}

/** What a memento kept; `undefined` for anything else. */
export function readDiffAgainst(kept: unknown): DiffAgainst | undefined {
  return all.find((against) => against === kept);
}

/** `working tree`: how a lens names what it would compare with. */
export function againstText(against: DiffAgainst): string {
  return labels[against].toLowerCase();
}
