/**
 * Compares one object with thousands of items, half of which kubectl has added, with a cluster in memory: how long that keeps the
 * process waiting. In a process of its own, whose code has not run before. Prints turns as JSON. Run by `drift.ts`.
 */
import { compareKustomization } from '../../src/drift/compareKustomization.ts';
import type { ClusterApi } from '../../src/cluster/clusterApi.ts';
import type { KubernetesObject } from '../../src/flux/objects.ts';
import type { RenderedKustomization } from '../../src/render/desired.ts';
import { desired, renderedKustomization } from '../support/rendered.ts';
import { DriftCluster } from '../unit/drift/driftCluster.ts';
import { type Blocked, longestBlock } from './longestBlock.ts';

const items = 3000;
const turns = 5;

function variables(count: number) {
  return Array.from({ length: count }, (_none, at) => ({ name: `V_${at}`, value: `value ${at}` }));
}

function spec(count: number) {
  const labels = { app: 'large' };
  const containers = [{ name: 'app', image: 'registry.example.com/app:1.2.3', env: variables(count) }];
  return { selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers } } };
}

function owner(manager: string, operation: 'Apply' | 'Update', count: number) {
  const fields = variables(count).map(({ name }) => [
    `k:${JSON.stringify({ name })}`,
    { '.': {}, 'f:name': {}, 'f:value': {} },
  ]);
  const container = { '.': {}, 'f:name': {}, 'f:image': {}, 'f:env': Object.fromEntries(fields) as unknown };
  const below = { 'f:containers': { 'k:{"name":"app"}': container } };
  return { manager, operation, fieldsV1: { 'f:spec': { 'f:template': { 'f:spec': below } } } };
}

/** As it is read of an answer: nothing that was known of an object before is known of this one. */
function live(): KubernetesObject {
  const managedFields = [owner('kustomize-controller', 'Apply', items / 2), owner('kubectl-edit', 'Update', items)];
  const metadata = { name: 'large', namespace: 'apps', resourceVersion: '7', managedFields };
  return { apiVersion: 'apps/v1', kind: 'Deployment', metadata, spec: spec(items) };
}

async function compare(api: ClusterApi, rendered: RenderedKustomization): Promise<void> {
  const { signal } = new AbortController();
  const { objects } = await compareKustomization({ rendered, live: undefined, api, from: 'working tree', signal });
  if (objects[0]?.paths.length !== items / 2) {
    throw new Error(`${objects[0]?.paths.length ?? 0} fields were told, and kubectl has added ${items / 2}`);
  }
}

const measured: Omit<Blocked<unknown>, 'result'>[] = [];
for (let turn = 0; turn < turns; turn += 1) {
  const wanted = desired('Deployment', 'large', { apiVersion: 'apps/v1', spec: spec(items / 2) });
  const [lives, answer] = [live(), live()];
  const { api } = new DriftCluster().has(lives).answersDryRun(lives, answer);
  const rendered = renderedKustomization({ objects: [wanted] });
  const { ms, longestMs, longestOwnMs } = await longestBlock(() => compare(api, rendered));
  measured.push({ ms, longestMs, longestOwnMs });
}
console.log(JSON.stringify(measured));
