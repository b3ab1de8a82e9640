/** The embedded API server keeps the contract that a real one keeps. */
import { after } from 'node:test';
import { describeApiServer } from '../../contract/apiServerContract.ts';
import { type ApiServer, startApiServer } from '../../support/apiServer/apiServer.ts';
import { ManualClock } from '../../support/manualClock.ts';

const started: ApiServer[] = [];
after(() => Promise.all(started.map((server) => server.close())));

describeApiServer('the embedded API server', async () => {
  const clock = new ManualClock();
  const server = await startApiServer({ clock });
  started.push(server);
  return {
    url: server.url,
    token: server.token(),
    viewerToken: server.token('viewer'),
    advance: (ms) => clock.advance(ms),
    compact: () => server.compact(),
  };
});
