import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseRevision, sameRevision, shortRevision } from '../../../src/flux/revision.ts';

const sha1 = '5f2c1a9b8d7e6f5a4b3c2d1e0f9a8b7c6d5e4f3a';
const otherSha1 = '1111111111111111111111111111111111111111';
const sha256 = '0cc9a8446c95009ef382f5eade883a67c257f77d50f84e78ecef2aac9428d1e5';
const otherSha256 = 'ffffa8446c95009ef382f5eade883a67c257f77d50f84e78ecef2aac9428d1e5';

describe('a revision', () => {
  const rows: readonly [
    text: string,
    pointer: string | undefined,
    algorithm: string | undefined,
    digest: string | undefined,
  ][] = [
    [`main@sha1:${sha1}`, 'main', 'sha1', sha1],
    [`6.5.1@sha1:${sha1}`, '6.5.1', 'sha1', sha1],
    [`refs/heads/main@sha1:${sha1}`, 'refs/heads/main', 'sha1', sha1],
    [`refs/pull/1/head@sha1:${sha1}`, 'refs/pull/1/head', 'sha1', sha1],
    [`user@host/fix@sha1:${sha1}`, 'user@host/fix', 'sha1', sha1],
    [`sha1:${sha1}`, undefined, 'sha1', sha1],
    [`@sha1:${sha1}`, undefined, 'sha1', sha1],
    [`main/${sha1}`, 'main', 'sha1', sha1],
    [`feature/x/${sha1}`, 'feature/x', 'sha1', sha1],
    [`HEAD/${sha1}`, 'HEAD', 'sha1', sha1],
    [sha1, undefined, 'sha1', sha1],
    [sha256, undefined, 'sha256', sha256],
    [`latest@sha256:${sha256}`, 'latest', 'sha256', sha256],
    [`sha256:${sha256}`, undefined, 'sha256', sha256],
    [`v1@blake3:${sha256}`, 'v1', 'blake3', sha256],
    ['6.5.0', '6.5.0', undefined, undefined],
    ['6.5.0+1', '6.5.0+1', undefined, undefined],
    ['6.6.1+0cc9a8446c95', '6.6.1', undefined, '0cc9a8446c95'],
    ['7.0.0-rc.1+0cc9a8446c95', '7.0.0-rc.1', undefined, '0cc9a8446c95'],
    ['a@b', 'a@b', undefined, undefined],
    ['', undefined, undefined, undefined],
  ];
  for (const [text, pointer, algorithm, digest] of rows) {
    it(`is taken apart: ${text || '(nothing)'}`, () => {
      const { isPrefix, ...parts } = parseRevision(text);
      assert.deepEqual(parts, { pointer, algorithm, digest });
      assert.equal(isPrefix, digest?.length === 12);
    });
  }
});

describe('a hostile revision', () => {
  for (const text of [
    `1.2.3${'1'.repeat(200_000)}`,
    '@'.repeat(200_000),
    `1.2.3${'_'.repeat(200_000)}`,
    'a:'.repeat(100_000),
  ]) {
    it(`is a pointer like any other, and quickly: ${text.slice(0, 10)}…`, () => {
      assert.equal(parseRevision(text).digest, undefined);
      assert.equal(sameRevision(text, '1.2.3'), false);
      assert.equal(shortRevision(text), text);
    });
  }
});

describe('two revisions are', () => {
  const same: readonly [string, string][] = [
    [`main@sha1:${sha1}`, `main@sha1:${sha1}`],
    [`main@sha1:${sha1}`, `refs/heads/main@sha1:${sha1}`],
    [`main@sha1:${sha1}`, `main/${sha1}`],
    [`main@sha1:${sha1}`, sha1],
    [`6.6.1@sha256:${sha256}`, '6.6.1+0cc9a8446c95'],
    [`latest@sha256:${sha256}`, '6.6.1+0cc9a8446c95'],
    [`6.6.1@sha256:${sha256}`, '6.6.1'],
    [`v6.6.1@sha256:${sha256}`, '6.6.1'],
    [`1.2.3_build.5@sha256:${sha256}`, '1.2.3+build.5'],
    ['6.6.1+0cc9a8446c95', '6.6.1'],
    ['v6.5.0', '6.5.0'],
    ['6.5.0+2', '6.5.0+2'],
  ];
  for (const [a, b] of same) {
    it(`the same: ${a} and ${b}`, () => {
      assert.equal(sameRevision(a, b), true);
      assert.equal(sameRevision(b, a), true);
    });
  }

  const different: readonly [string | undefined, string | undefined][] = [
    [`main@sha1:${sha1}`, `main@sha1:${otherSha1}`],
    [`main@sha1:${sha1}`, `main@sha256:${sha256}`],
    [`6.6.1@sha256:${sha256}`, `6.6.1@sha256:${otherSha256}`],
    [`6.6.1@sha256:${otherSha256}`, '6.6.1+0cc9a8446c95'],
    [`6.6.2@sha256:${sha256}`, '6.6.1'],
    [`latest@sha256:${sha256}`, '6.6.1'],
    [`sha256:${sha256}`, '6.6.1'],
    ['6.6.1+0cc9a8446c95', '6.6.2'],
    ['6.6.1+0cc9a8446c95', '6.6.1+ffffa8446c95'],
    ['6.5.0+1', '6.5.0+2'],
    ['6.5.0', '6.5.1'],
    [`sha256:${sha256}`, `HEAD/${sha1}`],
    [`1.2.3_build.5@sha256:${sha256}`, '1.2.3'],
    ['6.5.0', '6.5.0+2'],
    [undefined, undefined],
    ['', ''],
    [undefined, '6.5.0'],
    ['', '6.5.0'],
  ];
  for (const [a, b] of different) {
    it(`different: ${a ?? 'none'} and ${b ?? 'none'}`, () => {
      assert.equal(sameRevision(a, b), false);
      assert.equal(sameRevision(b, a), false);
    });
  }
});

describe('a revision is shown', () => {
  const rows: readonly [text: string | undefined, short: string][] = [
    [`main@sha1:${sha1}`, 'main@5f2c1a9'],
    [`refs/heads/main@sha1:${sha1}`, 'main@5f2c1a9'],
    [`refs/tags/v1@sha1:${sha1}`, 'v1@5f2c1a9'],
    [`refs/pull/1/head@sha1:${sha1}`, 'refs/pull/1/head@5f2c1a9'],
    [`sha1:${sha1}`, '5f2c1a9'],
    [`main/${sha1}`, 'main@5f2c1a9'],
    [`latest@sha256:${sha256}`, 'latest@sha256:0cc9a844'],
    [`sha256:${sha256}`, 'sha256:0cc9a844'],
    ['6.6.1+0cc9a8446c95', '6.6.1+0cc9a84'],
    ['6.5.0+2', '6.5.0+2'],
    ['7.0.0', '7.0.0'],
    ['', ''],
    [undefined, ''],
  ];
  for (const [text, short] of rows) {
    it(`as ${short || 'nothing'}: ${text ?? 'none'}`, () => {
      assert.equal(shortRevision(text), short);
    });
  }
});
