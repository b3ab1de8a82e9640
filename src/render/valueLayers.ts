/**
 * The values that a HelmRelease gives to its chart: reads what `valuesFrom` names, from the repository or the cluster, and has
 * the engine merge it. Knows nothing of the chart. What came from Secrets is merged a second time with scrambled texts, so that
 * rendering can tell where it ended up.
 */
import { isDeepStrictEqual } from 'node:util';
import { isFailure } from '../base/failure.ts';
import { displayName } from '../flux/objectKey.ts';
import type { FluxObject } from '../flux/objects.ts';
import { asFlag, asList, asRecord, asText } from '../flux/untyped.ts';
import type { RenderNote } from './desired.ts';
import type { ValueLayer } from './effectiveValues.ts';
import type { DataSource, JsonObject } from './engineProtocol.ts';
import type { ReleaseContext, ReleaseInForce } from './releaseInputs.ts';
import { approximate, information } from './renderNote.ts';
import { scramble, scrambleTree } from './scramble.ts';
import type { SecretTexts } from './secretTexts.ts';

export interface ReadValues {
  /** What Helm gets. */
  readonly merged: JsonObject;
  /** With scrambled secrets; `undefined` where no Secret takes part; `'failed'` where other texts cannot be merged. */
  readonly scrambled: JsonObject | 'failed' | undefined;
  /**
   * The same with `true` and `false` of Secrets as they are, for a chart that does not render without them; `undefined` where
   * there are none, or where it cannot be merged.
   */
  readonly keepingSwitches: () => Promise<JsonObject | undefined>;
  /**
   * As `scrambled`, and of the maps of Secrets the keys as well that neither the chart nor plain values state, for `isOfChart` tells
   * which do; `undefined` where there are none such, or where it cannot be merged.
   */
  readonly renamed: (isOfChart: (path: readonly string[]) => boolean) => Promise<JsonObject | undefined>;
  /** The weakest first, inline last. */
  readonly layers: readonly ValueLayer[];
  /** What `valuesFrom` names and nobody could read: a chart that fails may fail for want of it. */
  readonly unread: readonly string[];
  readonly notes: readonly RenderNote[];
}

/** Of a tree also which keys stay; all of them where it does not say. */
type ScrambledKeys = NonNullable<Parameters<typeof scrambleTree>[1]>;

type DataKind = DataSource['kind'];
type Data = Readonly<Record<string, string>>;

/** What is known of a ConfigMap or a Secret. `absent`: there is none; `unknown`: there may be one. */
type Found =
  | {
      readonly state: 'read';
      readonly data: Data;
      readonly scrambled?: Data;
      readonly read: 'repository' | 'cluster';
      readonly path?: string;
      readonly note?: RenderNote;
    }
  | { readonly state: 'absent'; readonly assumed?: string }
  | { readonly state: 'unknown'; readonly why: string };

/** One entry of `valuesFrom`. */
interface Reference {
  readonly entry: JsonObject;
  readonly kind: DataKind;
  readonly name: string;
  readonly key: string;
  readonly targetPath: string | undefined;
  readonly optional: boolean;
}

interface ReadReference extends Reference {
  readonly found: Extract<Found, { state: 'read' }>;
  /** What it gives alone. */
  readonly values: JsonObject;
}

/**
 * Texts of Secrets are added to `secrets` before anything is done with them. Throws `Failure('invalid')` with the words of the
 * controller's library, which may quote what it read.
 */
export async function readValues(
  release: ReleaseInForce,
  context: ReleaseContext,
  secrets: SecretTexts,
): Promise<ReadValues> {
  const { object, scrambled } = release;
  const inline = valuesOf(object);
  const references = referencesOf(object);
  const found = await findAll(references, object.metadata.namespace ?? '', context);
  for (const [key, one] of found) {
    if (one.state === 'read' && key.startsWith('Secret')) {
      secrets.add(one.data);
    }
  }
  const known = references.filter((reference) => found.get(keyOf(reference))?.state !== 'unknown');
  const merged = await merge(context, object, known, inline, sourcesOf(found));
  const read = await readEach(known, found, object, context);
  for (const one of read) {
    if (one.kind === 'Secret') {
      secrets.add(one.values);
    }
  }
  const inlineScrambled = scrambled && valuesOf(scrambled);
  const other = (options: ScrambledKeys): Promise<JsonObject | 'failed' | undefined> =>
    mergeScrambled({ read, known, release: object, inline: inlineScrambled, options }, context);
  const hasSwitches = read.some(
    (one) => scrambledText(one, { switches: 'kept' }) !== scrambledText(one, { switches: 'turned' }),
  );
  const turned = await other({ switches: 'turned' });
  return {
    merged,
    scrambled: turned,
    renamed: async (isOfChart) => {
      const keepKey = (path: readonly string[]): boolean => path.length < 2 || isOfChart(path);
      const made = await other({ switches: 'turned', keepKey });
      return made === 'failed' || isDeepStrictEqual(made, turned) ? undefined : made;
    },
    keepingSwitches: async () => {
      const kept = hasSwitches ? await other({ switches: 'kept' }) : undefined;
      return kept === 'failed' ? undefined : kept;
    },
    layers: [...read.map(layerOf), { origin: { from: 'inline' }, values: inline }],
    unread: unreadOf(references, found, object.metadata.namespace ?? ''),
    notes: [
      ...notesOn(references, found, object.metadata.namespace ?? ''),
      ...[...found.values()].flatMap((one) => ('note' in one ? one.note : [])),
    ],
  };
}

function layerOf({ values, kind, name, key, targetPath, found }: ReadReference): ValueLayer {
  const place = {
    ...(targetPath === undefined ? {} : { targetPath }),
    ...(found.path === undefined ? {} : { path: found.path }),
  };
  return { values, origin: { from: kind, name, key, read: found.read, ...place } };
}

function valuesOf(release: FluxObject): JsonObject {
  return asRecord(release.spec?.['values']) ?? {};
}

function referencesOf(release: FluxObject): readonly Reference[] {
  return (asList(release.spec?.['valuesFrom']) ?? []).flatMap((item) => {
    const entry = asRecord(item) ?? {};
    const kind = asText(entry['kind']);
    const targetPath = given(entry['targetPath']);
    return kind === 'ConfigMap' || kind === 'Secret'
      ? [
          {
            entry,
            kind,
            name: asText(entry['name']) ?? '',
            key: given(entry['valuesKey']) ?? 'values.yaml',
            targetPath,
            optional: asFlag(entry['optional']) === true,
          },
        ]
      : [];
  });
}

function given(value: unknown): string | undefined {
  const text = asText(value);
  return text === '' ? undefined : text;
}

function keyOf({ kind, name }: Pick<Reference, 'kind' | 'name'>): string {
  return `${kind} ${name}`;
}

async function findAll(
  references: readonly Reference[],
  namespace: string,
  context: ReleaseContext,
): Promise<ReadonlyMap<string, Found>> {
  const found = new Map<string, Found>();
  for (const reference of references) {
    const key = keyOf(reference);
    if (!found.has(key)) {
      found.set(key, await find(reference, namespace, context));
    }
  }
  return found;
}

/** What the repository states wins over what lives: it is what will be. Encrypted values only the cluster knows. */
async function find(reference: Reference, namespace: string, context: ReleaseContext): Promise<Found> {
  const { kind, name, optional } = reference;
  const { cluster, repository, signal } = context;
  const stated = await repository.data(kind, namespace, name);
  if (stated && stated.encrypted !== true) {
    const { scrambled, path, note } = stated;
    return {
      state: 'read',
      data: stated.data.reveal(),
      read: 'repository',
      ...(scrambled === undefined ? {} : { scrambled }),
      ...(path === undefined ? {} : { path }),
      ...(note ? { note } : {}),
    };
  }
  const missing = stated ? 'is encrypted with SOPS' : 'is not in the repository';
  if (!cluster) {
    return !stated && optional
      ? { state: 'absent', assumed: `${missing} and is optional: taken to be absent.` }
      : { state: 'unknown', why: missing };
  }
  try {
    const data =
      kind === 'Secret'
        ? (await cluster.secret(namespace, name, signal))?.reveal()
        : await cluster.configMap(namespace, name, signal);
    if (data) {
      return { state: 'read', data, read: 'cluster' };
    }
    return stated ? { state: 'unknown', why: `${missing}, and ${cluster.context} has none` } : { state: 'absent' };
  } catch (error) {
    if (!isFailure(error) || error.reason === 'cancelled') {
      throw error;
    }
    return { state: 'unknown', why: `${missing}, and could not be read from ${cluster.context}: ${error.message}` };
  }
}

function sourcesOf(found: ReadonlyMap<string, Found>): readonly DataSource[] {
  return [...found].map(([key, one]) => {
    const [kind = 'ConfigMap', name = ''] = key.split(' ');
    return { kind: kind as DataKind, name, ...(one.state === 'read' ? { data: one.data } : {}) };
  });
}

async function merge(
  { session }: ReleaseContext,
  release: FluxObject,
  references: readonly { readonly entry: JsonObject }[],
  values: JsonObject,
  sources: readonly DataSource[],
): Promise<JsonObject> {
  if (references.length === 0) {
    return values;
  }
  const { apiVersion, kind, metadata } = release;
  const reply = await session.request('values', {
    release: {
      apiVersion,
      kind,
      metadata: { name: metadata.name, namespace: metadata.namespace ?? '' },
      spec: { values, valuesFrom: references.map(({ entry }) => entry) },
    },
    sources,
  });
  return reply.values;
}

async function readEach(
  references: readonly Reference[],
  found: ReadonlyMap<string, Found>,
  release: FluxObject,
  context: ReleaseContext,
): Promise<readonly ReadReference[]> {
  const read: ReadReference[] = [];
  for (const reference of references) {
    const one = found.get(keyOf(reference));
    // A key that is missing gives nothing here: the merge has passed, so the reference is optional.
    if (one?.state === 'read' && Object.hasOwn(one.data, reference.key)) {
      const { kind, name } = reference;
      const values = await merge(context, release, [reference], {}, [{ kind, name, data: one.data }]);
      read.push({ ...reference, found: one, values });
    }
  }
  return read;
}

/**
 * Keys stay as they are: they are the chart's words, and a chart that does not find them would render something else. So a
 * values file is scrambled as the tree that it is, and what goes to a `targetPath` as the text that it is.
 */
async function mergeScrambled(
  given: {
    readonly read: readonly ReadReference[];
    readonly known: readonly Reference[];
    readonly release: FluxObject;
    /** As a build with scrambled secrets has it. */
    readonly inline: JsonObject | undefined;
    readonly options: ScrambledKeys;
  },
  context: ReleaseContext,
): Promise<JsonObject | 'failed' | undefined> {
  const { read, known, release, options } = given;
  const isTouched = read.some(({ kind, found }) => kind === 'Secret' || found.scrambled !== undefined);
  const inline = given.inline ?? valuesOf(release);
  if (!isTouched && isDeepStrictEqual(inline, valuesOf(release))) {
    return undefined;
  }
  const sources: DataSource[] = [];
  const references = known.flatMap((reference, index) => {
    const one = read.find(({ entry }) => entry === reference.entry);
    if (!one) {
      return []; // optional, and not there
    }
    const name = `layer-${index}`; // one object for each entry: the same key may be a file here and a text there
    sources.push({ kind: one.kind, name, data: { [one.key]: scrambledText(one, options) } });
    return [{ entry: { ...one.entry, name } }];
  });
  try {
    return await merge(context, release, references, inline, sources);
  } catch (error) {
    if (isFailure(error, 'invalid')) {
      return 'failed';
    }
    throw error;
  }
}

function scrambledText({ kind, key, found, targetPath, values }: ReadReference, options: ScrambledKeys): string {
  const text = found.data[key] ?? '';
  if (kind === 'ConfigMap') {
    return found.scrambled?.[key] ?? text;
  }
  return targetPath === undefined ? JSON.stringify(scrambleTree(values, options)) : scramble(text, options);
}

function unreadOf(
  references: readonly Reference[],
  found: ReadonlyMap<string, Found>,
  namespace: string,
): readonly string[] {
  return [...found].flatMap(([key, one]) => {
    const [used, ...others] = references.filter((reference) => keyOf(reference) === key);
    if (one.state !== 'unknown' || !used) {
      return [];
    }
    const places = [used, ...others].map(({ targetPath, key: from }) => targetPath ?? from).join(', ');
    return [`${titleOf(used, namespace)} ${one.why}: its values (${places}) are left out.`];
  });
}

function notesOn(
  references: readonly Reference[],
  found: ReadonlyMap<string, Found>,
  namespace: string,
): readonly RenderNote[] {
  const unread = unreadOf(references, found, namespace).map(approximate);
  const assumed = [...found].flatMap(([key, one]) => {
    const used = references.find((reference) => keyOf(reference) === key);
    const words = one.state === 'absent' ? one.assumed : undefined;
    return words !== undefined && used ? [information(`${titleOf(used, namespace)} ${words}`)] : [];
  });
  return [...unread, ...assumed];
}

function titleOf({ kind, name }: Reference, namespace: string): string {
  return `${kind} ${displayName({ namespace, name })}`;
}
