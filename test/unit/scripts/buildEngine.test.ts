/** Whether the engine can be built here, said before anything is tried. */
import assert from 'node:assert/strict';
import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { buildEngine, engineObstacle } from '../../../scripts/buildEngine.ts';

describe('engineObstacle', { skip: process.platform === 'win32' && 'a program of a test is a shell script' }, () => {
  const kept = { PATH: process.env['PATH'], XDG_CACHE_HOME: process.env['XDG_CACHE_HOME'] };
  let folder = '';
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'driftline-engine-'));
    process.env['XDG_CACHE_HOME'] = join(folder, 'cache');
  });
  after(async () => {
    Object.assign(process.env, kept);
    if (kept.XDG_CACHE_HOME === undefined) {
      delete process.env['XDG_CACHE_HOME'];
    }
    await rm(folder, { recursive: true, force: true });
  });

  /** A machine whose `go` does what the lines say; `undefined`: that has none. */
  async function machineWith(name: string, go: string | undefined): Promise<void> {
    const programs = join(folder, name);
    await mkdir(programs, { recursive: true });
    if (go !== undefined) {
      await writeFile(join(programs, 'go'), `#!/bin/sh\n${go}\n`);
      await chmod(join(programs, 'go'), 0o755);
    }
    process.env['PATH'] = `${programs}${delimiter}/nonexistent`;
  }

  const machines: readonly (readonly [name: string, go: string | undefined, says: string | undefined])[] = [
    ['without Go', undefined, 'Go 1.26 or newer is needed to build the render engine; there is no Go on this machine.'],
    [
      'with an old Go',
      'echo go1.25.9',
      'Go 1.26 or newer is needed to build the render engine; this machine has go1.25.9.',
    ],
    [
      'with a Go that fails',
      'echo "go: broken" >&2; exit 1',
      'Go 1.26 or newer is needed to build the render engine; `go env` says: go: broken.',
    ],
    ['with the Go that is needed', 'echo go1.26.0', undefined],
    ['with a newer Go', 'echo go2.0', undefined],
  ];
  for (const [name, go, says] of machines) {
    it(`on a machine ${name}`, async () => {
      await machineWith(name.replaceAll(' ', '-'), go);
      const obstacle = engineObstacle();
      assert.equal(obstacle?.replace(/\.\.$/, '.'), says);
      if (says !== undefined) {
        await assert.rejects(buildEngine(), /Go 1.26 or newer is needed/);
      }
    });
  }

  it('on a machine without Go where it has been built: none, and that build is taken', async () => {
    // A Go that does nothing: what a build leaves behind is there, so the name of the folder is known.
    await machineWith('builds-nothing', 'case "$1" in env) echo go1.26.0;; *) exit 1;; esac');
    await assert.rejects(buildEngine(), /go build failed/);
    const [built = ''] = (await readdir(join(folder, 'cache', 'driftline', 'engine'))).filter((name) =>
      name.endsWith('-go1.26.0'),
    );
    const target = join(folder, 'cache', 'driftline', 'engine', built);
    await mkdir(target, { recursive: true });
    await writeFile(join(target, 'complete'), 'abc');
    await machineWith('without-go-later', undefined);
    assert.equal(engineObstacle(), undefined);
    const { wasm, sha256, licenses } = await buildEngine();
    assert.deepEqual([wasm, sha256, licenses], [join(target, 'engine.wasm'), 'abc', join(target, 'GO-LICENSES.txt')]);
  });
});
