/** What `driftline diff` has found as JSON for programs. Everything it is given is fit to be shown. */
import type { FieldDifference } from '../drift/difference.ts';
import { jsonPointer } from '../manifests/manifestPath.ts';
import type { FieldPath, FluxName } from '../render/desired.ts';
import type { Findings, FoundDifference } from '../drift/findings.ts';

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
          values: configs.map(({ of, place, config, against }) => ({
            of: targetText(of),
            ...(place !== undefined && { place }),
            ...(against !== undefined && { against }),
            ...(config.chart && { chart: config.chart }),
            paths: config.paths.map(({ path }) => pointerTo(path)),
          })),
        }),
  };
  return `${JSON.stringify(report, null, 2)}\n`;
}

function objectAsJson(object: FoundDifference): unknown {
  const { id, apiVersion, change, paths, reason, because, of, movedFrom, place, against } = object;
  const { restartsPods, takenOverFrom, approximate } = object;
  return {
    of: typeof of === 'string' ? of : targetText(of),
    ...(place !== undefined && { place }),
    ...(against !== undefined && { against }),
    apiVersion,
    kind: id.kind,
    namespace: id.namespace,
    name: id.name,
    change,
    paths: paths.map(({ path }) => pointerTo(path)),
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
  return { path: pointerTo(path), effect, ...(writer && { writer }), ...(takenBack && { takenBack }) };
}

/** As the command line takes it: `ks/flux-system/apps`. */
export function targetText({ kind, namespace, name }: FluxName): string {
  const place = namespace === '' ? name : `${namespace}/${name}`;
  return `${kind === 'Kustomization' ? 'ks' : 'hr'}/${place}`;
}

/** RFC 6901, as `spec.driftDetection.ignore` and `spec.ignore` of Flux want it. */
function pointerTo(path: FieldPath): string {
  return jsonPointer(path.map(String));
}
