/** The copy of a sample that a window opens. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeSampleRepository, markAsPushed, sampleRemote } from '../../../scripts/sampleRepository.ts';
import { readRecording } from '../../support/apiServer/recording.ts';

test('the copy is a clean repository whose remote is the one that the demo cluster applies', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'driftline-sample-'));
  t.after(() => rmSync(folder, { recursive: true }));
  // Hooks and signing of the user must not stop it.
  writeFileSync(join(folder, 'gitconfig'), '[commit]\n  gpgsign = true\n[core]\n  hooksPath = /nowhere\n');
  process.env['GIT_CONFIG_GLOBAL'] = join(folder, 'gitconfig');
  t.after(() => delete process.env['GIT_CONFIG_GLOBAL']);
  const copy = join(folder, 'a', 'homelab');
  assert.equal(await makeSampleRepository('demo/homelab', copy), true);
  const git = (...args: string[]) => execFileSync('git', args, { cwd: copy, encoding: 'utf8' }).trim();
  assert.equal(git('remote', 'get-url', 'origin'), sampleRemote);
  assert.equal(git('status', '--porcelain'), '');
  assert.equal(git('branch', '--show-current'), 'main');
  assert.ok(existsSync(join(copy, 'clusters', 'homelab')));
  await markAsPushed(copy);
  assert.equal(git('rev-parse', 'refs/remotes/origin/main'), git('rev-parse', 'HEAD'));
});

test('the demo cluster’s own source names that remote', () => {
  const urls = readRecording('homelab-flux-2.9')
    .objects.filter((object) => object.kind === 'GitRepository')
    .map((object) => (object['spec'] as { url?: string }).url);
  assert.ok(urls.includes(sampleRemote), `no GitRepository with ${sampleRemote} but ${urls.join(', ')}`);
});
