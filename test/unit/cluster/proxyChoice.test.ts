/** Which proxy a connection takes: kubeconfig, setting, environment, and who is exempt. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chooseProxy, showProxy } from '../../../src/cluster/proxyChoice.ts';

function checkProxy(
  name: string,
  input: { server?: string; kubeconfig?: string; setting?: string; env?: Record<string, string> },
  expected: string | undefined,
): void {
  test(name, () => {
    const proxy = chooseProxy({
      server: new URL(input.server ?? 'https://api.example.com:6443'),
      kubeconfig: input.kubeconfig,
      setting: input.setting,
      env: input.env ?? {},
    });
    assert.equal(proxy?.href, expected);
  });
}

checkProxy('nothing set: direct', {}, undefined);
checkProxy('the setting of VS Code', { setting: 'http://p:3128' }, 'http://p:3128/');
checkProxy('a setting without a scheme is http', { setting: 'p:3128' }, 'http://p:3128/');
checkProxy('HTTPS_PROXY for https', { env: { HTTPS_PROXY: 'http://p', HTTP_PROXY: 'http://q' } }, 'http://p/');
checkProxy(
  'HTTP_PROXY for http',
  { server: 'http://api.example.com', env: { HTTPS_PROXY: 'http://p', HTTP_PROXY: 'http://q' } },
  'http://q/',
);
checkProxy('lower case wins', { env: { HTTPS_PROXY: 'http://p', https_proxy: 'http://q' } }, 'http://q/');
checkProxy(
  'the setting wins over the environment',
  { setting: 'http://s', env: { HTTPS_PROXY: 'http://p' } },
  'http://s/',
);
checkProxy('the kubeconfig wins over both', { kubeconfig: 'http://k', setting: 'http://s' }, 'http://k/');
checkProxy('the kubeconfig may name SOCKS', { kubeconfig: 'socks5://k:1080' }, 'socks5://k:1080');
checkProxy('loopback goes direct', { server: 'https://127.0.0.1:6443', setting: 'http://s' }, undefined);
checkProxy('loopback by name goes direct', { server: 'https://localhost', setting: 'http://s' }, undefined);
checkProxy('loopback of IPv6 goes direct', { server: 'https://[::1]:6443', setting: 'http://s' }, undefined);
checkProxy(
  "the kubeconfig's proxy is taken for loopback too",
  { server: 'https://127.0.0.1', kubeconfig: 'http://k' },
  'http://k/',
);

const exemptions: readonly (readonly [string, string, boolean])[] = [
  ['*', 'https://api.example.com', true],
  ['example.com', 'https://api.example.com', true],
  ['example.com', 'https://example.com', true],
  ['example.com', 'https://badexample.com', false],
  ['.example.com', 'https://api.example.com', true],
  ['.example.com', 'https://example.com', false],
  ['*.example.com', 'https://api.example.com', true],
  ['other, EXAMPLE.com ', 'https://api.example.com', true],
  ['api.example.com:6443', 'https://api.example.com:6443', true],
  ['api.example.com:443', 'https://api.example.com', true],
  ['api.example.com:443', 'https://api.example.com:6443', false],
  ['10.0.0.0/8', 'https://10.20.30.40:6443', true],
  ['10.0.0.0/8', 'https://11.20.30.40:6443', false],
  ['192.168.4.0/22', 'https://192.168.7.255', true],
  ['192.168.4.0/22', 'https://192.168.8.0', false],
  ['0.0.0.0/0', 'https://8.8.8.8', true],
  ['10.0.0.5', 'https://10.0.0.5:6443', true],
  ['fd00::5', 'https://[fd00::5]:6443', true],
  ['', 'https://api.example.com', false],
  [',', 'https://api.example.com', false],
];

for (const [list, server, direct] of exemptions) {
  checkProxy(
    `NO_PROXY=${list} and ${server}: ${direct ? 'direct' : 'proxied'}`,
    { server, setting: 'http://s', env: { NO_PROXY: list } },
    direct ? undefined : 'http://s/',
  );
}

checkProxy(
  'NO_PROXY does not reach the proxy of the kubeconfig',
  { kubeconfig: 'http://k', env: { NO_PROXY: '*' } },
  'http://k/',
);

test('a proxy that is none is refused by its origin, without its text: it may hold a password', () => {
  for (const [origin, input] of [
    ['proxy-url', { kubeconfig: 'ftp://user:s3cr3t@p' }],
    ['http.proxy', { setting: '://s3cr3t' }],
    ['HTTPS_PROXY', { env: { HTTPS_PROXY: 'gopher://s3cr3t' } }],
  ] as const) {
    assert.throws(
      () => chooseProxy({ server: new URL('https://a'), kubeconfig: undefined, setting: undefined, env: {}, ...input }),
      (error: Error) => error.message.startsWith(`${origin} is not`) && !error.message.includes('s3cr3t'),
    );
  }
});

test('a proxy is shown without its credentials', () => {
  assert.equal(showProxy(new URL('http://ada:s3cr3t@p:3128/')), 'http://p:3128');
});
