/** Names and namespaces of releases, as helm-controller makes them. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import type { FluxObject, FluxSpec, FluxStatus } from '../../../src/flux/objects.ts';
import {
  releaseNameOf,
  releaseNamespaceOf,
  shortenReleaseName,
  storageNamespaceOf,
} from '../../../src/flux/releaseName.ts';

function release(spec: FluxSpec, status: FluxStatus = {}): FluxObject {
  return {
    apiVersion: 'helm.toolkit.fluxcd.io/v2',
    kind: 'HelmRelease',
    metadata: { name: 'podinfo', namespace: 'apps' },
    spec,
    status,
  };
}

const names: readonly { spec: FluxSpec; name: string; namespace: string; storage: string; status?: FluxStatus }[] = [
  { spec: {}, name: 'podinfo', namespace: 'apps', storage: 'apps' },
  { spec: { targetNamespace: 'web' }, name: 'web-podinfo', namespace: 'web', storage: 'apps' },
  { spec: { releaseName: 'pod', targetNamespace: 'web' }, name: 'pod', namespace: 'web', storage: 'apps' },
  { spec: { storageNamespace: 'helm' }, name: 'podinfo', namespace: 'apps', storage: 'helm' },
  { spec: { releaseName: '', targetNamespace: '' }, name: 'podinfo', namespace: 'apps', storage: 'apps' },
  {
    spec: { storageNamespace: 'new' },
    status: { storageNamespace: 'old' },
    name: 'podinfo',
    namespace: 'apps',
    storage: 'old',
  },
  {
    spec: { targetNamespace: 'a-namespace-that-is-as-long-as-namespaces-are-allowed-to-be' },
    name: 'a-namespace-that-is-as-long-as-namespace-7b7bc86ed9f2',
    namespace: 'a-namespace-that-is-as-long-as-namespaces-are-allowed-to-be',
    storage: 'apps',
  },
  {
    spec: { releaseName: `${'r'.repeat(53)}x` },
    name: shortenReleaseName(`${'r'.repeat(53)}x`),
    namespace: 'apps',
    storage: 'apps',
  },
];

for (const { spec, status, name, namespace, storage } of names) {
  test(`release of ${JSON.stringify({ spec, status })}`, () => {
    const object = release(spec, status);
    assert.equal(releaseNameOf(object), name);
    assert.equal(releaseNamespaceOf(object), namespace);
    assert.equal(storageNamespaceOf(object), storage);
  });
}

const shortened: readonly (readonly [string, string])[] = [
  ['a', 'a'],
  ['a'.repeat(53), 'a'.repeat(53)],
  ['a'.repeat(54), 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa-a3f01b693925'],
];

for (const [full, short] of shortened) {
  test(`${full} is shortened to ${short}`, () => {
    assert.equal(shortenReleaseName(full), short);
    assert.ok(short.length <= 53);
  });
}

/** Beside the checkout, unless `DRIFTLINE_FIXTURES` names a folder. */
const folder =
  process.env['DRIFTLINE_FIXTURES'] ?? fileURLToPath(new URL('../../../../shared/spec/fixtures/', import.meta.url));
const fixture = join(folder, 'shorten-name.json');

test(`names that the controller's own code shortened${existsSync(fixture) ? '' : ' (not here: the table above stands in)'}`, () => {
  const recorded = existsSync(fixture) ? (JSON.parse(readFileSync(fixture, 'utf8')) as [string, string][]) : shortened;
  for (const [full, short] of recorded) {
    assert.equal(shortenReleaseName(full), short);
  }
});
