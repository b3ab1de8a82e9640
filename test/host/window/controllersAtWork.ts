/** Controllers that work as fast as they are asked, by a clock that a test turns otherwise. */
import type { ManualClock } from '../../support/manualClock.ts';
import type { HostCluster } from './hostCluster.ts';

/** Lets the controllers do what they were asked for, however many steps it takes, until the work has ended. */
export async function whileControllersWork<T>(cluster: HostCluster, clock: ManualClock, work: Promise<T>): Promise<T> {
  const turn = cluster.server.onDidReceive(() => clock.advance(5_000));
  const ticks = cluster.probe.views.onDidSurvey(() => clock.advance(5_000));
  clock.advance(5_000);
  try {
    return await work;
  } finally {
    turn.dispose();
    ticks.dispose();
  }
}
