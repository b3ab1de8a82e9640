/** Whether what a document states is among what a Kustomization has applied. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hasAppliedDocument } from '../../../src/flux/appliedDocument.ts';
import type { FluxSpec } from '../../../src/flux/objects.ts';
import { fluxObject } from './fluxObject.ts';

const web = { group: 'apps', kind: 'Deployment', name: 'web' };

const rows: readonly (readonly [what: string, entries: readonly string[], spec: FluxSpec, has: boolean])[] = [
  ['it is there', ['apps_web_apps_Deployment'], {}, true],
  ['in whatever namespace', ['other_web_apps_Deployment'], {}, true],
  ['under a prefix and a suffix of kustomize', ['apps_blue-web-v2_apps_Deployment'], {}, true],
  ['another name', ['apps_api_apps_Deployment'], {}, false],
  ['another kind', ['apps_web_apps_StatefulSet', 'apps_web__Service'], {}, false],
  ['another group', ['apps_web_example.com_Deployment'], {}, false],
  ['nothing applied yet', [], {}, false],
  ['what is on another cluster is not told', [], { kubeConfig: { secretRef: { name: 'edge' } } }, true],
];

for (const [what, entries, spec, has] of rows) {
  test(`a document that was applied: ${what}`, () => {
    const status = { inventory: { entries: entries.map((id) => ({ id, v: 'v1' })) } };
    const kustomization = fluxObject('Kustomization flux-system/apps', { spec, status });
    assert.equal(hasAppliedDocument(kustomization, web), has);
  });
}
