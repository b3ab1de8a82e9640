import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseGitConfig } from '../../../src/git/gitConfig.ts';

/** `section[.subsection].key=value`, as `git config --list` prints it. */
function listed(text: string): string[] {
  return parseGitConfig(text).map(({ section, subsection, key, value }) => {
    const name = [section, ...(subsection === '' ? [] : [subsection]), key].join('.');
    return value === undefined ? name : `${name}=${value}`;
  });
}

describe('a Git config', () => {
  const rows: readonly [is: string, text: string, expected: readonly string[]][] = [
    ['is empty', '', []],
    [
      'has sections, subsections and values',
      '[core]\n\tbare = false\n[remote "origin"]\n\turl = git@github.com:org/fleet.git\n\tfetch = +refs/heads/*:refs/remotes/origin/*\n',
      [
        'core.bare=false',
        'remote.origin.url=git@github.com:org/fleet.git',
        'remote.origin.fetch=+refs/heads/*:refs/remotes/origin/*',
      ],
    ],
    ['does not care for the case of sections and keys', '[Remote "Origin"]\nURL=x', ['remote.Origin.url=x']],
    ['has lower-case subsections in the old form', '[Remote.Origin]\nurl=x', ['remote.origin.url=x']],
    ['has comments', '# a\n; b\n[a] # c\nb = c # d\ne = f;g\n', ['a.b=c', 'a.e=f']],
    ['has comment signs within quotes', '[a]\nb = "c # d"\n', ['a.b=c # d']],
    ['has quotes within values', '[a]\nb = c" d "e\n', ['a.b=c d e']],
    ['keeps white space within values and drops it around', '[a]\nb =   c  d   \n', ['a.b=c  d']],
    ['keeps quoted white space at the end', '[a]\nb = "c "  # x\n', ['a.b=c ']],
    ['has escapes', String.raw`[a]` + '\n' + String.raw`b = c\"d\\e\tf\nz`, ['a.b=c"d\\e\tf\nz']],
    ['has lines that go on', '[a]\nb = c\\\nd\n', ['a.b=cd']],
    ['has no line that goes on after an escaped backslash', '[a]\nb = c\\\\\ne = f\n', ['a.b=c\\', 'a.e=f']],
    ['has comments behind values that do not go on', '[a]\nb = x # c \\\nd = e\n', ['a.b=x', 'a.d=e']],
    ['has quotes that go on', '[a]\nb = "x # \\\ny" # z\n', ['a.b=x # y']],
    ['has comments that do not go on', '[a]\n# x \\\nb = c\n', ['a.b=c']],
    ['ends in the middle of a line that goes on', '[a]\nb = c\\', ['a.b=c']],
    ['has keys without values', '[extensions]\nworktreeConfig\nx # y\n', ['extensions.worktreeconfig', 'extensions.x']],
    ['has empty values', '[a]\nb =\nc=""\n', ['a.b=', 'a.c=']],
    ['has escapes in subsections', String.raw`[url "a\"b\\c"]` + '\ninsteadOf = x', ['url.a"b\\c.insteadof=x']],
    ['has brackets and hashes in subsections', '[url "http://h/#x]"]\ninsteadOf = y', ['url.http://h/#x].insteadof=y']],
    ['has variables behind a header', '[a] b = c\n', ['a.b=c']],
    ['has Windows line ends and a mark at its start', '\uFEFF[a]\r\nb = c\r\n', ['a.b=c']],
    ['has variables before any section, which are none', 'b = c\n', []],
    ['has nonsense, which is passed over', '[a\nb = c\n[x]\n= y\n1z = 2\n<<<<<<< HEAD\nok = yes\n', ['x.ok=yes']],
  ];
  for (const [is, text, expected] of rows) {
    it(is, () => assert.deepEqual(listed(text), expected));
  }

  it('stays quick on hostile text', () => {
    assert.deepEqual(listed(`[a "${'\\'.repeat(100_001)}`), []);
    assert.deepEqual(listed(`[a]\nb${' '.repeat(100_000)}c`), []);
    assert.equal(listed(`[a]\nb = ${'\\\n'.repeat(50_000)}`).length, 1);
  });
});
