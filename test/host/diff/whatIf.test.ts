/** What the working tree, or a folder, would do to the cluster: what is asked, listed, opened and said, and that nothing is written. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import * as vscode from 'vscode';
import { connect, type HostCluster } from '../window/hostCluster.ts';
import {
  activate,
  closeEditors,
  eventually,
  hostDialogs,
  logText,
  showFile,
  workspaceFile,
} from '../window/hostWindow.ts';
import { revert, typeOver } from '../window/renderedText.ts';

const { executeCommand } = vscode.commands;

function git(...args: readonly string[]): void {
  const identity = ['-c', 'user.name=test', '-c', 'user.email=test@example.com', '-c', 'commit.gpgsign=false'];
  execFileSync('git', ['-C', workspaceFile('').fsPath, ...identity, ...args]);
}

/** The workspace is a clone: now its branch has been pushed. */
function push(): void {
  git('update-ref', 'refs/remotes/origin/main', 'HEAD');
}

/** The workspace as it was, for what else runs in this window. */
function unpush(): void {
  git('update-ref', '-d', 'refs/remotes/origin/main');
}

function tabs(): readonly string[] {
  return vscode.window.tabGroups.all.flatMap((group) => group.tabs.map(({ label }) => label));
}

/** The sides of the newest diff by what stands in their address; resolves once a tab of that title is open. */
async function opened(title: RegExp): Promise<string> {
  await eventually(
    `a diff called ${String(title)}`,
    () => tabs().some((label) => title.test(label)),
    [(listener) => vscode.window.tabGroups.onDidChangeTabs(listener)],
    () => [...tabs(), ...said()].join('\n'),
  );
  return tabs().find((label) => title.test(label)) ?? '';
}

/** Texts of sides that are open; VS Code may keep those of before. */
function texts(side: 'live' | 'desired'): readonly string[] {
  return vscode.workspace.textDocuments
    .filter(({ uri }) => uri.scheme === 'driftline-diff' && uri.query.includes(`"side":"${side}"`))
    .map((document) => document.getText());
}

async function shows(side: 'live' | 'desired', text: RegExp): Promise<void> {
  await eventually(
    `${side} ${String(text)}`,
    () => texts(side).some((one) => text.test(one)),
    [
      (listener) => vscode.workspace.onDidOpenTextDocument(listener),
      (listener) => vscode.workspace.onDidChangeTextDocument(listener),
    ],
    () => texts(side).join('\n---\n'),
  );
}

function said(): readonly string[] {
  return hostDialogs().messages.map(({ text }) => text);
}

function listed(): readonly string[] {
  return (hostDialogs().picks.at(-1)?.items ?? []).map(({ label, description, detail }) =>
    [label, description, detail].filter((text) => text !== undefined).join(' | '),
  );
}

/** The progress of that title is as if its notification were shown; the promise gives what ends it. */
function nextProgress(title: RegExp): Promise<vscode.CancellationTokenSource> {
  type Show = (options: vscode.ProgressOptions, work: (progress: unknown, token: unknown) => unknown) => unknown;
  const window = vscode.window as unknown as { withProgress: Show };
  const own = window.withProgress;
  return new Promise((resolve) => {
    window.withProgress = (options, work) => {
      if (!title.test(options.title ?? '')) {
        return own(options, work);
      }
      window.withProgress = own;
      const source = new vscode.CancellationTokenSource();
      resolve(source);
      return work({ report: () => undefined }, source.token);
    };
  });
}

describe('what would this change do, without a cluster', () => {
  before(async () => {
    rmSync(process.env['KUBECONFIG'] ?? '', { force: true });
    await activate();
  });
  beforeEach(() => hostDialogs().reset());
  afterEach(closeEditors);
  after(unpush);

  it('where there is no repository says so, and what can be compared all the same', async () => {
    const own = workspaceFile('.git').fsPath;
    renameSync(own, `${own}-away`);
    try {
      await executeCommand('driftline.whatWouldThisChangeDo');
    } finally {
      renameSync(`${own}-away`, own);
    }
    const [message] = hostDialogs().messages;
    assert.match(message?.text ?? '', /is no Git repository, so there is no commit to tell a change from\.$/);
    assert.deepEqual(message?.buttons, ['Compare the folder', 'Initialize repository']);
  });

  it('offers to connect, or to compare the files alone', async () => {
    push();
    const document = await showFile('workloads/llm/deployment.yaml');
    await typeOver(document, 'replicas: 1', 'replicas: 3');
    try {
      hostDialogs().press('Compare files only');
      await executeCommand('driftline.whatWouldThisChangeDo');
      const [message] = hostDialogs().messages;
      assert.deepEqual(message?.buttons, ['Choose context', 'Compare files only']);
      await opened(/^This change \(commit \w{7} \(origin\/main\) ↔ working tree\): 1 change \(1 file\)$/);
      await shows('live', /^ {2}replicas: 1$/m);
      await shows('desired', /^ {2}replicas: 3$/m);
    } finally {
      await revert(document);
    }
  });
});

describe('what would this change do', () => {
  let cluster: HostCluster;

  before(async () => {
    push();
    cluster = await connect();
    await cluster.complete();
  });
  after(async () => {
    await cluster.close();
    unpush();
  });
  beforeEach(() => hostDialogs().reset());
  afterEach(closeEditors);

  it('where no file differs says from what, and asks the cluster nothing', async () => {
    const before = cluster.writes.length;
    await executeCommand('driftline.whatWouldThisChangeDo');
    assert.match(
      said().join('\n'),
      /^No file differs from commit \w{7} \(origin\/main\), so nothing would change on homelab\.$/,
    );
    assert.equal(cluster.writes.length, before);
  });

  it('where no branch of a remote is known compares with HEAD, says so, and offers to fetch', async () => {
    unpush();
    try {
      await executeCommand('driftline.whatWouldThisChangeDo');
      const [message] = hostDialogs().messages;
      assert.match(message?.text ?? '', /^No file differs from commit \w{7}, so nothing would change on homelab\.$/);
      assert.deepEqual(message?.buttons, ['Fetch', 'Show details']);
    } finally {
      push();
    }
  });

  it('where nothing is rendered of what differs names the files that were looked at', async () => {
    const document = await showFile('README.md');
    await typeOver(document, '#', '# Changed');
    try {
      await executeCommand('driftline.whatWouldThisChangeDo');
      assert.match(
        said().join('\n'),
        /^1 file differs from commit \w{7} \(origin\/main\) \(README\.md\), and no Kustomization or HelmRelease renders anything else/,
      );
    } finally {
      await revert(document);
    }
  });

  it('opens the one thing that differs at once: what lives, and what is typed and not saved', async () => {
    const document = await showFile('workloads/llm/deployment.yaml');
    await typeOver(document, 'replicas: 1', 'replicas: 2');
    const { requests } = cluster.server;
    const before = requests.length;
    try {
      await executeCommand('driftline.whatWouldThisChangeDo', { rootUri: workspaceFile('') });
      await opened(/^This change on homelab: 1 change \(1 file\)$/);
      await shows('live', /^ {2}replicas: 1$/m);
      await shows('desired', /^ {2}replicas: 2$/m);
      const languages = vscode.workspace.textDocuments
        .filter(({ uri, isClosed }) => uri.scheme === 'driftline-diff' && !isClosed)
        .map(({ languageId }) => languageId);
      assert.deepEqual([...new Set(languages)], ['driftline-manifest']);
      const patches = requests.slice(before).filter(({ method }) => !['GET', 'POST'].includes(method));
      assert.ok(patches.length > 0);
      assert.deepEqual(
        patches.filter(({ path }) => !path.includes('dryRun=All')),
        [],
      );
      const other = await showFile('workloads/llm/service.yaml');
      await typeOver(other, 'port: ', 'port: 1');
      hostDialogs().pick((items) => items.find(({ label }) => label.startsWith('Show all')));
      await executeCommand('driftline.whatWouldThisChangeDo');
      await opened(/^This change on homelab: 2 change \(2 files\)$/);
      assert.equal(tabs().filter((label) => label.startsWith('This change')).length, 1, 'the older one is closed');
      await revert(other);
    } finally {
      await revert(document);
    }
  });

  it('says first and in plain words what cannot be had again, then each owner with its objects', async () => {
    const built = await showFile('workloads/llm/kustomization.yaml');
    await typeOver(built, '  - volume-claim.yaml\n', '');
    const document = await showFile('workloads/llm/deployment.yaml');
    await typeOver(document, 'replicas: 1', 'replicas: 2');
    const release = await showFile('infrastructure/logging/kustomization.yaml');
    await typeOver(release, '  - loki.yaml\n', '');
    try {
      hostDialogs().pick((items) => items.find(({ label }) => label.startsWith('Show all')));
      await executeCommand('driftline.whatWouldThisChangeDo');
      const lines = listed();
      assert.equal(lines[0], 'Beware');
      assert.match(
        lines[1] ?? '',
        /^PersistentVolumeClaim llm\/\S+ \| WOULD BE DELETED: its volume may go with it \| Kustomization flux-system\/workloads$/,
      );
      assert.ok(
        lines.some((line) => /^HelmRelease logging\/loki \| WOULD BE UNINSTALLED \| Kustomization/.test(line)),
        lines.join('\n'),
      );
      const owner = lines.indexOf('Kustomization flux-system/workloads');
      assert.ok(owner > lines.indexOf('What differs'), lines.join('\n'));
      assert.equal(lines[owner + 1], 'Deployment llm/llm | would be changed | spec.replicas');
      assert.ok(lines.some((line) => line.startsWith('To have Flux apply this: save 3 files, then commit')));
      await opened(/^This change on homelab: 1 change, \d+ delete/);
      const [warned] = hostDialogs().messages.filter(({ by }) => by === 'warning');
      assert.match(warned?.text ?? '', /^Beware: PersistentVolumeClaim llm\/\S+ WOULD BE DELETED/);
    } finally {
      await revert(built);
      await revert(document);
      await revert(release);
    }
  });

  it('what cannot be rendered any more is told with its owner, and the rest is compared', async () => {
    const broken = await showFile('infrastructure/storage/kustomization.yaml');
    await typeOver(broken, 'resources:\n', 'resources:\n  - nowhere.yaml\n');
    const document = await showFile('workloads/llm/deployment.yaml');
    await typeOver(document, 'replicas: 1', 'replicas: 2');
    try {
      await executeCommand('driftline.whatWouldThisChangeDo');
      const lines = listed();
      const failed = lines.indexOf('Failed');
      assert.ok(failed >= 0, lines.join('\n'));
      assert.match(lines[failed + 1] ?? '', /^Kustomization flux-system\/infrastructure: .*kustomize build failed/);
      assert.ok(lines.includes('Deployment llm/llm | would be changed | spec.replicas'));
    } finally {
      await revert(broken);
      await revert(document);
    }
  });

  it('shows that a Secret would be created and nowhere what it holds', async () => {
    const [canary, first] = ['canary-of-a-typed-secret', 'apiVersion: apps/v1'];
    const secret = `apiVersion: v1\nkind: Secret\nmetadata:\n  name: typed\nstringData:\n  token: ${canary}\n---\n`;
    const document = await showFile('workloads/llm/deployment.yaml');
    await typeOver(document, first, `${secret}${first}`);
    try {
      await executeCommand('driftline.whatWouldThisChangeDo');
      await opened(/^This change on homelab: 1 create \(1 file\)$/);
      await shows('desired', /^ {2}name: typed$/m);
      const all = [...texts('live'), ...texts('desired'), JSON.stringify(hostDialogs()), tabs().join('\n'), logText()];
      const told = [canary, Buffer.from(canary).toString('base64')];
      assert.deepEqual(
        told.filter((value) => all.some((text) => text.includes(value))),
        [],
      );
    } finally {
      await revert(document);
    }
  });

  it('ended by the user shows what was found by then, and says that it is not all', async () => {
    const document = await showFile('workloads/llm/deployment.yaml');
    await typeOver(document, 'replicas: 1', 'replicas: 2');
    const released = Promise.withResolvers<undefined>();
    const held = cluster.server.faults.add({ match: { method: 'PATCH' }, fault: { until: released.promise } });
    try {
      const progress = nextProgress(/^Working out what this change does on homelab$/);
      const command = executeCommand('driftline.whatWouldThisChangeDo');
      const source = await progress;
      await cluster.until('it is compared', () => held.hits > 0);
      source.cancel();
      await command;
      const [list] = hostDialogs().picks;
      assert.match(list?.title ?? '', /^Part of it on homelab: 1 change$/);
      const lines = listed();
      assert.ok(
        lines.some((line) => line.startsWith('Deployment llm/llm | would be changed')),
        lines.join('\n'),
      );
      assert.ok(
        lines.some((line) => line.startsWith('Ended before all was compared')),
        lines.join('\n'),
      );
    } finally {
      released.resolve(undefined);
      held.dispose();
      await revert(document);
    }
  });
});

describe('a folder compared with the cluster', () => {
  let cluster: HostCluster;

  before(async () => {
    cluster = await connect();
    await cluster.complete();
  });
  after(() => cluster.close());
  beforeEach(() => hostDialogs().reset());
  afterEach(closeEditors);

  it('says what all that it leads to would do, by dry-runs alone', async () => {
    const { requests } = cluster.server;
    const before = requests.length;
    await executeCommand('driftline.compareFolder', workspaceFile('clusters/homelab'));
    const [list] = hostDialogs().picks;
    assert.match(list?.title ?? [...said()].join('\n'), /^clusters\/homelab on homelab: /);
    const patches = requests.slice(before).filter(({ method }) => !['GET', 'POST'].includes(method));
    assert.deepEqual(
      patches.filter(({ path }) => !path.includes('dryRun=All')),
      [],
    );
  });

  it('of a folder for several clusters asks which one is meant', async () => {
    await executeCommand('driftline.compareFolder', workspaceFile('clusters'));
    const [asked] = hostDialogs().picks;
    assert.equal(asked?.title, 'clusters is of several clusters: which of them is homelab?');
    assert.deepEqual(
      asked.items.map(({ label }) => label),
      ['clusters/cabin', 'clusters/homelab'],
    );
  });

  it('of a folder with a file for each cluster says so, for there is no folder to pick', async () => {
    const folder = workspaceFile('flat-clusters');
    mkdirSync(folder.fsPath);
    try {
      for (const name of ['prod', 'staging']) {
        const lines = [
          ...['apiVersion: kustomize.toolkit.fluxcd.io/v1', 'kind: Kustomization'],
          ...['metadata: { name: flat, namespace: flux-system }', 'spec:', `  path: ./${name}`],
          '  sourceRef: { kind: GitRepository, name: flux-system }',
        ];
        writeFileSync(`${folder.fsPath}/${name}.yaml`, `${lines.join('\n')}\n`);
      }
      await executeCommand('driftline.compareFolder', folder);
      assert.deepEqual(hostDialogs().picks, []);
      assert.match(
        said()[0] ?? '',
        /^flat-clusters is no one cluster: flat-clusters\/prod\.yaml, flat-clusters\/staging\.yaml are/,
      );
    } finally {
      rmSync(folder.fsPath, { recursive: true });
    }
  });

  it('without a folder lets one be picked of those that state Kustomizations', async () => {
    await executeCommand('driftline.compareFolder');
    const [asked] = hostDialogs().picks;
    assert.equal(asked?.title, 'Compare which folder with the cluster?');
    assert.ok(asked.items.some(({ label }) => label === 'clusters/homelab'));
  });

  it('of a folder with nothing for Flux says so', async () => {
    const folder = workspaceFile('empty-folder');
    mkdirSync(folder.fsPath);
    try {
      await executeCommand('driftline.compareFolder', folder);
      assert.deepEqual(said(), ['empty-folder holds no Flux Kustomization, so there is nothing to compare.']);
    } finally {
      rmSync(folder.fsPath, { recursive: true });
    }
  });
});
