import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { normalizeRepositoryUrl, repositoryLabel, sameRepository } from '../../../src/flux/repositoryUrl.ts';

const github = 'https://github.com/org/fleet';

describe('two addresses are', () => {
  const same: readonly [string, string][] = [
    [github, 'https://github.com/org/fleet.git'],
    [github, 'https://github.com/org/fleet/'],
    [github, 'https://GitHub.com/org/fleet'],
    [github, 'https://github.com/Org/Fleet'],
    [github, 'http://github.com/org/fleet'],
    [github, 'https://user:token@github.com/org/fleet.git'],
    [github, 'https://github.com:443/org/fleet'],
    [github, 'git@github.com:org/fleet.git'],
    [github, 'github.com:org/fleet'],
    [github, 'ssh://git@github.com/org/fleet'],
    [github, 'ssh://git@github.com:22/org/fleet.git'],
    [github, 'ssh://git@ssh.github.com:443/org/fleet.git'],
    [github, 'git+ssh://git@github.com/org/fleet'],
    [github, 'git://github.com/org/fleet'],
    [github, '  https://github.com/org/fleet\n'],
    [github, 'https://github.com//org/fleet'],
    ['ssh://git@gitea.home:2222/me/fleet', 'https://gitea.home/me/fleet'],
    ['ssh://git@gitea.home:2222/me/fleet', 'https://gitea.home:3000/me/fleet.git'],
    ['git@gitlab.com:group/sub/fleet.git', 'https://gitlab.com/group/sub/fleet'],
    ['git@ssh.dev.azure.com:v3/org/project/fleet', 'https://dev.azure.com/org/project/_git/fleet'],
    ['ssh://git@stash.corp:7999/ops/fleet.git', 'https://stash.corp/scm/ops/fleet.git'],
    ['/srv/git/fleet.git', 'file:///srv/git/fleet'],
    ['C:\\git\\fleet', 'file:///C:/git/fleet.git'],
    ['ssh://git@[::1]/fleet', 'git@[::1]:fleet'],
    ['https://host.example/a%20b', 'git@host.example:a b'],
  ];
  for (const [a, b] of same) {
    it(`the same repository: ${a} and ${JSON.stringify(b)}`, () => {
      assert.equal(sameRepository(a, b), true);
      assert.equal(sameRepository(b, a), true);
    });
  }

  const different: readonly [string, string][] = [
    [github, 'https://github.com/org/fleet-staging'],
    [github, 'https://github.com/other/fleet'],
    [github, 'https://gitlab.com/org/fleet'],
    [github, 'https://github.com.evil.example/org/fleet'],
    [github, 'https://evil.example/github.com/org/fleet'],
    [github, 'https://github.com@evil.example/org/fleet'],
    [github, 'https://github.com/org'],
    [github, 'https://github.com/org/fleet/apps'],
    ['https://gitea.home/Me/fleet', 'https://gitea.home/me/fleet'],
    ['https://gitea.home:3000/me/fleet', 'https://gitea.home:3001/me/fleet'],
    ['ssh://git@gitea.home:2222/me/fleet', 'ssh://git@gitea.home/me/fleet'],
    ['/srv/git/fleet', 'https://srv/git/fleet'],
    ['file://host.example/x', 'ssh://host.example/x'],
    ['', ''],
    ['https://', 'https://'],
    ['https://github.com', 'https://github.com'],
    ['nonsense', 'nonsense'],
    ['https://host/%', 'https://host/%'],
    ['ftp://host/x', 'ftp://host/x'],
    ['./relative', './relative'],
  ];
  for (const [a, b] of different) {
    it(`not known to be the same: ${a} and ${b}`, () => {
      assert.equal(sameRepository(a, b), false);
      assert.equal(sameRepository(b, a), false);
    });
  }
});

describe('an address has one form', () => {
  const rows: readonly [url: string, form: string | undefined, label: string][] = [
    ['git@github.com:Org/Fleet.git', 'github.com/org/fleet', 'github.com/Org/Fleet'],
    ['https://user:secret@gitlab.example.com/x', 'gitlab.example.com/x', 'gitlab.example.com/x'],
    ['https://gitea.home:3000/me/fleet?token=secret#x', 'gitea.home:3000/me/fleet', 'gitea.home:3000/me/fleet'],
    ['file:///srv/git/fleet.git', 'file:/srv/git/fleet', '/srv/git/fleet'],
    ['nonsense', undefined, ''],
  ];
  for (const [url, form, label] of rows) {
    it(`${form ?? 'or none'}, shown as "${label}": ${url}`, () => {
      assert.equal(normalizeRepositoryUrl(url), form);
      assert.equal(repositoryLabel(url), label);
    });
  }
});
