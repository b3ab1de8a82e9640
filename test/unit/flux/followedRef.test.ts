/** What a source follows, and which commit it holds. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { commitOf, revisionOf, sourceOrigin } from '../../../src/flux/followedRef.ts';
import { fluxObject } from './fluxObject.ts';

const commit = '5f2c1a9d3b7e4f60812a9c5d7e3b1f0a6c4d2e8b';

describe('a source follows', () => {
  for (const [is, ref, expected] of [
    ['a branch', { branch: 'main' }, 'branch main'],
    ['a branch with slashes', { branch: 'release/1' }, 'branch release/1'],
    ['master, where nothing is said', undefined, 'branch master'],
    ['a tag, which outweighs a branch', { branch: 'main', tag: 'v1' }, 'tag v1'],
    ['a range, which outweighs a tag', { tag: 'v1', semver: '>=1.0.0' }, 'source'],
    ['a reference by its whole name', { semver: '1.x', name: 'refs/heads/main' }, 'branch main'],
    ['a tag by its whole name', { name: 'refs/tags/v1' }, 'tag v1'],
    ['a reference that only the server has', { name: 'refs/pull/420/head' }, 'source'],
    ['a commit, which outweighs all', { name: 'refs/heads/main', branch: 'main', commit }, `commit ${commit}`],
  ] as const) {
    it(is, () => {
      const { follows } = sourceOrigin(fluxObject('GitRepository a/b', { spec: ref ? { ref } : {} }));
      assert.equal('name' in follows ? `${follows.by} ${follows.name}` : follows.by, expected);
    });
  }
});

describe('a source holds', () => {
  it('the commit of its artifact', () => {
    const revision = `main@sha1:${commit}`;
    const source = fluxObject('GitRepository a/b', {
      spec: { url: 'https://example.com/a' },
      status: { artifact: { revision } },
    });
    assert.deepEqual(sourceOrigin(source), {
      follows: { by: 'branch', name: 'master' },
      url: 'https://example.com/a',
      revision,
      commit,
    });
  });

  it('what an artifact was made of, where it says so', () => {
    const metadata = {
      'org.opencontainers.image.source': 'https://example.com/a',
      'org.opencontainers.image.revision': `main@sha1:${commit}`,
    };
    const source = fluxObject('OCIRepository a/b', {
      spec: { url: 'oci://example.com/x' },
      status: { artifact: { revision: 'latest@sha256:aa', metadata } },
    });
    assert.deepEqual(sourceOrigin(source), {
      follows: { by: 'source' },
      url: 'https://example.com/a',
      revision: `main@sha1:${commit}`,
      commit,
    });
    const silent = fluxObject('OCIRepository a/b', { status: { artifact: { revision: `latest@sha256:${commit}` } } });
    assert.deepEqual(sourceOrigin(silent), {
      follows: { by: 'source' },
      url: undefined,
      revision: undefined,
      commit: undefined,
    });
  });

  it('nothing yet', () => {
    const { revision, commit: none } = sourceOrigin(fluxObject('GitRepository a/b'));
    assert.deepEqual([revision, none], [undefined, undefined]);
  });
});

it('another commit is written as Flux writes it', () => {
  assert.equal(revisionOf({ by: 'branch', name: 'main' }, commit), `main@sha1:${commit}`);
  assert.equal(revisionOf({ by: 'source' }, commit), `sha1:${commit}`);
  assert.equal(revisionOf({ by: 'tag', name: 'v1' }, 'a'.repeat(64)), `v1@sha256:${'a'.repeat(64)}`);
});

describe('the commit of a revision is told by its algorithm and its length', () => {
  for (const [is, revision, expected] of [
    ['SHA-1', `main@sha1:${commit}`, commit],
    ['SHA-256', `main@sha256:${'a'.repeat(64)}`, 'a'.repeat(64)],
    ['as an older Flux wrote it', `main/${commit}`, commit],
    ['SHA-1, and too long', `main@sha1:${'a'.repeat(64)}`, undefined],
    ['SHA-256, and too short', `main@sha256:${'a'.repeat(50)}`, undefined],
    ['no hex digits', `main@sha1:${'g'.repeat(40)}`, undefined],
    ['a version', '1.2.3', undefined],
    ['none', undefined, undefined],
  ] as const) {
    it(is, () => assert.equal(commitOf(revision), expected));
  }

  it('and of a source alike', () => {
    const cut = fluxObject('GitRepository a/b', {
      status: { artifact: { revision: `main@sha1:${commit}${'0'.repeat(9)}` } },
    });
    assert.equal(sourceOrigin(cut).commit, undefined);
  });
});
