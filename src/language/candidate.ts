/**
 * A value that a rule may report, with all that is needed to decide once other files are known. Made from one text alone,
 * so that an edit elsewhere costs a decision and not a parse.
 */
import type { Range } from 'vscode-languageserver-types';
import type { BuildValue } from '../manifests/repositoryIndex.ts';
import type { TextSpan } from '../manifests/yamlNode.ts';
import type { Severity } from '../settings.ts';
import type { Ownership } from './ownership.ts';
import type { RuleId } from './rules.ts';

export interface Verdict {
  readonly rule: RuleId;
  /** A sentence without end stop, fit to be continued with `;`. */
  readonly message: string;
  /** Less or more than the rule's default, for what is known of this case; a setting for the rule still wins. */
  readonly severity?: Exclude<Severity, 'off'>;
}

/** What decides beside the text: the repository that it stands in. */
export interface Surroundings {
  /** Whose repository or registry an address belongs to. */
  ownership(url: string): Ownership;
}

/** What a rule family finds in a manifest, in offsets of the text that it was given. */
export interface Site {
  /** What is underlined: the value, or the nearest thing where it is missing. */
  readonly span: TextSpan;
  /** The value as written, variables included. */
  readonly text: string;
  /** Judges the value, or what it becomes once variables are filled in. */
  judge(text: string, surroundings: Surroundings): Verdict | undefined;
  /** How a build may replace the value; `undefined` when it cannot. */
  readonly value: BuildValue | undefined;
  /** A patch of this HelmRelease: the value counts only if the release's chart comes from a Helm repository. */
  readonly patchOf?: string;
}

export interface Candidate extends Omit<Site, 'span'> {
  readonly range: Range;
  /** Rules that a comment allows here. */
  readonly allowed: ReadonlySet<RuleId>;
  /** A comment of Renovate stands beside it: that it moves within bounds is somebody's choice. */
  readonly managed: boolean;
  /** Counts only if the file is linked as values of a HelmRelease. */
  readonly inValuesFile: boolean;
}
