/** `bin/driftline`, which VS Code's terminals find on their PATH: that it runs the program beside it, whatever it is given. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { projectRoot } from '../../../scripts/projectRoot.ts';

const toldProgram =
  'console.log(JSON.stringify({ args: process.argv.slice(2), asNode: process.env.ELECTRON_RUN_AS_NODE })); process.exitCode = 3;';

describe(
  'driftline in a terminal',
  { skip: process.platform === 'win32' ? 'a script of the POSIX shell' : false },
  () => {
    let folder = '';
    before(() => {
      folder = mkdtempSync(join(tmpdir(), "drift line's "));
      mkdirSync(join(folder, 'dist'));
      cpSync(join(projectRoot, 'bin'), join(folder, 'bin'), { recursive: true });
      writeFileSync(join(folder, 'dist', 'cli.cjs'), toldProgram);
    });
    after(() => rmSync(folder, { recursive: true, force: true }));

    const run = (args: readonly string[], node?: string) =>
      spawnSync('driftline', args, {
        cwd: tmpdir(),
        encoding: 'utf8',
        env: {
          PATH: `${process.env['PATH']}${delimiter}${join(folder, 'bin')}`,
          ...(node === undefined ? {} : { DRIFTLINE_NODE: node }),
        },
      });

    it('hands on arguments and exit code, in a folder of any name', () => {
      const args = ['check', 'a b', '$HOME', '', "it's"];
      const { status, stdout, stderr } = run(args, process.execPath);
      assert.deepEqual([status, JSON.parse(stdout), stderr], [3, { args, asNode: '1' }, '']);
    });

    it('takes the Node on the PATH where VS Code has named none', () => {
      assert.deepEqual(run([]).status, 3);
    });

    it('says which Node is not there', () => {
      const { status, stderr } = run([], join(folder, 'no-node'));
      assert.notEqual(status, 0);
      assert.match(stderr, /no-node/);
    });

    it('is there for Windows too, with the line ends that its shell wants', () => {
      const text = readFileSync(join(projectRoot, 'bin', 'driftline.cmd'), 'utf8');
      assert.match(text, /dist\\cli\.cjs" %\*\r\n$/);
      assert.doesNotMatch(text, /[^\r]\n/);
    });
  },
);
