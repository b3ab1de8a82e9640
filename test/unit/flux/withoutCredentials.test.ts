/** Messages as they may be shown: what some of them quote is left out, and nothing else. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withoutCredentials } from '../../../src/flux/withoutCredentials.ts';

const masked: readonly (readonly [what: string, message: string, shown: string])[] = [
  ['a user and a token in a URL', 'clone https://bot:t0ken@example.com/x.git', 'clone https://•••@example.com/x.git'],
  ['a token alone in a URL', 'oci://t0ken@ghcr.io/x', 'oci://•••@ghcr.io/x'],
  ['a password with an at sign', 'postgres://u:p@ss@db/x', 'postgres://•••@db/x'],
  ['a user of ssh', 'ssh://git@example.com/x', 'ssh://•••@example.com/x'],
  [
    'a signed address',
    'GET https://s3.example.com/b/x?X-Amz-Credential=AK/2026&X-Amz-Date=1&X-Amz-Signature=0f1e failed',
    'GET https://s3.example.com/b/x?X-Amz-Credential=•••&X-Amz-Date=1&X-Amz-Signature=••• failed',
  ],
  ['a token of a query', 'https://example.com/?access_token=t0ken&x=1', 'https://example.com/?access_token=•••&x=1'],
  ['a header', 'sent Authorization: Bearer eyJhbGciOi.x.y', 'sent Authorization: Bearer •••'],
  ['a header of names', 'Authorization: Basic dXNlcjpwYXNz', 'Authorization: Basic •••'],
  ['an assignment', 'could not connect with password=s3cret host=db', 'could not connect with password=••• host=db'],
  ['an assignment in quotes', 'values: adminPassword: "s3 cret", x: 1', 'values: adminPassword: •••, x: 1'],
  ['JSON', '{"api_key": "s3cret"}', '{"api_key": •••}'],
  ['a header in small letters', 'authorization: bearer abcdefgh.x', 'authorization: bearer •••'],
  ['a header of a token', 'sent Authorization: token s3cret', 'sent Authorization: token •••'],
  ['a header of a maker', 'sent X-Vault-Token: s.s3cret to it', 'sent X-Vault-Token: ••• to it'],
  ['a token by its form', `not accepted: ghp_${'a1'.repeat(18)}!`, 'not accepted: •••!'],
  ['a signed token', 'sent eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmVk, refused', 'sent •••, refused'],
  ['a secret of a client', 'POST client_secret=s3cret&x=1', 'POST client_secret=•••&x=1'],
  ['a secret', 'secret=s3cret', 'secret=•••'],
  ['a secret in JSON', '{"secret":"s3cret"}', '{"secret":•••}'],
  ['a short name', 'server=db;pwd=s3cret;x=1', 'server=db;pwd=•••;x=1'],
  ['a key', 'private_key="s3cret"', 'private_key=•••'],
  ['a key with hyphens', 'api-key: "s3cret"', 'api-key: •••'],
  ['a secret in camel case', 'clientSecret: "s3cret"', 'clientSecret: •••'],
  ['a login file', '{"auths":{"ghcr.io":{"auth":"dXNlcjpwYXNz"}}}', '{"auths":{"ghcr.io":{"auth":•••}}}'],
  ['a connection', 'AccountName=x;AccountKey=abc+/==;Suffix=y', 'AccountName=x;AccountKey=•••;Suffix=y'],
  ['an option', 'exec: helm login --password s3cret ghcr.io', 'exec: helm login --password ••• ghcr.io'],
  ['an option with a sign', 'helm login --password=s3cret ghcr.io', 'helm login --password=••• ghcr.io'],
  ['JSON within a text', String.raw`read "{\"token\":\"s3cret\",\"x\":1}"`, String.raw`read "{\"token\":•••,\"x\":1}"`],
  ['a quote within a value', String.raw`password="s3\"cret" x`, 'password=••• x'],
  ['a value that was cut off', 'password="s3cret and', 'password=•••'],
  ['a long value', `password="${'s3'.repeat(3000)}" x`, 'password=••• x'],
  [
    'a private key',
    'bad key: -----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY----- in it',
    'bad key: -----BEGIN RSA PRIVATE KEY----- ••• in it',
  ],
  [
    'a value that a server refuses of a Secret',
    'Secret "db" is invalid: data[password]: Invalid value: "s3\\"cret": no',
    'Secret "db" is invalid: data[password]: Invalid value: •••: no',
  ],
  [
    'a value of the environment',
    'spec.containers[0].env[2].value: Invalid value: 7: must be a string',
    'spec.containers[0].env[2].value: Invalid value: ••• must be a string',
  ],
];

for (const [what, message, shown] of masked) {
  test(`${what} is not shown`, () => {
    assert.equal(withoutCredentials(message), shown);
  });
}

const kept: readonly string[] = [
  "dependency 'flux-system/infra' is not ready",
  'Helm install failed for release apps/web with chart web@1.0.0: context deadline exceeded',
  'failed to pull image "ghcr.io/example/web:1.2@sha256:0f": not found',
  'stored artifact for revision main@sha1:5f2c1a9',
  'git@github.com:example/x.git: permission denied',
  'https://github.com/example/x.git?ref=main',
  'secrets "git-auth" not found',
  'Deployment.apps "web" is invalid: spec.replicas: Invalid value: -1: must be greater than or equal to 0',
  'failed to get token: unauthorized',
  'Basic authentication failed',
  'WWW-Authenticate: Bearer realm="https://ghcr.io/token",service="ghcr.io"',
  'cannot read secret: "flux-system/git-auth" not found',
  '{"secret":{"secretName":"git-auth"}}',
  'volume "auth": not mounted',
  'authorization: access denied',
  'unknown flag: --password-file',
  'Helm upgrade failed: cannot patch "web" with kind Deployment: token is required',
  'failed to get token from https://ghcr.io/token: 403 Forbidden',
];

for (const message of kept) {
  test(`is shown as it is: ${message}`, () => {
    assert.equal(withoutCredentials(message), message);
  });
}

test('text of any length is read in time that grows with it', () => {
  for (const piece of [
    'https://',
    'password=',
    'password="',
    '--password ',
    '-----BEGIN PRIVATE KEY-----',
    'eyJaaaaaaaa.eyJ',
    'x-',
    '"auth":"',
    '\\\\"',
    '"',
    'Invalid value: "',
    '?token',
    'Bearer ',
  ]) {
    const text = `Secret ${piece.repeat(4_000)}`;
    assert.ok(withoutCredentials(text).length > 0);
  }
});
