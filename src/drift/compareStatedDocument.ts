/**
 * The document of a file of a repository against what lives, for a render that failed: finds its text, and hands it to
 * `compareDocument.ts`. The same for terminal and editor.
 */
import { Failure } from '../base/failure.ts';
import { Sealed } from '../base/sealed.ts';
import { groupOf } from '../flux/kinds.ts';
import { displayName } from '../flux/objectKey.ts';
import type { KubernetesObject } from '../flux/objects.ts';
import { asText } from '../flux/untyped.ts';
import type { FluxName, RepositoryState } from '../render/desired.ts';
import type { ManifestReader } from '../render/readManifest.ts';
import type { Renderer } from '../render/renderer.ts';
import type { StatedIdentity } from './builtDocument.ts';
import { compareDocument, type DocumentToCompare } from './compareDocument.ts';
import type { Comparison } from './difference.ts';

/** One object of a file. */
export interface DocumentOfFile {
  /** `Deployment apps/web` */
  readonly title: string;
  readonly stated: StatedIdentity;
  /** The file that states it, from the top of the repository. */
  readonly path: string;
}

export interface StatedDocumentToCompare extends Pick<
  DocumentToCompare,
  'target' | 'why' | 'api' | 'cluster' | 'signal' | 'clock'
> {
  readonly state: RepositoryState;
  /** Absent: the document that states the target itself. */
  readonly object?: DocumentOfFile | undefined;
  /** The file that states the target, where several do. */
  readonly path?: string | undefined;
  /** The Kustomization that builds a file; `undefined` where none is known to, or several are. */
  readonly ownerOf: (path: string) => Promise<FluxName | undefined>;
  readonly renderer: Pick<Renderer, 'stated'>;
  readonly read: ManifestReader;
}

/** Throws a Failure, `notFound` where no file states it. */
export async function compareStatedDocument(task: StatedDocumentToCompare): Promise<Comparison> {
  const { state, target, object, why, read, api, cluster, signal, clock, ownerOf } = task;
  const found = object ?? (await documentOfTarget(task));
  const bytes = await state.files.read(found.path);
  if (bytes === undefined) {
    throw new Failure('notFound', `${found.path} is not there any more`);
  }
  const objects = await read(new Sealed(Buffer.from(bytes).toString('utf8')), found.path, signal);
  const document = objects.reveal().find((one) => isStated(one, found.stated));
  if (!document) {
    throw new Failure('notFound', `${found.title} is not in ${found.path} any more`);
  }
  const comparison = await compareDocument({
    document: new Sealed(document),
    beside: objects.map((all) => all.filter((one) => one !== document)),
    path: found.path,
    owner: await ownerOf(found.path),
    // An object of a Kustomization is not in the namespace of that Kustomization.
    namespace: object || target.namespace === '' ? undefined : target.namespace,
    ...{ target, why, api, cluster, signal },
    ...(clock && { clock }),
  });
  const [difference] = comparison.objects;
  const named = { ...target, namespace: difference?.id.namespace ?? '' };
  return object || target.namespace !== '' ? comparison : { ...comparison, target: named };
}

async function documentOfTarget({
  renderer,
  state,
  target,
  path,
  signal,
}: StatedDocumentToCompare): Promise<DocumentOfFile> {
  const same = (await renderer.stated(state, signal)).filter(
    ({ name: { kind, namespace, name } }) =>
      kind === target.kind &&
      name === target.name &&
      (namespace === '' || target.namespace === '' || namespace === target.namespace),
  );
  const title = `${target.kind} ${displayName(target)}`;
  const found = same.find((one) => one.path === path) ?? same[0];
  if (!found) {
    throw new Failure('notFound', `no file states ${title} under that name`);
  }
  const group = groupOf(asText(found.object['apiVersion']) ?? '');
  const { kind, namespace, name } = found.name;
  return {
    title,
    stated: { group, kind, name, namespace: namespace === '' ? undefined : namespace },
    path: found.path,
  };
}

function isStated({ apiVersion, kind, metadata }: KubernetesObject, stated: StatedIdentity): boolean {
  return (
    kind === stated.kind &&
    groupOf(apiVersion) === stated.group &&
    metadata.name === stated.name &&
    (metadata.namespace ?? '') === (stated.namespace ?? '')
  );
}
