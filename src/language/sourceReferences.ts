/**
 * Finds what a Flux source follows: the one field of `spec.ref` that counts, and those that it overrules (pinning 2.2).
 * Precedence is that of the controllers' code, which is not always that of the documentation.
 */
import type { ManifestPath } from '../manifests/manifestPath.ts';
import type { Manifest } from '../manifests/parseManifests.ts';
import { isUnset, plainText, stringAt, valueAt, type YamlNode } from '../manifests/yamlNode.ts';
import type { Site, Surroundings, Verdict } from './candidate.ts';
import { classifyChartVersion } from './chartVersion.ts';
import { numberVerdict } from './chartVersions.ts';
import { withDefaults } from './imageReference.ts';
import type { Ownership } from './ownership.ts';
import type { RuleId } from './rules.ts';
import { classifyTag } from './tagClass.ts';

/** Highest first. fluxcd/pkg git/gogit/client.go, Clone: a tag wins over semver, whatever the documentation says. */
const gitPrecedence = ['commit', 'name', 'tag', 'semver', 'branch'] as const;
/** Highest first. source-controller ocirepository_controller.go, getArtifactRef. */
const ociPrecedence = ['digest', 'semver', 'tag'] as const;

type RefField = (typeof gitPrecedence)[number] | (typeof ociPrecedence)[number];

interface Source {
  readonly manifest: Manifest;
  /** With the defaults of its variables; `undefined` in a patch, which says nothing of whose the source is. */
  readonly url: string | undefined;
  readonly precedence: readonly RefField[];
}

/** Nothing for kinds without a version of their own: Bucket, HelmRepository, ExternalArtifact. */
export function findSourceReference(manifest: Manifest): Site[] {
  const precedence =
    manifest.kind === 'GitRepository' ? gitPrecedence : manifest.kind === 'OCIRepository' ? ociPrecedence : undefined;
  const url = stringAt(manifest.root, 'spec', 'url');
  return precedence ? sourceSites({ manifest, url: url && (withDefaults(url) ?? url), precedence }) : [];
}

function sourceSites(source: Source): Site[] {
  const { manifest, precedence } = source;
  const ref = valueAt(manifest.root, 'spec', 'ref');
  const set = precedence.flatMap((field) => {
    const node = valueAt(ref, field);
    return node && !isUnset(node) ? [{ field, node }] : [];
  });
  const [first, ...others] = set;
  return first
    ? [followed(source, first.field, first.node), ...others.flatMap((other) => overruled(source, first.field, other))]
    : nothingFollowed(source);
}

function nothingFollowed(source: Source): Site[] {
  const span = valueAt(source.manifest.root, 'spec', 'url');
  const { kind, name } = source.manifest;
  if (!span || source.url === undefined) {
    return []; // a patch: the base says the rest
  }
  if (kind === 'OCIRepository' && isLocal(source.url)) {
    return [];
  }
  const verdict: Verdict =
    kind === 'GitRepository'
      ? {
          rule: 'source-no-ref',
          message: `${name} has no ref: it follows the branch master, and every push is applied`,
        }
      : {
          rule: 'source-oci-latest',
          message: `${name} has no ref: it follows the tag latest, and every push is applied`,
        };
  return [siteOf(source, span, '', 'any', () => verdict)];
}

function followed(source: Source, field: RefField, node: YamlNode): Site {
  return siteOf(source, node, plainText(node) ?? '', field, (text, ownership) => {
    const resolved = withDefaults(text);
    const number = field === 'semver' ? numberVerdict(node) : undefined;
    if (number) {
      return number;
    }
    return resolved === undefined || resolved === '' ? undefined : judge(source, field, resolved, ownership);
  });
}

function judge({ manifest, url }: Source, field: RefField, text: string, ownership: Ownership): Verdict | undefined {
  const isGit = manifest.kind === 'GitRepository';
  switch (field) {
    case 'semver':
      return judgeRange(text);
    case 'branch':
      return judgeBranch(text, ownership);
    case 'name':
      return judgeName(text, ownership);
    case 'tag':
      return isGit ? judgeGitTag(text) : judgeOciTag(text, url ?? '');
    default:
      return undefined; // a commit or a digest is the best pin there is
  }
}

function judgeRange(text: string): Verdict | undefined {
  const rule = 'source-semver-open';
  switch (classifyChartVersion(text)) {
    case 'any':
      return { rule, message: `${text} lets every version in: the next major is applied without a commit` };
    case 'open':
      return { rule, message: `${text} has no upper end: the next major is applied without a commit` };
    case 'open-pre':
      return {
        rule,
        message: `${text} has no upper end and lets pre-releases in: whatever comes next is applied without a commit`,
      };
    case 'major':
    case 'minor':
    case 'range':
      return {
        rule: 'source-semver-range',
        message: `${text} lets several versions in: the newest is applied without a commit`,
      };
    case 'invalid':
      return {
        rule: 'chart-version-invalid',
        message: `${text} is not a version or range that Flux understands: the source is never ready`,
      };
    case 'empty':
      return { rule: 'chart-version-invalid', message: `${text} lets no version in: the source is never ready` };
    default:
      return undefined;
  }
}

function judgeBranch(branch: string, ownership: Ownership): Verdict {
  const looksLikeTag = classifyTag(branch) === 'exact-version';
  const message = looksLikeTag
    ? `${branch} looks like a tag, but branch only finds branches: every push to it is applied`
    : `${branch} is a branch: every push to it is applied without a commit here`;
  return { rule: 'source-branch', message, ...(ownership === 'sameOwner' ? { severity: 'hint' } : {}) };
}

/** A name is a whole Git reference; a tag's is as good as the tag. */
function judgeName(name: string, ownership: Ownership): Verdict | undefined {
  if (name.startsWith('refs/tags/')) {
    return judgeGitTag(name.slice('refs/tags/'.length));
  }
  return judgeBranch(name.replace(/^refs\/heads\//, ''), ownership);
}

function judgeGitTag(tag: string): Verdict | undefined {
  const tagClass = classifyTag(tag);
  return tagClass === 'channel' || tagClass === 'latest'
    ? { rule: 'source-branch', message: `the tag ${tag} names no version: whoever moves it changes what is applied` }
    : undefined;
}

function judgeOciTag(tag: string, url: string): Verdict | undefined {
  const message = `the tag ${tag} names no version: every push to it is applied without a commit here`;
  if (tag.includes('+')) {
    // source-controller maps the underscore back to a plus where it reads the chart's version.
    const good = tag.replaceAll('+', '_');
    return { rule: 'image-invalid', message: `${tag} is no tag that a registry accepts: write ${good}` };
  }
  switch (isLocal(url) ? undefined : classifyTag(tag)) {
    case 'latest':
      return { rule: 'source-oci-latest', message };
    case 'channel':
    case 'pull-request':
      return { rule: 'source-oci-latest', message, severity: 'information' };
    default:
      return undefined;
  }
}

/** A registry of this machine or of the cluster: what is pushed there is pushed by whoever works with it. */
function isLocal(url: string): boolean {
  return /^oci:\/\/(?:localhost|127\.\d+\.\d+\.\d+|\[::1\]|[^/:]+\.svc(?:\.[^/:]+)*|[^/.:]+)(?::\d+)?\//.test(url);
}

function overruled(source: Source, by: RefField, { field, node }: { field: RefField; node: YamlNode }): Site[] {
  const isGit = source.manifest.kind === 'GitRepository';
  // A commit is found faster below its branch, and a tag beside a digest tells people what it is.
  const means = isGit ? field !== 'branch' : !(by === 'digest' && field === 'tag');
  const although = isGit && by === 'tag' && field === 'semver' ? ', although Flux’s documentation says otherwise' : '';
  const message = `${field} has no effect: ${by} decides${although}`;
  return means ? [siteOf(source, node, '', field, () => ({ rule: 'source-dead-field', message }))] : [];
}

/** What has no effect or cannot be read is wrong whoever the source belongs to. */
function isAboutMoving(rule: RuleId): boolean {
  return rule !== 'source-dead-field' && rule !== 'image-invalid' && rule !== 'chart-version-invalid';
}

/** What this very repository provides is its own matter, whatever it follows. */
function siteOf(
  { manifest, url, precedence }: Source,
  span: YamlNode,
  text: string,
  field: RefField | 'any',
  verdictOf: (text: string, ownership: Ownership) => Verdict | undefined,
): Site {
  const { kind, name } = manifest;
  const reach = field === 'any' ? precedence : precedence.slice(0, precedence.indexOf(field) + 1);
  const places = reach.map((step): ManifestPath => ['spec', 'ref', step]);
  const ownershipIn = (surroundings: Surroundings): Ownership =>
    url === undefined || withDefaults(url) === undefined ? 'sameOwner' : surroundings.ownership(url);
  return {
    span,
    text,
    judge: (resolved, surroundings) => {
      const ownership = ownershipIn(surroundings);
      const verdict = verdictOf(resolved, ownership);
      return ownership === 'own' && verdict && isAboutMoving(verdict.rule) ? undefined : verdict;
    },
    value: { kind, name, places, image: undefined },
  };
}
