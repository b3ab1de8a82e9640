/**
 * The command line program as its users run it: a process in a folder, with the real engine, real Git and real servers on
 * loopback. What each option means in detail is tested without a process in `test/unit/cli/`.
 */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, afterEach, before, describe, it } from 'node:test';
import { parseAllDocuments } from 'yaml';
import { buildEngine } from '../../scripts/buildEngine.ts';
import { buildBundles } from '../../scripts/bundles.ts';
import { projectRoot } from '../../scripts/projectRoot.ts';
import { startApiServer } from '../support/apiServer/apiServer.ts';
import { kubeconfigFile } from '../support/kubeconfigFile.ts';
import {
  canary,
  chartFiles,
  fleet,
  helloTemplate,
  otherCanary,
  packedChart,
  remoteRelease,
  secret,
  web,
} from './cliRepository.ts';
import { type CliOptions, type Ended, runCli, runCliUnwritable, startCli, WorkTree } from './cliSetup.ts';

let tree: WorkTree;
before(async () => {
  tree = await WorkTree.make(fleet);
});
afterEach(async () => {
  await tree.git('reset', '-q', '--hard');
  await tree.git('clean', '-q', '-f', '-d');
});
after(() => tree.remove());

function run(line: string, options: Partial<CliOptions> = {}): Promise<Ended> {
  return runCli(line.split(' '), { folder: tree.root, ...options });
}

function objectsIn({ output }: Ended): Record<string, unknown>[] {
  return parseAllDocuments(output).map((document) => document.toJS() as Record<string, unknown>);
}

function checkNoSecret({ output, messages }: Ended): void {
  assert.doesNotMatch(output + messages, /canary/i);
}

describe('build', () => {
  it('a Kustomization: variables are put in, what comes from a Secret is masked', async () => {
    const ended = await run('build ks/apps');
    assert.equal(ended.code, 0, ended.messages);
    assert.deepEqual(
      objectsIn(ended).map(({ kind }) => kind),
      ['HelmRelease', 'Deployment', 'Ingress'],
    );
    assert.match(ended.output, /^ {4}zone: north$/m);
    assert.match(ended.output, /^ {4}- host: •••$/m);
    assert.match(ended.output, /kustomize\.toolkit\.fluxcd\.io\/name: apps/);
    assert.match(ended.messages, /^note: Kustomization flux-system\/apps: \d+ values are masked/m);
    checkNoSecret(ended);
  });

  it('a HelmRelease with a chart of the repository, as its Kustomization leaves it', async () => {
    const ended = await run('build hr/hello -n web');
    assert.equal(ended.code, 0, ended.messages);
    assert.match(ended.output, /^---\n# Source: hello\/templates\/map\.yaml\napiVersion: v1\n/);
    assert.match(ended.output, /^ {2}greeting: hello from north$/m);
    assert.match(ended.output, /^ {2}host: •••$/m);
    checkNoSecret(ended);
  });

  it('the values and variables that it was made with, without a secret in any form', async () => {
    const values = await run('build hr/hello -n web --values');
    assert.deepEqual(objectsIn(values), [{ greeting: 'hello from north', host: '•••' }]);
    assert.match(values.output, /^greeting: hello from north {2}# inline$/m);
    const variables = await run('build ks/apps --variables');
    assert.deepEqual(objectsIn(variables), [{ DOMAIN: '•••', ZONE: 'north' }]);
    assert.match(variables.output, /^DOMAIN: •{3} +# Secret cluster-secrets key DOMAIN$/m);
    const asJson = [await run('build hr/hello --values -o json'), await run('build ks/apps --variables -o json')];
    for (const ended of [values, variables, ...asJson]) {
      assert.equal(ended.code, 0, ended.messages);
      checkNoSecret(ended);
    }
  });

  it('a file, from the folder in which it is', async () => {
    const ended = await run('build hello.yaml -o json', { folder: join(tree.root, 'apps') });
    assert.equal(ended.code, 0, ended.messages);
    const list = JSON.parse(ended.output) as { kind: string; items: { kind: string }[] };
    assert.deepEqual([list.kind, list.items.map(({ kind }) => kind)], ['List', ['ConfigMap']]);
    checkNoSecret(ended);
  });

  it('a folder, as the Kustomization that builds it', async () => {
    const ended = await run('build .', { folder: join(tree.root, 'apps') });
    assert.equal(ended.code, 0, ended.messages);
    assert.match(
      ended.messages,
      /^note: folder apps: Built as Kustomization flux-system\/apps \(cluster\/apps\.yaml:1\)\.$/m,
    );
    assert.match(ended.output, /zone: north/);
    checkNoSecret(ended);
  });

  it('a folder that no Kustomization builds, as kustomize alone would', async () => {
    const ended = await run('build plain');
    assert.equal(ended.code, 0, ended.messages);
    assert.deepEqual(objectsIn(ended), [
      { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'pre-map' }, data: { key: '${ZONE}' } },
    ]);
    assert.match(ended.messages, /^warning: folder plain: Built as kustomize alone would/);
  });

  it('a folder without Git', async () => {
    const plain = await mkdtemp(join(tree.root, 'ignored-'));
    await tree.write({ [join(plain.slice(tree.root.length + 1), 'map.yaml')]: fleet['plain/map.yaml'] ?? '' });
    const ended = await run(`build map.yaml --repository .`, { folder: plain });
    assert.equal(ended.code, 2);
    assert.match(ended.messages, /map\.yaml states no Flux Kustomization/);
  });

  it('Secrets of a folder keep their keys and no value', async () => {
    await tree.write({ 'plain/map.yaml': secret(canary) });
    const ended = await run('build plain');
    assert.equal(ended.code, 0, ended.messages);
    assert.match(ended.output, /^ {2}DOMAIN: •••$/m);
    checkNoSecret(ended);
  });
});

describe('--diff', () => {
  it('nothing differs', async () => {
    const commit = await tree.git('rev-parse', '--short=7', 'HEAD');
    const ended = await run('build ks/apps --diff HEAD --exit-code');
    assert.deepEqual([ended.code, ended.output], [0, '']);
    assert.equal(
      ended.messages,
      `Kustomization flux-system/apps: commit ${commit} ↔ working tree: nothing differs, 3 objects are the same.\n`,
    );
  });

  it('an edit, without what is not changed', async () => {
    await tree.write({ 'apps/web.yaml': web(3) });
    const ended = await run('build ks/apps --diff HEAD --exit-code');
    assert.equal(ended.code, 1);
    assert.deepEqual(
      ended.output.split('\n').filter((line) => /^[-+] /.test(line)),
      ['-  replicas: 1', '+  replicas: 3'],
    );
    assert.match(ended.output, /^diff Kustomization flux-system\/apps: change Deployment web\/web$/m);
  });

  it('another value of a Secret is said, wherever it ends up, and shown nowhere', async () => {
    await tree.write({ 'cluster/secrets.yaml': secret(otherCanary) });
    for (const target of ['ks/apps', 'hr/hello', 'ks/flux-system']) {
      const ended = await run(`build ${target} --diff HEAD`);
      assert.equal(ended.code, 0, ended.messages);
      assert.match(ended.output, /^\+.*••• \(changed\)/m, target);
      checkNoSecret(ended);
    }
  });

  it('an object that is new in the working tree', async () => {
    await tree.write({ 'apps/more.yaml': fleet['plain/map.yaml'] ?? '' });
    const ended = await run('build ks/apps --diff main');
    assert.match(ended.output, /^diff Kustomization flux-system\/apps: create ConfigMap map$/m);
    assert.match(ended.output, /^\+ {2}key: north$/m);
  });

  it('a chart of the repository that changed', async () => {
    await tree.write({ 'charts/hello/templates/map.yaml': helloTemplate.replace('greeting:', 'welcome:') });
    const ended = await run('build hr/hello --diff HEAD');
    assert.match(ended.output, /^- {2}greeting: hello from north\n.*\n?\+ {2}welcome: hello from north$/m);
    checkNoSecret(ended);
  });

  it('submodules, whose files the working tree has, are said to be left out of the commit', async () => {
    await tree.git('update-index', '--add', '--cacheinfo', `160000,${await tree.git('rev-parse', 'HEAD')},apps/lib`);
    await tree.git('-c', 'user.name=ada', '-c', 'user.email=ada@example.com', 'commit', '-q', '-m', 'submodule');
    for (const target of ['ks/apps', 'hr/hello']) {
      const ended = await run(`build ${target} --diff HEAD`);
      assert.equal(ended.code, 0, ended.messages);
      assert.match(ended.messages, /The files of Git submodules are left out of commit [0-9a-f]{7}: apps\/lib\.$/m);
    }
  });

  it('a revision that there is not', async () => {
    const ended = await run('build ks/apps --diff v1.0.0');
    assert.equal(ended.code, 2);
    assert.match(ended.messages, /^error: --diff v1\.0\.0: .*no commit/);
  });
});

describe('failures', () => {
  it('a template that cannot be rendered: the words of the library, with file and line', async () => {
    await tree.write({ 'charts/hello/templates/map.yaml': 'a: b\nc: {{ .Values.missing.field }}\n' });
    const ended = await run('build hr/hello');
    assert.deepEqual([ended.code, ended.output], [1, '']);
    assert.match(ended.messages, /^error: HelmRelease hello: .*templates\/map\.yaml:2/s);
  });

  it('a template without end is given up at the time limit', async () => {
    // Without output, or the memory may be used up first.
    const endless = '{{ range until 1000000 }}{{ range until 1000000 }}{{ end }}{{ end }}';
    await tree.write({ 'charts/hello/templates/map.yaml': endless });
    const ended = await run('build hr/hello --time-limit 2s');
    assert.equal(ended.code, 1);
    assert.match(ended.messages, /--time-limit gives it longer\./);
  });

  it('a command line that cannot be meant', async () => {
    const ended = await run('build ks/apps --pul');
    assert.deepEqual([ended.code, ended.output], [2, '']);
    assert.equal(ended.messages, 'error: There is no option --pul.\n  Did you mean --pull?\n');
  });

  it('a name that there is not', async () => {
    const ended = await run('build hr/helo');
    assert.equal(ended.code, 2);
    assert.match(ended.messages, /^error: The repository states no HelmRelease helo .*\n {2}Did you mean hello\?\n$/);
  });
});

describe('with a server', () => {
  let server: Server | undefined;
  afterEach(() => {
    server?.closeAllConnections();
    server?.close();
  });

  async function serve(answer: RequestListener): Promise<string> {
    server = createServer(answer).listen(0, '127.0.0.1');
    await once(server, 'listening');
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  it('--pull: a chart is pulled, checked, kept, and not pulled again', async () => {
    const chart = packedChart(helloTemplate);
    const digest = createHash('sha256').update(chart).digest('hex');
    const asked: string[] = [];
    const url = await serve(({ url: path = '' }, response) => {
      asked.push(path);
      const entry = `    - {name: hello, version: 1.0.0, digest: ${digest}, urls: [hello-1.0.0.tgz]}\n`;
      response.end(path === '/index.yaml' ? `apiVersion: v1\nentries:\n  hello:\n${entry}` : chart);
    });
    await tree.write(remoteRelease(url));
    const env = { XDG_CACHE_HOME: join(tree.root, 'cache') };
    const without = await run('build hr/remote', { env });
    assert.equal(without.code, 1);
    assert.match(without.messages, /\n {2}--pull pulls charts from where their sources point\.\n/);
    assert.deepEqual(asked, []);
    for (const expected of [['/index.yaml', '/hello-1.0.0.tgz'], ['/index.yaml']]) {
      const ended = await run('build hr/remote --pull', { env });
      assert.equal(ended.code, 0, ended.messages);
      assert.match(ended.output, /^ {2}greeting: hi$/m);
      assert.deepEqual(asked.splice(0), expected);
    }
    assert.equal((await readdir(join(tree.root, 'cache', 'driftline', 'charts'))).length, 1);
  });

  it('an interrupt ends what is under way, without a word', async () => {
    const url = await serve(() => undefined);
    await tree.write(remoteRelease(url));
    const asked = server && once(server, 'request');
    const cli = await startCli(['build', 'hr/remote', '--pull'], { folder: tree.root });
    await Promise.race([asked, cli.ended]);
    cli.interrupt();
    assert.deepEqual(await cli.ended, { code: 130, signal: null, output: '', messages: '' });
  });

  it('--context: variables that only the cluster has are asked for there, and stay secret', async () => {
    const metadata = { name: 'cluster-secrets', namespace: 'flux-system' };
    const data = { DOMAIN: Buffer.from(`${canary}.example`).toString('base64') };
    const api = await startApiServer({
      objects: [{ apiVersion: 'v1', kind: 'Secret', metadata, data } as never],
    });
    const kubeconfig = kubeconfigFile(api.kubeconfig('admin', { context: 'home' }));
    try {
      await tree.write({ 'cluster/secrets.yaml': '' });
      const offline = await run('build ks/apps');
      assert.match(offline.output, /web\.\$\{DOMAIN\}/);
      assert.match(
        offline.messages,
        /^warning: Kustomization flux-system\/apps: Secret flux-system\/cluster-secrets /m,
      );
      const ended = await run(`build ks/apps --context home --kubeconfig ${kubeconfig.path}`);
      assert.equal(ended.code, 0, ended.messages);
      assert.match(ended.output, /^ {4}- host: •••$/m);
      checkNoSecret(ended);
      assert.ok(api.requests.every(({ method }) => method === 'GET'));
      const other = await run(`build ks/apps --context hom --kubeconfig ${kubeconfig.path}`);
      assert.equal(other.code, 2);
      assert.match(other.messages, /^error: There is no context "hom" in .*; there are: home\.$/m);
    } finally {
      kubeconfig.dispose();
      await api.close();
    }
  });
});

it('a reader that has read enough ends it quietly', async () => {
  const cli = await startCli(['build', 'ks/apps'], { folder: tree.root });
  cli.output.destroy();
  const { code, messages } = await cli.ended;
  assert.equal(code, 141);
  assert.doesNotMatch(messages, /error|EPIPE/i);
});

it('an answer that cannot be written is none: 1 would say that something differs', async () => {
  await tree.write({ 'apps/web.yaml': web(2) });
  const diff = await runCliUnwritable(['diff', '--changed'], { folder: tree.root });
  assert.equal(diff.code, 2);
  assert.match(diff.messages, /^error: the output cannot be written: /m);
  assert.equal((await runCliUnwritable(['build', 'ks/apps'], { folder: tree.root })).code, 1);
});

describe('as it is built', () => {
  let folder = '';
  before(async () => {
    await mkdir(join(projectRoot, 'out'), { recursive: true });
    folder = await mkdtemp(join(projectRoot, 'out', 'cli-'));
    await buildBundles({ production: true, folder, log: () => undefined, engine: await buildEngine() });
  });
  after(() => rm(folder, { recursive: true, force: true }));

  it('builds and diffs with the engine that lies beside it', async () => {
    const program = join(folder, 'cli.cjs');
    const version = await run('--version', { program });
    assert.match(version.output, /^driftline \d+\.\d+\.\d+\n$/);
    const { output, code } = await run('build hr/hello', { program, env: { DRIFTLINE_ENGINE: 'nowhere' } });
    assert.deepEqual([code, output], [0, (await run('build hr/hello')).output]);
    await tree.write({ 'apps/web.yaml': web(2), ...prefixed('charts/hello/', chartFiles('{{/* nothing */}}')) });
    const diff = await run('build apps/hello.yaml --diff HEAD', { program });
    assert.match(diff.output, /^diff HelmRelease web\/hello: delete ConfigMap web\/hello$/m);
    checkNoSecret(diff);
  });
});

function prefixed(folder: string, files: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(files).map(([path, text]) => [folder + path, text]));
}
