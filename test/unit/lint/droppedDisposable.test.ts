/** The lint rule of this project: what it calls a dropped disposable, and what it lets pass. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ESLint } from 'eslint';
import { projectRoot } from '../../support/sourceFiles.ts';

const probe = 'src/base/probe.ts';

const eslint = new ESLint({
  cwd: projectRoot,
  overrideConfig: [
    { languageOptions: { parserOptions: { project: null, projectService: { allowDefaultProject: [probe] } } } },
  ],
});

const rows: readonly (readonly [code: string, dropped: boolean])[] = [
  ['new Emitter<number>().event(() => undefined);', true],
  ['new Emitter<number>();', true],
  ['declare const maybe: Emitter<number> | undefined; maybe?.event(() => undefined);', true],
  ['const kept = new Emitter<number>().event(() => undefined); kept.dispose();', false],
  ['const list = new Disposables(); list.add(new Emitter<number>()); list.dispose();', false],
  ['const emitter = new Emitter<number>(); emitter.fire(1); emitter.dispose();', false],
];

test('a call whose result can be disposed must not stand alone', async () => {
  const imports = "import { Disposables } from './disposables.ts'; import { Emitter } from './emitter.ts';";
  for (const [code, dropped] of rows) {
    const [result] = await eslint.lintText(`${imports}\n${code}\n`, { filePath: probe });
    assert.ok(result, code);
    assert.deepEqual(
      result.messages.filter(({ fatal }) => fatal),
      [],
      code,
    );
    const found = result.messages.some(({ ruleId }) => ruleId === 'driftline/dropped-disposable');
    assert.equal(found, dropped, code);
  }
});
