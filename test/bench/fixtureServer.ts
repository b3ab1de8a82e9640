/**
 * A process that serves the large fixture on the embedded API server, so that the server's work is not counted as the
 * client's. Started by `startFixtureServer.ts`, which speaks with it over IPC; ends with its parent.
 */
import { hrtime } from 'node:process';
import { startApiServer } from '../support/apiServer/apiServer.ts';
import { fiveThousandEach, largeFixture, largeHomelab, type LargeFixtureSize, times } from '../support/largeFixture.ts';
import type { FixtureCommand, FixtureMessage, FixtureSize } from './startFixtureServer.ts';

const sizes: Readonly<Record<FixtureSize, LargeFixtureSize>> = {
  homelab: largeHomelab,
  tenfold: times(largeHomelab, 10),
  thousands: fiveThousandEach,
};

const size = sizes[process.argv[2] as FixtureSize];
const server = await startApiServer({ objects: largeFixture(size) });
let round = 0;

function send(message: FixtureMessage): void {
  process.send?.(message);
}

/** A release fails, and the next time it is well again: a row that changes each time. */
function touch(): void {
  round += 1;
  const index = Math.floor(round / 2) % size.helmReleases;
  const three = (number: number): string => String(number).padStart(3, '0');
  const name = `release-${three(index)}`;
  const namespace = `team-${three(index % 40)}`;
  const isReady = round % 2 === 0;
  const at = hrtime.bigint();
  server.patchStatus(
    { group: 'helm.toolkit.fluxcd.io', kind: 'HelmRelease', namespace, name },
    {
      conditions: [
        {
          type: 'Ready',
          status: isReady ? 'True' : 'False',
          reason: isReady ? 'UpgradeSucceeded' : 'UpgradeFailed',
          message: `Helm upgrade ${round}`,
          lastTransitionTime: new Date().toISOString(),
        },
      ],
    },
  );
  send({ type: 'touched', name, at: String(at) });
}

process.on('message', (command: FixtureCommand) => {
  if (command === 'touch') {
    touch();
  } else {
    const requests = server.requests.map(({ method, path, watch }) => ({ method, path, watch }));
    send({ type: 'requests', requests });
  }
});
process.on('disconnect', () => void server.close().then(() => process.exit()));
send({ type: 'ready', kubeconfig: server.kubeconfig() });
