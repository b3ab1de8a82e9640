/** Kinds come and go with their definitions; the others do not notice. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findFluxKind, fluxKinds } from '../../../src/flux/kinds.ts';
import type { ApiObject } from '../apiClient.ts';
import { conditionOf } from '../fluxObjects.ts';
import { applyManifest, clusterForTests, homelabForTests, newNamespace } from '../support.ts';
import { openProduct } from './openProduct.ts';

const cluster = await clusterForTests();
await homelabForTests(cluster);
const product = openProduct(cluster);

/** No controller of this cluster watches it, so none is disturbed. */
const kind = findFluxKind('source.toolkit.fluxcd.io', 'ExternalArtifact')!;
const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const definition = `${definitions}/externalartifacts.source.toolkit.fluxcd.io`;

function withoutServerFields({ apiVersion, kind: of, metadata, spec }: ApiObject): object {
  const { name, labels, annotations } = metadata;
  return { apiVersion, kind: of, metadata: { name, labels, annotations }, spec };
}

test('a definition that is deleted takes its kind out of the view, and back in when it is installed again', async () => {
  const { session } = (await product.complete(), product.open);
  const kept = withoutServerFields(await cluster.api.get(definition));
  const others = fluxKinds.filter((other) => other !== kind);
  assert.equal(session.sync(kind).state, 'synced');
  const sampleKeys = [...(await product.complete()).survey.views.keys()].filter((key) =>
    /flux-system|logging/.test(key),
  );
  let disturbed = '';
  const watching = session.onDidChangeStatus(() => {
    const changed = others.find((other) => session.sync(other).state !== 'synced');
    const gone = sampleKeys.find((key) => session.get(key) === undefined);
    disturbed ||= changed?.kind ?? gone ?? '';
  });
  try {
    await cluster.api.remove(definition);
    await cluster.api.waitFor(definition, (object) => object === undefined);
    await product.until('a kind less', () => session.sync(kind).state === 'notServed');
  } finally {
    await cluster.api.create(definitions, kept);
    await cluster.api.waitFor(definition, (object) => conditionOf(object, 'Established')?.status === 'True');
  }
  // Discovery lags behind the definition; a user who sees nothing yet presses Refresh again.
  await product.until('the kind again', () => {
    const back = session.sync(kind).state === 'synced';
    if (!back) {
      setTimeout(() => product.sessions.refresh(), 500);
    }
    return back;
  });
  watching.dispose();
  assert.equal(disturbed, '', 'every other kind stayed complete');

  const namespace = await newNamespace(cluster, 'external');
  await applyManifest(
    cluster,
    `
apiVersion: source.toolkit.fluxcd.io/v1
kind: ExternalArtifact
metadata: { name: built, namespace: ${namespace} }
spec: { sourceRef: { apiVersion: example.com/v1, kind: Builder, name: builder } }
`,
  );
  const key = product.key('ExternalArtifact', `${namespace}/built`);
  await product.until('its object', ({ sources }) => sources.rowsOf.has(key));
});
