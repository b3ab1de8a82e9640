/**
 * The charts that rendering is tested with, published where a release finds them. Each has the shape of a family of real
 * charts: all from values through a library, an umbrella of switched dependencies, a schema that refuses, definitions and
 * hooks, a hundred templates.
 */
import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestCluster } from './clusterHandle.ts';
import { writeHundred } from './hundredTemplates.ts';

const folder = join(import.meta.dirname, 'charts');

export const renderCharts = {
  'app-template': '4.2.0',
  'library-deps': '1.3.0',
  'with-schema': '0.3.0',
  'crds-hooks': '0.9.1',
  hundred: '1.0.0',
} as const;
export type RenderChart = keyof typeof renderCharts;

/** Makes the folder of a chart at `target`, which must not exist. */
export async function copyChart(name: RenderChart, target: string): Promise<void> {
  if (name === 'hundred') {
    await writeHundred(target);
  } else {
    await cp(join(folder, name), target, { recursive: true });
  }
}

/** Publishes charts to Helm repositories and registries (see `TestCluster.publishChart`), each at its own version. */
export async function publishRenderCharts(
  cluster: TestCluster,
  names: readonly RenderChart[],
  ...repositories: readonly string[]
): Promise<void> {
  const work = await mkdtemp(join(cluster.folder, 'home', 'render-charts-'));
  try {
    for (const name of names) {
      await copyChart(name, join(work, name));
      for (const repository of repositories) {
        await cluster.publishChart(join(work, name), repository);
      }
    }
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** Puts the schema that app-template's refers to where it says, a host that the controllers reach. */
export async function publishSchemas(cluster: TestCluster): Promise<void> {
  const served = join(cluster.folder, 'charts', 'charts.example.com', 'schemas');
  await mkdir(served, { recursive: true });
  await cp(join(folder, 'schemas'), served, { recursive: true });
}
