/** Classes of tags: real ones, each with the class that its project means. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { classifyTag, type TagClass } from '../../../src/language/tagClass.ts';

const hex = '25d82476c0ffee25d82476c0ffee25d82476c0ff';
const sha256 = `sha256:${'a'.repeat(64)}`;

const rows: Readonly<Record<TagClass, readonly string[]>> = {
  digest: [`1.2@${sha256}`, `latest@${sha256}`, sha256],
  invalid: ['', '1.2.3+build', 'two words', '-1', 'a@sha256:abc', `bad tag@${sha256}`],
  untagged: [],
  latest: ['latest', 'latest-alpine', 'web-latest', 'alpine-latest', 'v2-latest', '2.9-latest'],
  'exact-version': [
    '1.2.3',
    'v1.2.3',
    '2026.8.3',
    '6.4.1.10545',
    'v0.8.1-multi-arch',
    'unstable-v1.57.90',
    '1.29.1-tctl-1',
    '25.10.1-alpine3.20',
    '1.0.0-rc.1',
    'latest-1.2.3',
    'kube-prometheus-stack-85.2.0',
    'python-3.12.1',
  ],
  'exact-date': [
    'RELEASE.2025-09-07T16-13-09Z',
    'RELEASE.2024-04-06T05-26-02Z',
    'prod-3c7178c-20260819092217',
    'bookworm-20230411-slim',
    '20250101',
    '2025-01-01',
  ],
  'exact-commit': [
    '9-25d82476',
    '1-3a7fa712',
    'main-83dc94f',
    'sha-33fad6a',
    'git-1234567',
    'commit-1234567',
    '1.0-g33fad6a',
    hex,
    'b'.repeat(64),
  ],
  'exact-build': [
    '2.564-1098',
    '16.0-4',
    '7701',
    'server-cuda-b5535',
    'pr-12-3.4-567',
    'main-r1234',
    'x-build-77',
    'main-12345',
  ],
  'pull-request': ['pr-1216', 'PR-7', 'mr-12', 'pull-99', 'pr123', 'branch-feature'],
  'partial-minor': [
    '9.7',
    '3.24',
    '2.9-alpine',
    '17.9',
    'v1.2',
    '2.9-alpine3.20.1',
    'foo-1.2',
    '1.2rc1',
    '1.2-rc5',
    '1.2-5rc',
  ],
  'partial-major': ['2', '24-slim', '3-alpine', '41', 'v1', '8-jdk17.0.2'],
  opaque: ['rel-x9k2', 'cu121', 'x86'],
  channel: [
    'rolling',
    'lts-slim',
    'server',
    'server-vulkan',
    'master-web',
    'alpine',
    'alpine3.20',
    'bookworm-slim',
    'master',
    'LATEST',
    'stable',
    'alpine3.20.1',
    'cuda12.4.1',
    'jdk17.0.2',
    'latestish',
  ],
};

test('each tag has the class that its shape promises', () => {
  for (const [wanted, tags] of Object.entries(rows)) {
    for (const tag of tags) {
      assert.equal(classifyTag(tag), wanted, tag);
    }
  }
});

test('no tag at all is a class of its own', () => {
  assert.equal(classifyTag(undefined), 'untagged');
});
