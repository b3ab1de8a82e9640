/**
 * Finds the version of Flux itself where Flux Operator installs it: a range over the versions that the operator knows
 * (pinning 2.2). A range within one minor version is the documented way and no finding.
 */
import type { ManifestPath } from '../manifests/manifestPath.ts';
import type { Manifest } from '../manifests/parseManifests.ts';
import { plainText, valueAt } from '../manifests/yamlNode.ts';
import type { Site, Verdict } from './candidate.ts';
import { classifyChartVersion } from './chartVersion.ts';
import { numberVerdict } from './chartVersions.ts';
import { withDefaults } from './imageReference.ts';

/** `path` leads to the map that holds `distribution`: `spec` of a FluxInstance, `instance` in the values of its chart. */
export function findFluxVersion({ root, kind, name }: Manifest, path: readonly string[]): Site[] {
  const place: ManifestPath = [...path, 'distribution', 'version'];
  const node = valueAt(root, ...path, 'distribution', 'version');
  const text = plainText(node);
  // The values of the chart are free; the field of a FluxInstance is text.
  const number = path.length === 1 ? numberVerdict(node) : undefined;
  const judge = (resolved: string): Verdict | undefined => number ?? judgeFluxVersion(resolved);
  return node && text !== undefined && text !== ''
    ? [{ span: node, text, judge, value: { kind, name, places: [place], image: undefined } }]
    : [];
}

function judgeFluxVersion(text: string): Verdict | undefined {
  const resolved = withDefaults(text);
  switch (resolved === undefined ? undefined : classifyChartVersion(resolved)) {
    case 'any':
    case 'open':
    case 'open-pre':
      return {
        rule: 'source-semver-open',
        severity: 'information',
        message: `${resolved ?? text} lets every version of Flux in that a newer operator brings, the next major too`,
      };
    case 'major':
      return {
        rule: 'source-semver-range',
        severity: 'hint',
        message: `${resolved ?? text} lets every minor version of Flux in that a newer operator brings`,
      };
    case 'invalid':
      return {
        rule: 'chart-version-invalid',
        message: `${resolved ?? text} is not a version or range that Flux Operator understands: nothing is installed`,
      };
    case 'empty':
      return {
        rule: 'chart-version-invalid',
        message: `${resolved ?? text} lets no version of Flux in: nothing is installed`,
      };
    default:
      return undefined;
  }
}
