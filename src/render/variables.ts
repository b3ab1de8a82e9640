/**
 * The variables of a Flux Kustomization: where each comes from, which of them wins, and what the engine is given for them.
 * Follows LoadVariables of fluxcd/pkg kustomize/kustomize_varsub.go; substitutes nothing itself.
 */
import { isFailure } from '../base/failure.ts';
import type { KubernetesObject } from '../flux/objects.ts';
import { asFlag, asList, asRecord, asText, fieldAt } from '../flux/untyped.ts';
import { type BuildElsewhere, type DataObject, findData, type Texts } from './builtData.ts';
import type { EffectiveVariable, RenderNote, ValueOrigin } from './desired.ts';
import type { DataSource } from './engineProtocol.ts';
import type { Built } from './kustomizationBuild.ts';
import { mask } from './maskDifferences.ts';
import type { RenderContext } from './renderContext.ts';
import { scrambleTexts } from './scramble.ts';
import type { Twin } from './twin.ts';

export interface Variables {
  readonly sources: Twin<readonly DataSource[]>;
  /** Some source could not be read: what it would set is not known. */
  readonly keepUnknown: boolean;
  readonly notes: readonly RenderNote[];
  /** In the order in which later ones win. `value`: `undefined` where only the name is known. */
  readonly settings: readonly VariableSetting[];
}

export interface VariableSetting {
  readonly name: string;
  readonly value: string | undefined;
  readonly secret: boolean;
  readonly origin: ValueOrigin;
}

interface Reference {
  readonly kind: 'ConfigMap' | 'Secret';
  readonly name: string;
  readonly optional: boolean;
}

/** What is known of one entry of `substituteFrom`. */
interface Loaded {
  readonly real: DataSource;
  readonly scrambled: DataSource | undefined;
  readonly secret: boolean;
  readonly unknown: boolean;
  readonly settings: readonly VariableSetting[];
  readonly note?: RenderNote;
}

/** Where a Kustomization stands in its repository. */
export interface KustomizationAt {
  readonly kustomization: Twin<KubernetesObject>;
  /** Those that lead to it, the direct parent last. */
  readonly builds: readonly Built[];
  /** The file that states it. */
  readonly definedIn: string;
  readonly elsewhere: BuildElsewhere;
}

/** Throws `Failure('cancelled')`. */
export async function loadVariables(context: RenderContext, at: KustomizationAt): Promise<Variables> {
  const { kustomization, builds, definedIn, elsewhere } = at;
  const { real } = kustomization;
  const around = { builds, snapshot: context.parts.snapshot, near: definedIn, elsewhere };
  const namespace = real.metadata.namespace ?? '';
  const loaded: Loaded[] = [];
  for (const reference of references(real)) {
    const found = await findData({ ...reference, namespace }, around);
    loaded.push(await load(context, reference, namespace, found));
  }
  const inline = asRecord(fieldAt(real, 'spec', 'postBuild', 'substitute')) ?? {};
  const plainInline = asRecord(fieldAt(kustomization.scrambled, 'spec', 'postBuild', 'substitute')) ?? {};
  const scrambled = loaded.map((one) => one.scrambled);
  return {
    sources: {
      real: loaded.map((one) => one.real),
      scrambled: scrambled.every((one) => one !== undefined) ? scrambled : undefined,
      secret: loaded.some((one) => one.secret),
    },
    keepUnknown: loaded.some((one) => one.unknown),
    notes: loaded.flatMap((one) => one.note ?? []),
    settings: [
      ...loaded.flatMap((one) => one.settings),
      ...Object.entries(inline).map(([name, value]) => ({
        name,
        value: asText(value) ?? '',
        secret: kustomization.secret && plainInline[name] !== value,
        origin: { from: 'inline' } as const,
      })),
    ],
  };
}

function references(kustomization: KubernetesObject): Reference[] {
  return (asList(fieldAt(kustomization, 'spec', 'postBuild', 'substituteFrom')) ?? []).flatMap((item) => {
    const kind = asText(fieldAt(item, 'kind'));
    const name = asText(fieldAt(item, 'name'));
    const known = kind === 'ConfigMap' || kind === 'Secret';
    return known && name !== undefined ? [{ kind, name, optional: asFlag(fieldAt(item, 'optional')) === true }] : [];
  });
}

/** The repository says what will be; of what it has not, or has encrypted only, the cluster says what is. */
async function load(
  context: RenderContext,
  reference: Reference,
  namespace: string,
  found: DataObject | undefined,
): Promise<Loaded> {
  if (found !== undefined && !found.encrypted) {
    const { data, path, note } = found;
    const read = known(context, reference, data, { read: 'repository', ...(path === undefined ? {} : { path }) });
    return { ...read, ...(note ? { note } : {}) };
  }
  const title = `${reference.kind} ${namespace}/${reference.name}`;
  const { cluster } = context.parts;
  let why = found ? 'is encrypted' : 'is not in the repository, and there is no cluster to ask';
  if (cluster !== undefined) {
    const asked = await askCluster(context, reference, namespace);
    if (asked.texts !== undefined) {
      return known(
        context,
        reference,
        { real: asked.texts, scrambled: asked.texts, secret: false },
        { read: 'cluster' },
      );
    }
    if (asked.failure === undefined && found === undefined) {
      return absent(reference); // the engine says so in the controller's words, unless it is optional
    }
    why = found ? why : `cannot be read (${asked.failure ?? ''})`;
  }
  const shown = 'stand as their names, without the defaults of the text, and its operators work on those names';
  return unknown(reference, found, `${title} ${why}: variables that it may set ${shown}.`);
}

async function askCluster(
  context: RenderContext,
  { kind, name }: Reference,
  namespace: string,
): Promise<{ readonly texts?: Texts | undefined; readonly failure?: string }> {
  const { cluster, signal } = context.parts;
  try {
    const texts =
      kind === 'ConfigMap'
        ? await cluster?.configMap(namespace, name, signal)
        : (await cluster?.secret(namespace, name, signal))?.reveal();
    return { texts };
  } catch (error) {
    if (isFailure(error) && error.reason !== 'cancelled') {
      return { failure: error.message };
    }
    throw error;
  }
}

function known(
  context: RenderContext,
  { kind, name }: Reference,
  data: Twin<Texts>,
  where: { readonly read: 'repository' | 'cluster'; readonly path?: string },
): Loaded {
  const real: DataSource = { kind, name, data: data.real };
  const secret = kind === 'Secret' || data.secret;
  // A Secret is scrambled also where a build with scrambled secrets gave some of its values as they are.
  const other = data.scrambled && (kind === 'Secret' ? scrambleTexts(data.real, data.scrambled) : data.scrambled);
  const scrambled = other && { kind, name, data: other };
  const settings = Object.entries(data.real).map(([key, value]) => ({
    name: key,
    value,
    secret: kind === 'Secret' || (data.secret && data.scrambled?.[key] !== value),
    origin: { from: kind, name, key, ...where },
  }));
  context.addSecrets(settings.filter((setting) => setting.secret).map((setting) => setting.value));
  return { real, scrambled, secret, unknown: false, settings };
}

function absent({ kind, name }: Reference): Loaded {
  const real: DataSource = { kind, name };
  return { real, scrambled: real, secret: false, unknown: false, settings: [] };
}

function unknown({ kind, name }: Reference, found: DataObject | undefined, message: string): Loaded {
  const real: DataSource = { kind, name, data: {} };
  const where = { read: 'repository' as const, ...(found?.path === undefined ? {} : { path: found.path }) };
  const settings = Object.keys(found?.data.real ?? {}).map((key) => ({
    name: key,
    value: undefined,
    secret: true,
    origin: { from: kind, name, key, ...where },
  }));
  return { real, scrambled: real, secret: false, unknown: true, settings, note: { severity: 'approximate', message } };
}

/** Every variable that something sets or that the built text refers to, by name; masked where it came from a Secret. */
export function effectiveVariables(settings: readonly VariableSetting[], built: Built): EffectiveVariable[] {
  const byName = new Map<string, VariableSetting[]>();
  for (const name of built.unknown) {
    byName.set(name, []);
  }
  for (const setting of settings) {
    byName.set(setting.name, [...(byName.get(setting.name) ?? []), setting]);
  }
  const used = new Set(built.used);
  return [...byName]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, all]) => {
      const wins = all.at(-1);
      return {
        name,
        value: wins?.secret === true && wins.value !== undefined ? mask : wins?.value,
        origin: wins?.origin,
        overridden: all.slice(0, -1).map((setting) => setting.origin),
        used: used.has(name),
      };
    });
}
