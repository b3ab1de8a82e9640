/**
 * `driftline diff --path DIR`: a folder before Flux has applied it. Follows its Flux Kustomizations by `drift/compareFolder.ts`, and
 * says which folder to name where it cannot.
 */
import { compareFolder } from '../drift/compareFolder.ts';
import { requiredCluster, requiredRepository } from './diffObject.ts';
import type { DiffRun } from './diffRun.ts';
import { UsageError } from './usageError.ts';

/** Throws `UsageError`, and `Failure` for what concerns the whole. What cannot be rendered is told, and the rest goes on. */
export async function diffFolder({ parts, findings, signal, progress, options }: DiffRun): Promise<void> {
  const { workingTree, folder } = requiredRepository({ parts, options });
  const cluster = requiredCluster({ parts });
  findings.from = workingTree.label;
  findings.against = `cluster ${cluster.context}`;
  const title = folder === '' ? '.' : folder;
  const outcome = await compareFolder({
    ...{ renderer: parts.renderer, renderFolder: parts.renderFolder, puller: parts.puller },
    ...{ state: workingTree, folder, cluster, signal, told: findings, onStep: progress },
  });
  switch (outcome.state) {
    case 'empty':
      throw new UsageError(`${title} holds no Flux Kustomization.`);
    case 'severalClusters':
      throw new UsageError(
        `${title} has Kustomizations of one name several times, so it is no one cluster: ${outcome.own.join(', ')}.`,
        outcome.folders.map((one) => `  driftline diff --path ${one}`),
      );
    case 'compared':
      findings.target = title;
      findings.complete = true;
  }
}
