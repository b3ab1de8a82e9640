/** Which kubeconfig files count, as rows of settings and environments. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { kubeconfigFiles, type KubeconfigFilesInput } from '../../../src/cluster/kubeconfigFiles.ts';

const usual: KubeconfigFilesInput = {
  setting: [],
  env: {},
  home: '/home/ada',
  workspaceFolder: '/work/homelab',
  delimiter: ':',
};

function checkFiles(
  name: string,
  input: Partial<KubeconfigFilesInput>,
  expected: { files: string[]; from: string; unresolved?: string[] },
): void {
  test(name, () => {
    assert.deepEqual(kubeconfigFiles({ ...usual, ...input }), { unresolved: [], ...expected });
  });
}

checkFiles('nothing set: the file that kubectl reads', {}, { files: ['/home/ada/.kube/config'], from: 'default' });

checkFiles(
  'KUBECONFIG names several files, empty parts and repeats are dropped',
  { env: { KUBECONFIG: '/etc/a:/etc/b::/etc/a' } },
  { files: ['/etc/a', '/etc/b'], from: 'environment' },
);

checkFiles(
  'KUBECONFIG on Windows is separated by semicolons',
  { env: { KUBECONFIG: '/etc/a;/etc/b:c' }, delimiter: ';' },
  { files: ['/etc/a', '/etc/b:c'], from: 'environment' },
);

checkFiles(
  'a relative entry of KUBECONFIG is of the folder that is open',
  { env: { KUBECONFIG: 'kubeconfig' } },
  { files: ['/work/homelab/kubeconfig'], from: 'environment' },
);

checkFiles(
  'a relative entry of KUBECONFIG without a folder is of the home',
  { env: { KUBECONFIG: 'kubeconfig' }, workspaceFolder: undefined },
  { files: ['/home/ada/kubeconfig'], from: 'environment' },
);

checkFiles(
  'an empty KUBECONFIG is none',
  { env: { KUBECONFIG: '' } },
  { files: ['/home/ada/.kube/config'], from: 'default' },
);

checkFiles(
  'the setting wins over KUBECONFIG, in its order',
  { setting: ['/etc/b', '/etc/a'], env: { KUBECONFIG: '/etc/c' } },
  { files: ['/etc/b', '/etc/a'], from: 'setting' },
);

checkFiles(
  '~ is the home, ${workspaceFolder} and relative paths are of the folder',
  { setting: ['~/.kube/prod', '${workspaceFolder}/.kube/dev', 'kubeconfig', './kubeconfig'] },
  { files: ['/home/ada/.kube/prod', '/work/homelab/.kube/dev', '/work/homelab/kubeconfig'], from: 'setting' },
);

checkFiles(
  'a tilde that stands for another user or within a name is none',
  { setting: ['/srv/~backup', '~bob/config'] },
  { files: ['/srv/~backup', '/work/homelab/~bob/config'], from: 'setting' },
);

checkFiles(
  'without a folder, what needs one is told and the rest counts',
  { setting: ['${workspaceFolder}/a', 'b', '/c'], workspaceFolder: undefined },
  { files: ['/c'], from: 'setting', unresolved: ['${workspaceFolder}/a', 'b'] },
);

checkFiles(
  'blank entries of the setting are no setting',
  { setting: ['', '  '] },
  { files: ['/home/ada/.kube/config'], from: 'default' },
);
