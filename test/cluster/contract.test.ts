/** A real API server keeps the contract that the embedded one is held to: what tests on that one rely on is true. */
import { describeApiServer } from '../contract/apiServerContract.ts';
import { clusterForTests } from './support.ts';

const cluster = await clusterForTests();

// History cannot be forgotten here at will: a continue token that is too old is shown on the embedded server alone.
describeApiServer('a real API server', () =>
  Promise.resolve({
    url: cluster.url,
    ca: cluster.ca,
    token: cluster.adminToken,
    viewerToken: cluster.viewerToken,
  }),
);
