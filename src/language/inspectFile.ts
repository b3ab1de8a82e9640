/**
 * Everything that one text says by itself: what other files need to know of it, and the values that rules may report.
 * A pure function of text and path; the verdict over the candidates needs the other files and is `validate.ts`.
 */
import { type FileFacts, mayHoldFacts, noFacts, readFileFacts } from '../manifests/fileFacts.ts';
import { isIgnoredPath, isKustomizeFileName } from '../manifests/notAManifest.ts';
import { type Manifest, type ManifestProblem, parseManifests, parseYaml } from '../manifests/parseManifests.ts';
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
  readonly unread: readonly UnreadPart[];
}

/** A document that could not be judged. */
export interface UnreadPart {
  /** From 0. */
  readonly line: number;
  readonly message: string;
  /** Only where the file turns out to hold Helm values: any other text is none of ours. */
  readonly inValuesFile: boolean;
}

/** `path` is relative to the repository, with `/`. */
export function inspectFile(text: string, path: string): Inspection {
  if (isIgnoredPath(path)) {
    return { facts: noFacts, candidates: [], unread: [] };
  }
  const file = parseManifests(text, path, isKustomizeFileName(nameOf(path)) ? undefined : mayHoldFacts);
  const facts = readFileFacts(file);
  if (file.generated) {
    return { facts, candidates: [], unread: [] };
  }
  const position = positions(text);
  const candidates: Candidate[] = [];
  const unread: UnreadPart[] = [];
  const leaveOut = (problems: readonly ManifestProblem[], inValuesFile: boolean): void =>
    problems.forEach(({ message, start }) => unread.push({ line: position(start).line, message, inValuesFile }));
  leaveOut(file.problems, false);
  // An anchor that is used twice, or a value that two shapes describe, is one finding; all of a quoted patch has one place.
  const seen = new Set<string>();
  const add = (site: Site, document: TextSpan, inValuesFile: boolean): void => {
    const place = `${site.span.start} ${site.text}`;
    if (seen.has(place) || (fluxVariables(site.text).length === 0 && !site.judge(site.text, strangers))) {
      return;
    }
    seen.add(place);
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
    const { nodes, problems } = parseYaml(text);
    leaveOut(problems, true);
    const [values] = nodes;
    if (values && isPlainMap(values)) {
      for (const site of findValuesFileSites(values, text)) {
        add(site, { start: 0, end: text.length }, true);
      }
    }
  }
  return { facts, candidates, unread };
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
