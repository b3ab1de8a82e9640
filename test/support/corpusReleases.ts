/**
 * The HelmReleases of real repositories, with the stand-in of app-template where that chart is asked for: what is pulled is the
 * chart of the test cluster, in whatever version. No other chart is had, and what that leaves is told by reason.
 */
import { createHash } from 'node:crypto';
import { readFile, readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { projectRoot } from '../../scripts/projectRoot.ts';
import { Failure, isFailure } from '../../src/base/failure.ts';
import type {
  ChartPuller,
  ChartRequest,
  FluxName,
  RenderedRelease,
  RepositoryState,
  StatedFluxObject,
} from '../../src/render/desired.ts';
import type { Renderer } from '../../src/render/renderer.ts';
import type { CorpusName } from './corpusUrls.ts';
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

/** Why a HelmRelease cannot be rendered of files and of what is served. */
export type Unrendered =
  | 'its chart lies on a network'
  | 'a parent needs a file of a network'
  | 'a parent needs a file that the archive has not';

export interface CorpusFacts {
  /** Documents of HelmReleases, patches in files of their own included. */
  readonly stated: number;
  /** Those of them that two Kustomizations build, each for its cluster: each stands twice in what follows. */
  readonly builtTwice?: number;
  /** With the chart that is served; no chart of these repositories lies in them, so without it none can be. */
  readonly rendered: number;
  /** Of those, by file: what no Kustomization applies, so that it has no namespace. */
  readonly unapplied?: readonly string[];
  readonly not: Readonly<Partial<Record<Unrendered, number>>>;
}

/** 265 documents in all, six of them built for two clusters; 133 use the chart that is served. */
export const corpusFacts: Readonly<Record<CorpusName, CorpusFacts>> = {
  'billimek-k8s-gitops': { stated: 74, rendered: 40, not: { 'its chart lies on a network': 34 } },
  'flux-talos': {
    stated: 105,
    rendered: 68,
    unapplied: ['kubernetes/apps/network/cloudflare-tunnel/app/helmrelease.yaml'],
    not: { 'its chart lies on a network': 36, 'a parent needs a file of a network': 1 },
  },
  'home-ops': {
    stated: 69,
    rendered: 25,
    not: { 'its chart lies on a network': 43, 'a parent needs a file that the archive has not': 1 },
  },
  homelab: { stated: 7, rendered: 0, not: { 'its chart lies on a network': 7 } },
  'hub-spoke-example': { stated: 5, builtTwice: 3, rendered: 0, not: { 'its chart lies on a network': 8 } },
  'kustomize-helm-example': { stated: 5, builtTwice: 3, rendered: 0, not: { 'its chart lies on a network': 8 } },
};

/** One HelmRelease as one cluster has it. */
export interface CorpusRelease {
  readonly stated: StatedFluxObject;
  /** What tells it from the same one of another cluster. */
  readonly meant: Meant;
  readonly result:
    { readonly rendered: RenderedRelease; readonly request: ChartRequest } | { readonly not: Unrendered };
}

interface Meant {
  readonly path: string;
  readonly owner?: FluxName | undefined;
}

/** Throws what is none of the known reasons. */
export async function renderCorpus(renderer: Renderer, state: RepositoryState): Promise<readonly CorpusRelease[]> {
  const releases: CorpusRelease[] = [];
  for (const stated of await renderer.stated(state)) {
    if (stated.name.kind === 'HelmRelease') {
      releases.push(...(await renderEach(renderer, state, stated, { path: stated.path })));
    }
  }
  return releases;
}

async function renderEach(
  renderer: Renderer,
  state: RepositoryState,
  stated: StatedFluxObject,
  meant: Meant,
): Promise<readonly CorpusRelease[]> {
  const { path, owner } = meant;
  const requests: ChartRequest[] = [];
  const served = appTemplatePuller();
  const puller: ChartPuller = {
    pull: (request, signal) => {
      requests.push(request);
      return served.pull(request, signal);
    },
  };
  try {
    const rendered = await renderer.release(stated.name, { state, path, puller, ...(owner ? { owner } : {}) });
    if (rendered.kind === 'ambiguous') {
      if (meant.path !== stated.path) {
        throw new Error(rendered.message); // it was chosen already
      }
      const each = rendered.choices.map((choice) => renderEach(renderer, state, stated, choice));
      return (await Promise.all(each)).flat();
    }
    const [request] = requests;
    if (request === undefined) {
      throw new Error(`${path}: its chart was not pulled: it lies in the repository, which corpusFacts denies`);
    }
    return [{ stated, meant, result: { rendered, request } }];
  } catch (error) {
    return [{ stated, meant, result: { not: reasonOf(error, requests) } }];
  }
}

/** Throws what is none of the known ones. */
function reasonOf(error: unknown, requests: readonly ChartRequest[]): Unrendered {
  if (isFailure(error, 'notFound') && requests.length > 0 && !requests.some(isAppTemplate)) {
    return 'its chart lies on a network';
  }
  if (isFailure(error, 'invalid') && error.message.includes('remote bases are not fetched: https://')) {
    return 'a parent needs a file of a network';
  }
  if (isFailure(error, 'invalid') && error.message.endsWith('file does not exist')) {
    return 'a parent needs a file that the archive has not';
  }
  throw error;
}
