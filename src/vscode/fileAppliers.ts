/**
 * Which Kustomizations of the connected cluster build a file that is open here, as far as that is certain. Asks no cluster: it
 * knows what the views know.
 */
import type * as vscode from 'vscode';
import { hasAppliedDocument } from '../flux/appliedDocument.ts';
import { appliersOfFile } from '../flux/documentMatch.ts';
import { objectKey, type ObjectId } from '../flux/objectKey.ts';
import type { FluxObject } from '../flux/objects.ts';
import type { Survey } from '../view/clusterSurvey.ts';
import type { ClusterViews } from './clusterViews.ts';
import type { RepositoryFacts } from './repositoryFacts.ts';

export interface FileAppliersParts {
  readonly views: Pick<ClusterViews, 'survey'>;
  readonly repositories: Pick<RepositoryFacts, 'of'>;
}

/** Empty without a cluster, and for a file of no repository that the cluster applies. */
export async function fileAppliers(
  uri: vscode.Uri,
  { views, repositories }: FileAppliersParts,
): Promise<readonly ObjectId[]> {
  const repository = views.survey && (await repositories.of(uri));
  const { survey } = views; // another one by now
  if (!survey || !repository) {
    return [];
  }
  const { filePath, remotes, reaches } = repository;
  const get = (id: ObjectId): FluxObject | undefined => survey.views.get(objectKey(survey.context, id))?.object;
  return appliersOfFile(filePath, { remotes, get, reaches }, kustomizationsOf(survey));
}

/** Those of the file that have applied this object: a file may state what its build leaves out, or what is not pushed yet. */
export function objectAppliers(
  appliers: readonly ObjectId[],
  object: Pick<ObjectId, 'group' | 'kind' | 'name'>,
  { survey }: FileAppliersParts['views'],
): readonly ObjectId[] {
  return appliers.filter((id) => {
    const known = survey?.views.get(objectKey(survey.context, id))?.object;
    return known !== undefined && hasAppliedDocument(known, object);
  });
}

function* kustomizationsOf({ views }: Survey): Iterable<FluxObject> {
  for (const { id, object } of views.values()) {
    if (id.kind === 'Kustomization') {
      yield object;
    }
  }
}
