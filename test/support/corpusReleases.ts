/**
 * The HelmReleases of real repositories that use app-template, with the stand-in of that chart in its place: what is pulled is
 * the chart of the test cluster, in whatever version is asked for.
 */
import { createHash } from 'node:crypto';
import { readFile, readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { projectRoot } from '../../scripts/projectRoot.ts';
import { Failure } from '../../src/base/failure.ts';
import type { ChartPuller, ChartRequest } from '../../src/render/desired.ts';
import { tarFiles, tarGz } from './tarArchive.ts';

const chartName = 'app-template';

/** The packed chart, as `helm package` makes it. */
export async function packAppTemplate(version: string): Promise<Buffer> {
  const root = join(projectRoot, 'test', 'cluster', 'charts', chartName);
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const files: Record<string, string> = {};
  for (const entry of entries.filter((each) => each.isFile())) {
    const path = relative(root, join(entry.parentPath, entry.name)).replaceAll('\\', '/');
    const text = await readFile(join(root, path), 'utf8');
    files[`${chartName}/${path}`] =
      path === 'Chart.yaml' ? text.replace(/^version: .*$/m, `version: ${version}`) : text;
  }
  return tarGz(tarFiles(files));
}

/** Whether a request means the chart, from whichever registry. */
export function isAppTemplate({ url, chart }: Pick<ChartRequest, 'url' | 'chart'>): boolean {
  return chart === chartName || (chart === undefined && url.endsWith(`/${chartName}`));
}

/** Reaches no network: every other chart is not found. */
export function appTemplatePuller(): ChartPuller {
  const packed = new Map<string, Promise<Buffer>>();
  return {
    async pull(request) {
      if (!isAppTemplate(request)) {
        throw new Failure('notFound', `no chart is served for ${request.chart ?? request.url}`);
      }
      const version = request.reference?.tag ?? request.version ?? '4.2.0';
      const packing = packed.get(version) ?? packAppTemplate(version);
      packed.set(version, packing);
      const bytes = await packing;
      const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
      return { bytes, digest, version, revision: request.reference ? `${version}@${digest}` : version };
    },
  };
}
