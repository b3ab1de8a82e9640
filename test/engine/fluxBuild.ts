/**
 * What the real `flux build kustomization` makes of a Flux Kustomization, for comparing: with no cluster, from a folder and the
 * object as it is in force. Knows the program's ways, not the product's.
 */
import { type ExecFileException, execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { type PlainObject, yamlObjects } from '../support/comparable.ts';
import { withoutPaths } from '../support/withoutPaths.ts';

const run = promisify(execFile);

export interface FluxBuild {
  /** The `flux` program. */
  readonly program: string;
  /** Root of the repository. */
  readonly root: string;
  readonly kustomization: PlainObject & {
    readonly metadata: { readonly name: string; readonly namespace?: string };
    readonly spec?: { readonly path?: string; readonly postBuild?: object };
  };
  /** Instead of the object's `substitute` and `substituteFrom`: without a cluster the program skips the latter. */
  readonly variables: Readonly<Record<string, string>>;
}

export type FluxBuildResult = { readonly objects: readonly PlainObject[] } | { readonly refused: string };

/** The repository stays as it is. */
export async function fluxBuild({ program, root, kustomization, variables }: FluxBuild): Promise<FluxBuildResult> {
  const { metadata, spec = {} } = kustomization;
  const { name, namespace = 'default' } = metadata;
  const folder = await mkdtemp(join(tmpdir(), 'driftline-flux-build-'));
  const file = join(folder, 'kustomization.json');
  const postBuild = spec.postBuild && {
    ...withoutPaths(spec.postBuild, [['substituteFrom']]),
    substitute: variables,
  };
  await writeFile(file, JSON.stringify({ ...kustomization, spec: { ...spec, postBuild } }));
  const path = resolve('/', spec.path ?? '.');
  const args = ['build', 'kustomization', name, `--namespace=${namespace}`, `--path=${join(root, path)}`];
  try {
    // In memory: else the program writes into the folder and restores it, and would meet itself there.
    const { stdout } = await run(program, [...args, `--kustomization-file=${file}`, '--dry-run', '--in-memory-build'], {
      cwd: root,
      maxBuffer: 1 << 28,
      env: {
        PATH: process.env['PATH'],
        HOME: folder,
        KUBECONFIG: join(folder, 'none'),
        HTTPS_PROXY: 'http://127.0.0.1:9',
      },
    });
    return { objects: yamlObjects(stdout) };
  } catch (error) {
    const { stderr } = error as ExecFileException;
    if (stderr === undefined) {
      throw error;
    }
    return { refused: stderr.replaceAll(`${root}/`, '').trim() };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
