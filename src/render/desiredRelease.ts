/**
 * A HelmRelease as helm-controller would render it: finds chart and values, has the engine render them, and renders again where
 * Secrets take part or results change. Decides nothing about files and builds: it is given the object in force.
 */
import { isDeepStrictEqual } from 'node:util';
import { isFailure, reworded } from '../base/failure.ts';
import { Sealed } from '../base/sealed.ts';
import type { FluxObject, KubernetesObject } from '../flux/objects.ts';
import { releaseNameOf, releaseNamespaceOf } from '../flux/releaseName.ts';
import { asList, asRecord, asText, fieldAt } from '../flux/untyped.ts';
import { findChart, type FoundChart } from './chartSource.ts';
import type { DesiredObject, EffectiveValue, FieldPath, RenderedRelease, RenderNote } from './desired.ts';
import { effectiveValues, maskValues } from './effectiveValues.ts';
import type { EngineRequest, JsonObject } from './engineProtocol.ts';
import { impurityNotes, isImpure, releaseQuestionNotes } from './impurity.ts';
import { mask, maskDifferences, maskLines } from './maskDifferences.ts';
import { HeldTexts, textsHeldBy } from './maskHeld.ts';
import { maskSwitches, withoutSwitches } from './maskSwitches.ts';
import { scopeAmong } from './objectScope.ts';
import { maskRenamedKeys } from './maskRenamedKeys.ts';
import type { MaskedObjects } from './maskedObject.ts';
import { maskByOrigin, maskEverything, maskSecretKinds } from './originMask.ts';
import { information } from './renderNote.ts';
import type { ReleaseContext, ReleaseInForce } from './releaseInputs.ts';
import { type CrdsPolicy, crdsPolicy, skipsSchema, type Surroundings, surroundingsOf } from './releaseSurroundings.ts';
import { SecretTexts } from './secretTexts.ts';
import { shownPaths, unstableFields } from './unstablePaths.ts';
import { type ReadValues, readValues } from './valueLayers.ts';

/** Throws `Failure`: `notFound` where the chart is nowhere, `invalid` with the words of Helm or of the controllers. */
export async function renderRelease(release: ReleaseInForce, context: ReleaseContext): Promise<RenderedRelease> {
  const secrets = new SecretTexts();
  if (release.scrambled) {
    secrets.addDifferences(release.object, release.scrambled);
  }
  try {
    const rendered = await render(release, context, secrets);
    secrets.add(context.secrets?.());
    return withoutSecrets(rendered, release, secrets);
  } catch (error) {
    secrets.add(context.secrets?.());
    throw secrets.redacted(error);
  }
}

async function render(
  release: ReleaseInForce,
  context: ReleaseContext,
  secrets: SecretTexts,
): Promise<RenderedRelease> {
  const { object } = release;
  const chart = await findChart(object, context);
  const values = await readValues(release, context, secrets);
  const surroundings = await surroundingsOf(object, context);
  const request = requestFor(object, chart, surroundings);
  const policy = crdsPolicy(object.spec, surroundings.isUpgrade ? 'upgrade' : 'install');
  const rendered = await renderOnce(context, { ...request, values: values.merged }, policy).catch((error: unknown) => {
    throw withUnread(error, values.unread);
  });
  const unstable = isImpure(chart.facts, values.merged)
    ? unstableFields(
        rendered.objects,
        (await renderOnce(context, { ...request, values: values.merged }, policy)).objects,
      )
    : rendered.objects.map(() => []);
  const scrambledRequest = requestFor(release.scrambled ?? object, chart, surroundings);
  const masked = await maskRender({ release, rendered, values, chart, request, scrambledRequest, context, secrets });
  const shown = shownRelease(release);
  const { name, namespace = '' } = shown.metadata;
  return {
    kind: 'HelmRelease',
    name: { kind: 'HelmRelease', namespace, name },
    inForce: shown,
    parents: context.parents,
    ...(context.parentFiles && { parentFiles: context.parentFiles }),
    chart: {
      name: chart.facts.name,
      version: chart.versionSuffix === undefined ? chart.facts.version : withSuffix(chart),
      appVersion: chart.facts.appVersion,
      from: chart.from,
    },
    release: { name: releaseNameOf(shown), namespace: releaseNamespaceOf(shown) },
    objects: desiredObjects(rendered, masked.objects, unstable),
    values: shownValues(chart, release.untraced ? { ...values, scrambled: 'failed' } : values),
    merged: new Sealed(values.merged),
    chartNotes: masked.notesText,
    notes: [
      ...context.notes,
      ...chart.notes,
      ...values.notes,
      ...surroundings.notes,
      ...specNotes(object),
      ...impurityNotes(chart.facts, values.merged, unstable),
      ...releaseQuestionNotes(chart.facts, values.merged, surroundings),
      ...rendered.warnings.map((warning): RenderNote => ({
        severity: 'approximate',
        message: secrets.redact(warning),
      })),
      ...masked.notes,
    ],
  };
}

/** A chart that fails for want of a value names the value, not who was to give it. */
function withUnread(error: unknown, unread: readonly string[]): unknown {
  return isFailure(error, 'invalid') && unread.length > 0
    ? reworded(error, `${error.message}\nThat may be for want of values: ${unread.join(' ')}`)
    : error;
}

/** Sentences of ours hold names and URLs, which a parent may have substituted from a Secret. */
function withoutSecrets(rendered: RenderedRelease, release: ReleaseInForce, secrets: SecretTexts): RenderedRelease {
  const redact = (text: string): string => secrets.redact(text, { words: false });
  const known = [...secrets.all, ...textsHeldBy(rendered.objects)];
  return {
    ...rendered,
    chart: { ...rendered.chart, from: redact(rendered.chart.from) },
    values: rendered.values.map((value) => withoutSecretNames(value, release, redact)),
    notes: rendered.notes.map((note) => ({ ...note, message: redact(note.message) })),
    ...(known.length === 0 ? {} : { secrets: new Sealed(known) }),
  };
}

/** Keys and origins, only where a Secret went into them: a name is often the same as a user's in some Secret. */
function withoutSecretNames(
  value: EffectiveValue,
  { object, scrambled, untraced }: ReleaseInForce,
  redact: (text: string) => string,
): EffectiveValue {
  const { origin, path } = value;
  const shownPath = untraced ? path.map((key) => (typeof key === 'string' ? redact(key) : key)) : path;
  const isTouched =
    scrambled && (untraced || !isDeepStrictEqual(object.spec?.['valuesFrom'], scrambled.spec?.['valuesFrom']));
  if (!isTouched || origin.from === 'chart' || origin.from === 'inline') {
    return { ...value, path: shownPath };
  }
  const { name, key, targetPath } = origin;
  const shown = {
    ...origin,
    name: redact(name),
    key: redact(key),
    ...(targetPath === undefined ? {} : { targetPath: redact(targetPath) }),
  };
  return { ...value, path: shownPath, origin: shown };
}

/** Build metadata replaces what the version had of it. */
function withSuffix({ facts, versionSuffix }: FoundChart): string {
  return `${facts.version.replace(/\+.*$/, '')}+${versionSuffix ?? ''}`;
}

type ReleaseRequest = Omit<EngineRequest<'release'>, 'values'>;

function requestFor(release: FluxObject, chart: FoundChart, surroundings: Surroundings): ReleaseRequest {
  const { name, namespace = '' } = release.metadata;
  const spec = release.spec ?? {};
  const { isUpgrade, capabilities } = surroundings;
  const postRenderers = asList(spec['postRenderers']);
  const strategy = asText(spec['postRenderStrategy']);
  const commonMetadata = asRecord(spec['commonMetadata']);
  return {
    chart: chart.key,
    ...(chart.defaults.replaced ? { chartValues: chart.defaults.replaced } : {}),
    ...(chart.versionSuffix === undefined ? {} : { versionSuffix: chart.versionSuffix }),
    name: releaseNameOf(release),
    namespace: releaseNamespaceOf(release),
    isUpgrade,
    capabilities,
    skipSchemaValidation: skipsSchema(spec, isUpgrade ? 'upgrade' : 'install'),
    ...(postRenderers ? { postRenderers } : {}),
    ...(strategy === undefined ? {} : { postRenderStrategy: strategy }),
    ...(commonMetadata ? { commonMetadata } : {}),
    origin: { name, namespace },
  };
}

/** One render with what the release says about its hooks and definitions. */
interface Rendered {
  /** Objects of the release, then hooks, then definitions. */
  readonly objects: readonly KubernetesObject[];
  /** Beside `objects`. */
  readonly facts: readonly Pick<DesiredObject, 'template' | 'role'>[];
  readonly notesText: string;
  readonly warnings: readonly string[];
}

async function renderOnce(
  { session }: ReleaseContext,
  request: EngineRequest<'release'>,
  crds: CrdsPolicy,
): Promise<Rendered> {
  const reply = await session.request('release', request);
  const all = [...reply.objects, ...reply.hooks, ...reply.crds];
  const scopeOf = scopeAmong(all.map(({ object }) => object));
  return {
    // Helm leaves the namespace of an object open in the manifest and fills it in when it applies, for kinds that have one.
    // Where the kind is not known here it stays open: a namespace on a cluster-wide object would be wrong.
    objects: all.map(({ object }) =>
      (object.metadata.namespace ?? '') === '' && scopeOf(object) === 'namespace'
        ? { ...object, metadata: { ...object.metadata, namespace: request.namespace } }
        : object,
    ),
    facts: [
      ...reply.objects.map(({ template }) => ({ template })),
      ...reply.hooks.map(({ template, events }) => ({ template, role: { hook: events } })),
      ...reply.crds.map(({ template }) => ({ template, role: { crds } })),
    ],
    notesText: reply.notes,
    warnings: reply.warnings,
  };
}

interface MaskedRender extends MaskedObjects {
  readonly notesText: string;
}

interface ToMask {
  readonly release: ReleaseInForce;
  readonly rendered: Rendered;
  readonly values: ReadValues;
  readonly chart: FoundChart;
  readonly request: ReleaseRequest;
  readonly scrambledRequest: ReleaseRequest;
  readonly context: ReleaseContext;
  readonly secrets: SecretTexts;
}

/** Renders with scrambled secrets where there are any, and masks what is otherwise then. */
async function maskRender(made: ToMask): Promise<MaskedRender> {
  const { release, rendered, values, request, scrambledRequest, context, secrets } = made;
  const names = plainNames(release, context);
  if (release.untraced) {
    return hidden(rendered, [...secrets.all, ...(context.secrets?.() ?? [])], names);
  }
  if (values.scrambled === undefined && isDeepStrictEqual(request, scrambledRequest)) {
    return withNotes(rendered, maskSecretKinds(rendered.objects), rendered.notesText);
  }
  const scrambled = values.scrambled ?? values.merged;
  const other = scrambled === 'failed' ? undefined : await renderScrambled(scrambledRequest, scrambled, context);
  if (other) {
    return withoutItsKeys(maskedBy(rendered, other), made);
  }
  const kept = await values.keepingSwitches();
  const less = kept && (await renderScrambled(scrambledRequest, kept, context));
  return less ? withoutItsSwitches(maskedBy(rendered, less)) : hidden(rendered, secrets.all, names);
}

/** A key that the chart's defaults or plain values state is no secret: of what is left a further render tells which are handed on. */
async function withoutItsKeys(
  masked: MaskedRender,
  { rendered, values, chart, scrambledRequest, context }: ToMask,
): Promise<MaskedRender> {
  const plain = values.layers.filter(({ origin }) => origin.from !== 'Secret');
  const layers = [...chart.defaults.layers, ...plain].map((layer) => layer.values);
  const renamed = await values.renamed((path) => layers.some((layer) => fieldAt(layer, ...path) !== undefined));
  const third = renamed && (await renderScrambled(scrambledRequest, renamed, context));
  return third ? { ...masked, objects: maskRenamedKeys(masked.objects, rendered.objects, third.objects) } : masked;
}

function maskedBy(rendered: Rendered, other: Rendered): MaskedRender {
  const masked = maskByOrigin(rendered.objects, other.objects);
  return withNotes(rendered, masked, maskLines(rendered.notesText, other.notesText));
}

function withoutItsSwitches({ objects, notes, notesText }: MaskedRender): MaskedRender {
  return {
    objects: objects.map(maskSwitches),
    notes: [
      ...notes,
      information('It cannot be rendered with other switches (true, false) for its Secrets: every switch is masked.'),
    ],
    notesText: withoutSwitches(notesText),
  };
}

/** `notesText`: masked by origin; the chart may also print what it has put into a Secret of its own. */
function withNotes(rendered: Rendered, masked: MaskedObjects, notesText: string): MaskedRender {
  return { ...masked, notesText: new HeldTexts(rendered.objects, masked.objects).without(notesText) };
}

/** What objects of the release may be named where nothing tells how Secrets went in: no template has made it. */
function plainNames(release: ReleaseInForce, { stated = new Set() }: ReleaseContext): ReadonlySet<string> {
  const shown = shownRelease(release);
  return new Set([...stated, releaseNameOf(shown), releaseNamespaceOf(shown)]);
}

function hidden(
  { objects, notesText }: Rendered,
  secrets: readonly string[],
  names: ReadonlySet<string>,
): MaskedRender {
  return { ...maskEverything(objects, secrets, names), notesText: notesText === '' ? '' : mask };
}

/** `undefined` where the chart does not render with other texts: it may check what a secret looks like. */
async function renderScrambled(
  request: ReleaseRequest,
  values: JsonObject,
  context: ReleaseContext,
): Promise<Rendered | undefined> {
  try {
    return await renderOnce(context, { ...request, values }, 'Create');
  } catch (error) {
    if (isFailure(error, 'invalid')) {
      return undefined;
    }
    throw error;
  }
}

function desiredObjects(
  rendered: Rendered,
  masked: MaskedObjects['objects'],
  unstable: readonly (readonly FieldPath[])[],
): readonly DesiredObject[] {
  return rendered.objects.map((object, index) => {
    const shown = masked[index];
    if (!shown) {
      throw new Error('an object was left out when secrets were masked'); // it must not be shown instead
    }
    const changing = shownPaths(unstable[index] ?? [], shown.object);
    return { ...shown, real: new Sealed(object), unstable: changing, ...rendered.facts[index] };
  });
}

function shownRelease({ object, scrambled, shown }: ReleaseInForce): FluxObject {
  if (shown || !scrambled) {
    return shown ?? object;
  }
  return maskDifferences(object, scrambled).value as FluxObject;
}

function shownValues(chart: FoundChart, { merged, layers, scrambled }: ReadValues): RenderedRelease['values'] {
  const values = effectiveValues({ chart: chart.defaults.layers, release: layers, merged });
  return maskValues(values, scrambled === 'failed' ? undefined : (scrambled ?? merged));
}

function specNotes({ spec }: FluxObject): readonly RenderNote[] {
  return fieldAt(spec, 'upgrade', 'preserveValues') === true
    ? [
        {
          severity: 'approximate',
          message:
            'upgrade.preserveValues keeps values of earlier releases, which are not in the repository: left out.',
        },
      ]
    : [];
}
