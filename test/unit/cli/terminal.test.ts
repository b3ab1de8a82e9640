/** What reaches which stream, in which colour, and that no text of a repository can act on a terminal. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Terminal, type TextStream, usesColour } from '../../../src/cli/terminal.ts';

class Written implements TextStream {
  text = '';
  readonly isTTY: boolean;

  constructor(isTTY = false) {
    this.isTTY = isTTY;
  }

  write(text: string): void {
    this.text += text;
  }
}

describe('colour', () => {
  const rows: readonly [isTTY: boolean, env: Record<string, string>, expected: boolean][] = [
    [true, {}, true],
    [false, {}, false],
    [true, { NO_COLOR: '1' }, false],
    [true, { NO_COLOR: '' }, true],
    [true, { TERM: 'dumb' }, false],
    [false, { FORCE_COLOR: '1' }, true],
    [true, { FORCE_COLOR: '0' }, false],
    [true, { FORCE_COLOR: 'false' }, false],
    [false, { FORCE_COLOR: '1', NO_COLOR: '1' }, true],
    [false, { FORCE_COLOR: '' }, false],
  ];
  for (const [isTTY, env, expected] of rows) {
    test(`${isTTY ? 'terminal' : 'pipe'} ${JSON.stringify(env)}: ${expected}`, () => {
      assert.equal(usesColour(new Written(isTTY), env), expected);
    });
  }
});

test('results and messages have streams of their own, each coloured for itself', () => {
  const output = new Written();
  const messages = new Written(true);
  const terminal = new Terminal({ output, messages, env: {} });
  terminal.print('a: 1\n', 'green');
  terminal.message('warning', 'not sure\nof this', ['Try that.']);
  terminal.message('note', 'all of it');
  terminal.remark('done');
  assert.equal(output.text, 'a: 1\n');
  assert.equal(
    messages.text,
    '\u001b[33mwarning:\u001b[39m not sure\n  of this\n  Try that.\n\u001b[36mnote:\u001b[39m all of it\ndone\n',
  );
});

test('a coloured text is coloured line by line', () => {
  const output = new Written(true);
  new Terminal({ output, messages: new Written(), env: {} }).print('+a\n\n+b\n', 'green');
  assert.equal(output.text, '\u001b[32m+a\u001b[39m\n\n\u001b[32m+b\u001b[39m\n');
});

const hostile = 'a\u001b]0;title\u0007\u009b31m\u202ez\r\n\tb';
const harmless = 'a\\u001b]0;title\\u0007\\u009b31m\\u202ez\n\tb';

test('control characters are visible on a terminal, and go as they are into a pipe', () => {
  for (const [isTTY, expected] of [
    [true, harmless],
    [false, hostile],
  ] as const) {
    const output = new Written(isTTY);
    new Terminal({ output, messages: new Written(), env: { NO_COLOR: '1' } }).print(hostile);
    assert.equal(output.text, expected);
  }
});

test('messages, which end up in logs of pipelines, never hold any', () => {
  const messages = new Written();
  const terminal = new Terminal({ output: new Written(), messages, env: {} });
  terminal.message('error', hostile, [hostile]);
  terminal.remark(hostile);
  assert.equal(messages.text, `error: ${`${harmless}\n${harmless}`.replaceAll('\n', '\n  ')}\n${harmless}\n`);
});
