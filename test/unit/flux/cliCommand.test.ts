import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { describe, it } from 'node:test';
import { cliCommand, shellQuote, type CliOptions, type CliVerb } from '../../../src/flux/cliCommand.ts';
import { idOf } from '../../../src/flux/objectKey.ts';
import { fluxObject } from './fluxObject.ts';

interface Row {
  readonly verb: CliVerb;
  readonly title: string;
  readonly options?: Partial<CliOptions>;
  readonly expect: string | undefined;
}

function checkCommand({ verb, title, options = {}, expect }: Row): void {
  assert.equal(cliCommand(verb, idOf(fluxObject(title)), { context: 'homelab', ...options }), expect);
}

const rows: readonly Row[] = [
  {
    verb: 'reconcile',
    title: 'Kustomization flux-system/apps',
    expect: 'flux reconcile kustomization apps -n flux-system --context homelab',
  },
  { verb: 'reconcile', title: 'HelmRelease a/b', expect: 'flux reconcile helmrelease b -n a --context homelab' },
  { verb: 'reconcile', title: 'GitRepository a/b', expect: 'flux reconcile source git b -n a --context homelab' },
  { verb: 'reconcile', title: 'OCIRepository a/b', expect: 'flux reconcile source oci b -n a --context homelab' },
  { verb: 'reconcile', title: 'HelmRepository a/b', expect: 'flux reconcile source helm b -n a --context homelab' },
  { verb: 'suspend', title: 'HelmChart a/b', expect: 'flux suspend source chart b -n a --context homelab' },
  { verb: 'resume', title: 'Bucket a/b', expect: 'flux resume source bucket b -n a --context homelab' },
  { verb: 'get', title: 'ExternalArtifact a/b', expect: 'flux get source external b -n a --context homelab' },
  { verb: 'reconcile', title: 'ExternalArtifact a/b', expect: undefined },
  { verb: 'suspend', title: 'ExternalArtifact a/b', expect: undefined },
  { verb: 'get', title: 'Namespace /apps', expect: undefined },
  {
    verb: 'reconcile',
    title: 'HelmRelease a/b',
    options: { withSource: true, force: true, reset: true },
    expect: 'flux reconcile helmrelease b -n a --context homelab --with-source --force --reset',
  },
  {
    verb: 'reconcile',
    title: 'Kustomization a/b',
    options: { withSource: true, force: true, reset: true },
    expect: 'flux reconcile kustomization b -n a --context homelab --with-source',
  },
  {
    verb: 'reconcile',
    title: 'GitRepository a/b',
    options: { withSource: true },
    expect: 'flux reconcile source git b -n a --context homelab',
  },
  {
    verb: 'suspend',
    title: 'HelmRelease a/b',
    options: { withSource: true, force: true },
    expect: 'flux suspend helmrelease b -n a --context homelab',
  },
  {
    verb: 'suspend',
    title: 'Kustomization a/b',
    options: { context: 'arn:aws:eks:eu-1:1:cluster/prod' },
    expect: 'flux suspend kustomization b -n a --context arn:aws:eks:eu-1:1:cluster/prod',
  },
  {
    verb: 'suspend',
    title: 'Kustomization a/b',
    options: { context: "it's $(mine); rm -rf /" },
    expect: String.raw`flux suspend kustomization b -n a --context 'it'\''s $(mine); rm -rf /'`,
  },
  {
    verb: 'suspend',
    title: 'Kustomization a/b',
    options: { context: "it's mine", shell: 'powershell' },
    expect: "flux suspend kustomization b -n a --context 'it''s mine'",
  },
  {
    verb: 'suspend',
    title: 'Kustomization a/b',
    options: { context: '--all' },
    expect: "flux suspend kustomization b -n a '--context=--all'",
  },
];

describe('the flux command', () => {
  for (const row of rows) {
    it(`for ${row.verb} of ${row.title} with ${JSON.stringify(row.options ?? {})}`, () => checkCommand(row));
  }
});

describe('an argument for a shell', () => {
  const hostile = [
    'plain',
    '',
    ' ',
    "'",
    "''",
    '"',
    '$HOME',
    '`id`',
    'a\nb',
    '\\',
    '~',
    '*',
    '!x',
    '-n',
    '#',
    'a;b',
    '\u2019x',
    '{a,b}',
  ];
  for (const text of hostile) {
    it(
      `arrives in sh as it is: ${JSON.stringify(text)}`,
      { skip: process.platform === 'win32' ? 'no sh on Windows' : false },
      () => {
        assert.equal(execFileSync('sh', ['-c', `printf %s ${shellQuote(text, 'posix')}`], { encoding: 'utf8' }), text);
      },
    );
  }
  it('has every kind of single quote doubled for PowerShell', () => {
    assert.equal(shellQuote("a'b\u2018c\u2019", 'powershell'), "'a''b\u2018\u2018c\u2019\u2019'");
    assert.equal(shellQuote('$x; y', 'powershell'), "'$x; y'");
  });
});
