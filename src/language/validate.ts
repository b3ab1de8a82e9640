/**
 * From candidates to diagnostics, in the light of the whole repository: what a build overrides is no finding, what no
 * build takes in is a hint, and settings have the last word. Cheap enough to be run for all files after each edit.
 */
import { type Diagnostic, DiagnosticSeverity } from 'vscode-languageserver-types';
import { globMatches } from '../manifests/globMatch.ts';
import type { RepositoryIndex } from '../manifests/repositoryIndex.ts';
import type { Severity } from '../settings.ts';
import type { Candidate, Surroundings, Verdict } from './candidate.ts';
import { fluxVariables, substituteVariables } from './imageReference.ts';
import { type KnownOwners, ownershipOf } from './ownership.ts';
import { type RuleId, ruleDocumentation, rules } from './rules.ts';

/** The part of the settings that decides about diagnostics. */
export interface RuleSettings {
  readonly diagnosticsEnabled: boolean;
  readonly ruleSeverity: Readonly<Record<string, Severity>>;
  readonly diagnosticsIgnore: readonly string[];
}

/** Bounded ranges, which somebody who lets a bot look after them has chosen. */
const choices: ReadonlySet<RuleId> = new Set(['chart-range', 'source-semver-range']);

/** Nothing known of the repository: every address is somebody else's. */
const noOwners: KnownOwners = { remotes: [], ownHosts: [] };

export const diagnosticSource = 'Flux';

const severities: Readonly<Record<Exclude<Severity, 'off'>, DiagnosticSeverity>> = {
  error: DiagnosticSeverity.Error,
  warning: DiagnosticSeverity.Warning,
  information: DiagnosticSeverity.Information,
  hint: DiagnosticSeverity.Hint,
};

export interface FileToValidate {
  readonly path: string;
  readonly candidates: readonly Candidate[];
}

/** Without an index (a file that belongs to no folder) only the text itself decides. */
export function validate(
  { path, candidates }: FileToValidate,
  index: RepositoryIndex | undefined,
  settings: RuleSettings,
  owners: KnownOwners = noOwners,
): Diagnostic[] {
  if (!settings.diagnosticsEnabled || candidates.length === 0) {
    return [];
  }
  if (settings.diagnosticsIgnore.some((glob) => globMatches(glob, path)) || index?.isChartTemplate(path) === true) {
    return [];
  }
  const surroundings: Surroundings = { ownership: (url) => ownershipOf(url, owners) };
  const diagnostics: Diagnostic[] = [];
  for (const candidate of candidates) {
    const verdict = judge(candidate, path, { index, surroundings });
    const severity = verdict && severityOf(verdict, settings, index?.mayBeBuilt(path) ?? true);
    const isChoice = verdict && candidate.managed && choices.has(verdict.rule);
    if (verdict && severity !== undefined && isChoice !== true && !candidate.allowed.has(verdict.rule)) {
      diagnostics.push({
        range: candidate.range,
        severity,
        code: verdict.rule,
        codeDescription: { href: ruleDocumentation(verdict.rule) },
        source: diagnosticSource,
        message: verdict.message,
      });
    }
  }
  return diagnostics;
}

/** What no Flux Kustomization builds (`.archive`, `hack`) changes no cluster, whatever it says. */
function severityOf(verdict: Verdict, settings: RuleSettings, built: boolean): DiagnosticSeverity | undefined {
  const { rule, severity } = verdict;
  const set = settings.ruleSeverity[rule] ?? severity ?? rules.find(({ id }) => id === rule)?.severity ?? 'warning';
  return set === 'off' ? undefined : built ? severities[set] : DiagnosticSeverity.Hint;
}

interface Known {
  readonly index: RepositoryIndex | undefined;
  readonly surroundings: Surroundings;
}

function judge(candidate: Candidate, path: string, known: Known): Verdict | undefined {
  const { index } = known;
  if (candidate.inValuesFile && index?.isValuesFile(path) !== true) {
    return undefined;
  }
  if (candidate.patchOf !== undefined && !mayHaveVersion(index?.chartSources(candidate.patchOf))) {
    return undefined;
  }
  const verdict = judgeVariables(candidate, path, known);
  if (!verdict || !candidate.value || !index) {
    return verdict;
  }
  const { kept, replaced } = index.overrides(path, candidate.value);
  if (replaced.length === 0) {
    return verdict;
  }
  return kept.length === 0
    ? undefined
    : { ...verdict, message: `${verdict.message}; ${list(replaced)} overrides it, ${list(kept)} does not` };
}

/** The base decides whether a chart version counts; without one in sight it may. */
function mayHaveVersion(sources: ReadonlySet<string> | undefined): boolean {
  return sources === undefined || sources.size === 0 || sources.has('HelmRepository');
}

/** Judges what the text becomes with the substitutions of the Kustomizations that build it. */
function judgeVariables(candidate: Candidate, path: string, { index, surroundings }: Known): Verdict | undefined {
  const variables = fluxVariables(candidate.text);
  const known = variables.map((variable) => ({ variable, ...index?.substitution(path, variable) }));
  if (known.some(({ unknown }) => unknown === true)) {
    return undefined; // also set from a ConfigMap or Secret, which decides in the cluster
  }
  const [first] = known.flatMap(({ variable, values }) => (values ?? []).map((value) => ({ variable, ...value })));
  if (!first) {
    return candidate.judge(candidate.text, surroundings);
  }
  for (const { by } of known.flatMap(({ values }) => values ?? [])) {
    const valueOf = (name: string): string | undefined =>
      known.find(({ variable }) => variable === name)?.values?.find((value) => value.by === by)?.value;
    const verdict = candidate.judge(substituteVariables(candidate.text, valueOf), surroundings);
    if (verdict) {
      return { ...verdict, message: `${verdict.message}; the value comes from postBuild.substitute of ${by}` };
    }
  }
  return undefined;
}

function list(names: readonly string[]): string {
  const shown = names.slice(0, 3).join(', ');
  return names.length > 3 ? `${shown} and ${names.length - 3} more` : shown;
}
