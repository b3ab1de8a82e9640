/**
 * ConfigMaps and Secrets of the repository by name: as a build gives them, else as a file states them. Reads what has been
 * built; asks no cluster.
 */
import type { KubernetesObject } from '../flux/objects.ts';
import { asRecord, asText } from '../flux/untyped.ts';
import type { RenderNote } from './desired.ts';
import type { Built } from './kustomizationBuild.ts';
import { maskEncrypted } from './maskEncrypted.ts';
import type { StatedDocument } from './fileModel.ts';
import type { RepositorySnapshot } from './repositoryModel.ts';
import { mapTwin, plainTwin, type Twin } from './twin.ts';

export type Texts = Readonly<Record<string, string>>;

export interface DataObject {
  /** Secrets decoded. Of what is encrypted the values are not known, and these are its keys with empty texts. */
  readonly data: Twin<Texts>;
  readonly encrypted: boolean;
  /** The file that states it, where none of the builds that lead to who asks gave it. */
  readonly path?: string;
  /** What a reader must know: it is not as its own build would give it. */
  readonly note?: RenderNote;
}

/** What a build that does not lead to who asks makes of a document. */
export interface BuiltElsewhere {
  /** `Kustomization namespace/name`. */
  readonly by: string;
  /** `undefined` where the build fails, leaves it out or needs this very object. */
  readonly object: Twin<KubernetesObject> | undefined;
}

/** `near`: the file that asks. `undefined` where nothing builds the document. Throws `Failure('cancelled')` and `'timeout'`. */
export type BuildElsewhere = (document: StatedDocument, near: string) => Promise<BuiltElsewhere | undefined>;

export interface DataName {
  readonly kind: 'ConfigMap' | 'Secret';
  readonly namespace: string;
  readonly name: string;
}

export interface DataSurroundings {
  /** Those that lead to who asks, the nearest last. */
  readonly builds: readonly Built[];
  readonly snapshot: RepositorySnapshot;
  /** The file that asks, to choose between namesakes. */
  readonly near: string;
  readonly elsewhere: BuildElsewhere;
}

export async function findData(wanted: DataName, around: DataSurroundings): Promise<DataObject | undefined> {
  const { builds, snapshot, near, elsewhere } = around;
  for (const { objects } of builds.toReversed()) {
    const found = mapTwin(objects, (list) => list.find((object) => isWanted(object, wanted)));
    if (found.real !== undefined) {
      return dataOf(found.real, found);
    }
  }
  const namesakes = snapshot.named(wanted.kind, wanted.namespace, wanted.name).filter(({ group }) => group === '');
  const [nearest] = namesakes.toSorted((a, b) => shared(b, near) - shared(a, near));
  if (!nearest) {
    return undefined;
  }
  const { path } = nearest;
  const built = await elsewhere(nearest, near);
  if (built?.object !== undefined && isWanted(built.object.real, wanted)) {
    return { ...dataOf(built.object.real, built.object), path };
  }
  const object = nearest.object as unknown as KubernetesObject;
  const stated = { ...dataOf(object, plainTwin<KubernetesObject | undefined>(object)), path };
  return built === undefined ? stated : { ...stated, note: unbuiltNote(wanted, path, built.by) };
}

function unbuiltNote({ kind, namespace, name }: DataName, path: string, by: string): RenderNote {
  const message = `${kind} ${namespace}/${name} is read as ${path} states it, not as ${by} builds it.`;
  return { severity: 'approximate', message };
}

function isWanted(object: KubernetesObject, { kind, namespace, name }: DataName): boolean {
  const { metadata } = object;
  return (
    object.apiVersion === 'v1' &&
    object.kind === kind &&
    metadata.name === name &&
    (metadata.namespace ?? '') === namespace
  );
}

function dataOf(real: KubernetesObject, twin: Twin<KubernetesObject | undefined>): DataObject {
  const encrypted = maskEncrypted(real);
  if (encrypted) {
    const keys = Object.fromEntries(Object.keys(textsOf(real)).map((key) => [key, '']));
    return { data: plainTwin(keys), encrypted: true };
  }
  const { scrambled } = mapTwin(twin, (object) => object && textsOf(object));
  return { data: { real: textsOf(real), scrambled, secret: twin.secret }, encrypted: false };
}

/** `data` and, of a Secret, what `stringData` writes over it (pkg/ssa/normalize). Values that are no text are no variables. */
function textsOf(object: KubernetesObject): Texts {
  const fields = asRecord(object) ?? {};
  const decode = (text: string): string =>
    object.kind === 'Secret' ? Buffer.from(text, 'base64').toString('utf8') : text;
  const read = (part: string, change: (text: string) => string): [string, string][] =>
    Object.entries(asRecord(fields[part]) ?? {}).flatMap(([key, value]) => {
      const text = asText(value);
      return text === undefined ? [] : [[key, change(text)]];
    });
  return Object.fromEntries([
    ...read('data', decode),
    ...(object.kind === 'Secret' ? read('stringData', (text) => text) : []),
  ]);
}

/** How many folders a file shares with another one: of two clusters in one repository, each has its own settings. */
export function shared(document: Pick<StatedDocument, 'path'>, near: string): number {
  const parts = near.split('/');
  const different = document.path.split('/').findIndex((part, index) => part !== parts[index]);
  return different < 0 ? parts.length : different;
}
