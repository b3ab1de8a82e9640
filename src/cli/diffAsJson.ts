/** What `driftline diff` has found as JSON for programs. Everything it is given is fit to be shown. */
import type { FieldDifference } from '../drift/difference.ts';
import type { FluxName } from '../render/desired.ts';
import type { FieldPath } from '../render/desired.ts';
import type { Findings, FoundDifference } from './findings.ts';

/** Ends with a line break. */
export function diffAsJson(findings: Findings): string {
  const { target, from, against, complete, objects, configs, missing, notes, warnings } = findings;
  const report = {
    target,
    from,
    against,
    complete,
    objects: objects.map(objectAsJson),
    ...(warnings.length > 0 && {
      warnings: warnings.map(({ change, sentence, losses }) => ({ change, sentence, losses })),
    }),
    ...(missing.length > 0 && { missing }),
    ...(notes.length > 0 && { notes: notes.map(({ title: of, severity, message }) => ({ of, severity, message })) }),
    ...(configs.length === 0
      ? {}
      : {
          values: configs.map(({ of, config }) => ({
            of: targetText(of),
            ...(config.chart && { chart: config.chart }),
            paths: config.paths.map(({ path }) => jsonPointer(path)),
          })),
        }),
  };
  return `${JSON.stringify(report, null, 2)}\n`;
}

function objectAsJson(object: FoundDifference): unknown {
  const { id, apiVersion, change, paths, reason, because, of, movedFrom } = object;
  const { restartsPods, takenOverFrom, approximate } = object;
  return {
    of: typeof of === 'string' ? of : targetText(of),
    apiVersion,
    kind: id.kind,
    namespace: id.namespace,
    name: id.name,
    change,
    paths: paths.map(({ path }) => jsonPointer(path)),
    reason: reason ?? null,
    ...(because && { because }),
    ...(paths.length > 0 && { fields: paths.map(fieldAsJson) }),
    ...(restartsPods && { restartsPods }),
    ...(takenOverFrom !== undefined && { takenOverFrom }),
    ...(movedFrom && { movedFrom: targetText(movedFrom) }),
    ...(approximate && { approximate }),
  };
}

function fieldAsJson({ path, effect, writer, takenBack }: FieldDifference): unknown {
  return { path: jsonPointer(path), effect, ...(writer && { writer }), ...(takenBack && { takenBack }) };
}

/** As the command line takes it: `ks/flux-system/apps`. */
export function targetText({ kind, namespace, name }: FluxName): string {
  const place = namespace === '' ? name : `${namespace}/${name}`;
  return `${kind === 'Kustomization' ? 'ks' : 'hr'}/${place}`;
}

/** RFC 6901, as `spec.driftDetection.ignore` and `spec.ignore` of Flux want it. */
export function jsonPointer(path: FieldPath): string {
  return path.map((key) => `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}
