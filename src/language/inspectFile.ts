/**
 * Everything that one text says by itself: what other files need to know of it, and the values that rules may report.
 * A pure function of text and path; the verdict over the candidates needs the other files and is `validate.ts`.
 */
import { type FileFacts, mayHoldFacts, noFacts, readFileFacts } from '../manifests/fileFacts.ts';
import { isIgnoredPath, isKustomizeFileName } from '../manifests/notAManifest.ts';
import { type Manifest, parseManifests, parseYaml } from '../manifests/parseManifests.ts';
import { nameOf } from '../manifests/repositoryPath.ts';
import type { TextSpan } from '../manifests/yamlNode.ts';
import type { Candidate, Site, Surroundings } from './candidate.ts';
import { findSites, findValuesFileSites, isPlainMap } from './findSites.ts';
import { fluxVariables } from './imageReference.ts';
import { positions } from './positions.ts';
import { allowedRules, isManaged } from './suppression.ts';

export interface Inspection {
  readonly facts: FileFacts;
  readonly candidates: readonly Candidate[];
}

/** `path` is relative to the repository, with `/`. */
export function inspectFile(text: string, path: string): Inspection {
  if (isIgnoredPath(path)) {
    return { facts: noFacts, candidates: [] };
  }
  const file = parseManifests(text, path, isKustomizeFileName(nameOf(path)) ? undefined : mayHoldFacts);
  const facts = readFileFacts(file);
  if (file.generated) {
    return { facts, candidates: [] };
  }
  const position = positions(text);
  const candidates: Candidate[] = [];
  const seen = new Set<number>(); // an anchor that is used twice, or a value that two shapes describe, is one finding
  const add = (site: Site, document: TextSpan, inValuesFile: boolean): void => {
    if (seen.has(site.span.start) || (fluxVariables(site.text).length === 0 && !site.judge(site.text, strangers))) {
      return;
    }
    seen.add(site.span.start);
    const range = { start: position(site.span.start), end: position(site.span.end) };
    candidates.push({
      ...site,
      range,
      allowed: allowedRules(text, site.span, document),
      managed: isManaged(text, site.span),
      inValuesFile,
    });
  };
  for (const manifest of file.manifests) {
    if (isOwnSync(manifest, path)) {
      continue;
    }
    for (const site of findSites(manifest, text)) {
      add(site, manifest.document, false);
    }
  }
  if (file.manifests.length === 0 && mayBeValuesFile(text)) {
    const [values] = parseYaml(text).nodes;
    if (values && isPlainMap(values)) {
      for (const site of findValuesFileSites(values, text)) {
        add(site, { start: 0, end: text.length }, true);
      }
    }
  }
  return { facts, candidates };
}

/** What `flux bootstrap` writes to follow this very repository. */
function isOwnSync({ group }: Manifest, path: string): boolean {
  return group === 'source.toolkit.fluxcd.io' && nameOf(path) === 'gotk-sync.yaml';
}

const maxValuesFile = 300_000;

/** The most that can be said of a value: whose it is turns out later. */
const strangers: Surroundings = { ownership: () => 'thirdParty' };

/** No more than a look: values files are many and hardly ever say `latest`. */
function mayBeValuesFile(text: string): boolean {
  return text.length <= maxValuesFile && !text.includes('apiVersion:') && /image/i.test(text);
}
