/** Which downloads go through a proxy; that the tunnel itself works is shown where charts are pulled. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { isFailure } from '../../../src/base/failure.ts';
import { downloadAgent } from '../../../src/cluster/downloadAgent.ts';

const url = new URL('https://charts.example.com/index.yaml');

interface Row {
  readonly title: string;
  readonly proxy?: string;
  readonly noProxy?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly tunnelled: boolean;
}

describe('a download', () => {
  const rows: readonly Row[] = [
    { title: 'goes straight where nothing is set', tunnelled: false },
    { title: 'goes through the proxy of the settings', proxy: 'http://127.0.0.1:3128', tunnelled: true },
    { title: 'goes through the proxy of the environment', env: { HTTPS_PROXY: 'http://127.0.0.1:1' }, tunnelled: true },
    {
      title: 'goes straight to a host that the settings leave out',
      proxy: 'http://127.0.0.1:3128',
      noProxy: ['charts.example.com'],
      tunnelled: false,
    },
    {
      title: 'goes straight to a host that the environment leaves out',
      env: { HTTPS_PROXY: 'http://127.0.0.1:1', NO_PROXY: '.example.com' },
      tunnelled: false,
    },
  ];
  for (const { title, tunnelled, env = {}, ...network } of rows) {
    test(title, () => {
      const agent = downloadAgent(url, { ...network, strictSSL: true, extraCAs: [], env });
      assert.equal(agent !== undefined, tunnelled);
    });
  }

  test('through a SOCKS proxy is refused by the name of the host', () => {
    assert.throws(
      () => downloadAgent(url, { strictSSL: true, extraCAs: [], env: { HTTPS_PROXY: 'socks5://127.0.0.1:1080' } }),
      (error) => isFailure(error, 'invalid') && error.message.includes('charts.example.com'),
    );
  });
});
