/**
 * Builds a folder that no Flux Kustomization stands for: as kustomize-controller would, with nothing of a Flux object put in.
 * No secret goes in either; what the folder itself holds of Secrets is masked.
 */
import { isFailure } from '../base/failure.ts';
import type { KubernetesObject } from '../flux/objects.ts';
import { Sealed } from '../base/sealed.ts';
import { ArtifactView } from './artifactView.ts';
import { buildFailure } from './buildFailure.ts';
import { TreeInputs } from './buildInputs.ts';
import type { DesiredObject, RenderNote, RepositoryState } from './desired.ts';
import { scrambledTexts, withHashesOf } from './copiedSecrets.ts';
import { maskTwin } from './desiredObjects.ts';
import type { Engine, EngineSession } from './engine.ts';
import { EngineTrees } from './engineTree.ts';
import { maskEncrypted } from './maskEncrypted.ts';
import type { MaskedObjects } from './maskedObject.ts';
import { plainTwin, type Twin } from './twin.ts';
import { RepositoryModel } from './repositoryModel.ts';
import { unreadInputs, unreadNotes } from './unreadFiles.ts';

export interface FolderRequest {
  readonly state: RepositoryState;
  /** Path of the repository, `''` for its top. */
  readonly folder: string;
  readonly signal?: AbortSignal | undefined;
}

export interface BuiltFolder {
  readonly objects: readonly DesiredObject[];
  readonly notes: readonly RenderNote[];
}

/** Throws `Failure('invalid')` with kustomize's words, file and line where they are known, and what reading files throws. */
export async function renderFolder(engine: Engine, request: FolderRequest): Promise<BuiltFolder> {
  const { state, folder, signal } = request;
  const what = `Building the folder ${folder === '' ? '.' : folder}`;
  const snapshot = await new RepositoryModel().snapshot(state.files, signal);
  const view = new ArtifactView({ base: '', ignore: snapshot.ignoreTexts('.sourceignore') });
  return engine.use(
    async (session) => {
      const tree = await new EngineTrees().sync(
        session,
        { key: `folder of ${state.key}`, files: state.files, snapshot },
        view,
        signal,
      );
      const start = { path: folder, components: [] };
      const inputs = new TreeInputs(tree.places, snapshot);
      let built: Built;
      try {
        built = await build(session, tree.name, folder);
      } catch (error) {
        throw await buildFailure(error, { tree, inputs, files: state.files, build: start });
      } finally {
        await session.request('forget', { trees: [tree.name] }).catch(() => undefined); // a broken engine has forgotten it
      }
      const { objects, notes } = maskTwin(built, { secrets: built.secrets, stated: new Set() });
      return {
        objects: desired(built.real, objects),
        notes: [...(state.notes ?? []), ...unreadNotes(unreadInputs(tree, inputs, start), built.real), ...notes],
      };
    },
    { what, ...(signal && { signal }) },
  );
}

interface Built extends Twin<readonly KubernetesObject[]> {
  /** Texts of its Secrets, where some may have been copied. */
  readonly secrets: readonly string[];
}

/** A second time with scrambled Secrets where the first may have copied some of theirs to other objects. */
async function build(session: EngineSession, tree: string, folder: string): Promise<Built> {
  const kustomization = { ...standIn, spec: { path: `./${folder}`, prune: true, interval: '1h' } };
  const request = { tree, kustomization, variables: [], strict: false };
  const reply = await session.request('kustomization', request);
  const real = reply.objects.map(withoutOwner);
  if (!reply.copied) {
    return { ...plainTwin(real), secrets: [] };
  }
  const secrets = reply.copied;
  try {
    const other = await session.request('kustomization', { ...request, scrambled: scrambledTexts(secrets) });
    return { real, scrambled: withHashesOf(real, other.objects.map(withoutOwner)), secret: true, secrets };
  } catch (error) {
    if (isFailure(error, 'invalid')) {
      return { real, scrambled: undefined, secret: true, secrets };
    }
    throw error;
  }
}

const ownerLabel = 'kustomize.toolkit.fluxcd.io/';
/** The engine builds for a Flux object; this one adds nothing but its labels, which are taken off again. */
const standIn = {
  apiVersion: `${ownerLabel}v1`,
  kind: 'Kustomization',
  metadata: { name: 'folder', namespace: 'folder' },
};

function withoutOwner(object: KubernetesObject): KubernetesObject {
  const { labels, ...metadata } = object.metadata;
  const own = Object.entries(labels ?? {}).filter(
    ([label]) => label !== `${ownerLabel}name` && label !== `${ownerLabel}namespace`,
  );
  return { ...object, metadata: own.length === 0 ? metadata : { ...metadata, labels: Object.fromEntries(own) } };
}

function desired(built: readonly KubernetesObject[], objects: MaskedObjects['objects']): readonly DesiredObject[] {
  return built.map((object, index) => {
    const shown = objects[index];
    if (!shown) {
      throw new Error('an object was left out when secrets were masked'); // it must not be shown instead
    }
    const encrypted = maskEncrypted(object, shown);
    return encrypted
      ? {
          object: encrypted.object,
          real: new Sealed(encrypted.sendable),
          masked: encrypted.masked,
          unstable: [],
          encrypted: true,
        }
      : { ...shown, real: new Sealed(object), unstable: [] };
  });
}
