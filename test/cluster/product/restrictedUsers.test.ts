/** Users with less than everything get all that they may see, are offered nothing that they may not do, and ask for no more. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { welcomeOf } from '../../../src/view/connectionView.ts';
import { fluxPath, isReady } from '../fluxObjects.ts';
import { applyManifest, clusterForTests, homelabForTests, pushFiles } from '../support.ts';
import { tenantNamespaces } from '../users.ts';
import { type Drawn, openProduct, type Product } from './openProduct.ts';

const cluster = await clusterForTests();
await homelabForTests(cluster);

const sample = ['flux-system', 'logging', 'envoy', 'reloader'];

/** The sample's objects in the order of the tree; ages and what other tests have in the cluster are left out. */
function sampleRows({ cluster: tree, survey }: Drawn): readonly string[] {
  return [...tree.rows.values()].flatMap(({ key, label, icon }) => {
    const view = key && survey.views.get(key);
    return view && sample.includes(view.id.namespace) ? [`${icon.id} ${label}`] : [];
  });
}

function changesOffered({ cluster: tree, sources }: Drawn): readonly string[] {
  return [...tree.rows.values(), ...sources.rows.values()]
    .filter(({ contextValue }) => /\bcan(Reconcile|ReconcileSource|Suspend|Resume)\b/.test(contextValue))
    .map(({ label }) => label);
}

function requests(product: Product): readonly string[] {
  return product.sent.map(({ method, path }) => `${method} ${path}`);
}

test('a viewer without patch and without Secrets: the whole tree, no change offered, no PATCH, no Secret asked for', async () => {
  const admin = openProduct(cluster);
  const viewer = openProduct(cluster, { user: 'viewer' });
  const [all, seen] = [await admin.expandAll(), await viewer.expandAll()];
  assert.deepEqual(sampleRows(seen), sampleRows(all));
  assert.ok(sampleRows(seen).length >= 11);
  assert.ok(changesOffered(all).length > 0);
  assert.deepEqual(changesOffered(seen), []);
  assert.deepEqual(
    requests(viewer).filter((request) => /^(PATCH|PUT|DELETE)|\/secrets\b/.test(request)),
    [],
  );
  const posts = new Set(requests(viewer).filter((request) => request.startsWith('POST')));
  assert.deepEqual([...posts], ['POST /apis/authorization.k8s.io/v1/selfsubjectaccessreviews']);
});

test('what the viewer may not see in an inventory is said to be forbidden, not missing', async () => {
  const viewer = openProduct(cluster, { user: 'viewer' });
  await viewer.expandAll();
  const view = viewer.open.inventory.get(viewer.key('HelmRelease', 'logging/grafana'));
  const entries = view?.state === 'loaded' ? view.entries : assert.fail(String(view?.state));
  const states = Object.fromEntries(entries.map(({ id, state }) => [`${id.kind}/${id.name}`, state]));
  assert.equal(states['Secret/grafana'], 'forbidden');
  assert.equal(states['Deployment/grafana'], 'found');
  assert.ok(!Object.values(states).includes('missing'));
});

test('no permission for one kind leaves the others complete, with one note that names it', async () => {
  const partial = openProduct(cluster, { user: 'partial' });
  const all = await openProduct(cluster).complete();
  const drawn = await partial.complete();
  const released = (each: Drawn) => sampleRows(each).filter((row) => !row.includes('gateway'));
  assert.deepEqual(released(drawn), released(all));
  const notes = [...drawn.sources.rows.values()].filter(({ contextValue }) => /^note\b/.test(contextValue));
  assert.deepEqual(
    notes.map(({ label }) => label),
    ['No permission to list OCIRepositories; other kinds are complete'],
  );
  assert.equal(partial.sent.filter(({ status }) => status === 403).length, 1, 'asked once');
});

/** In each of the tenant's namespaces a source and a Kustomization that applies a ConfigMap. */
async function installTenants(): Promise<void> {
  for (const namespace of tenantNamespaces) {
    const config = `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: app, namespace: ${namespace} }\n`;
    await pushFiles(cluster, `product-${namespace}`, { 'app/app.yaml': config });
    const applied = await applyManifest(
      cluster,
      `
apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: { name: product, namespace: ${namespace} }
spec: { interval: 1h, url: "${cluster.gitUrl}/product-${namespace}", ref: { branch: main } }
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: { name: product, namespace: ${namespace} }
spec: { interval: 1h, prune: true, path: ./app, sourceRef: { kind: GitRepository, name: product } }
`,
    );
    after(() => Promise.all(applied.map(({ path }) => cluster.api.remove(path))));
    await cluster.api.waitFor(fluxPath('Kustomization', `${namespace}/product`), isReady);
  }
}

/** What any user may ask: the version, what is served, one's own rights. */
const openToAll =
  /^(GET \/version|GET \/apis?(\/[^/]+){0,2}|POST \/apis\/authorization\.k8s\.io\/v1\/selfsubjectaccessreviews)$/;

test('a user of some namespaces: only those are asked, all of it is allowed, and what is theirs can be changed', async () => {
  await installTenants();
  const tenant = openProduct(cluster, { user: 'tenant', namespaces: tenantNamespaces });
  const drawn = await tenant.expandAll();
  const labels = [...drawn.cluster.rows.values()].flatMap(({ key, label }) => (key === undefined ? [] : [label]));
  for (const namespace of tenantNamespaces) {
    assert.ok(labels.includes(`${namespace}/product`), labels.join('\n'));
    const view = tenant.open.inventory.get(tenant.key('Kustomization', `${namespace}/product`));
    assert.deepEqual(view?.state === 'loaded' && view.entries.map(({ id, state }) => `${id.kind} ${state}`), [
      'ConfigMap found',
    ]);
  }
  const elsewhere = requests(tenant).filter(
    (request) => !openToAll.test(request) && !/\/namespaces\/tenant-[ab]\//.test(request),
  );
  assert.deepEqual(elsewhere, []);
  assert.deepEqual(
    tenant.sent.filter(({ status }) => status >= 400),
    [],
  );
  const offered = changesOffered(drawn);
  for (const namespace of tenantNamespaces) {
    assert.ok(offered.includes(`${namespace}/product`), `${namespace}: ${offered.join(', ')}`);
  }
});

test('somebody without any right is told that it is a matter of rights, and is not shown an empty cluster', async () => {
  const nobody = openProduct(cluster, { user: 'nobody' });
  const drawn = await nobody.until('the refusal', (each) => {
    const { session } = nobody.open;
    return welcomeOf(session.connection, session, each.survey) === 'forbidden' && each;
  });
  assert.equal(drawn.cluster.rows.size, 0, 'nothing hides the welcome text');
  const lists = nobody.sent.filter(({ path }) => path.includes('?limit='));
  assert.ok(lists.every(({ status }) => status === 403));
  assert.equal(new Set(lists.map(({ path }) => path)).size, lists.length, 'nothing is asked for again at once');
});
