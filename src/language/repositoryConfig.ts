/**
 * `.driftline.yaml` at the top of a repository: what its people have agreed on, for the editor and for the command line
 * alike. Text to settings and to what is wrong in it; reads no file and reports nothing itself.
 */
import { findDuplicateKey, parseYaml } from '../manifests/parseManifests.ts';
import {
  asMap,
  itemsOf,
  plainText,
  stringOf,
  type TextSpan,
  type YamlEntry,
  type YamlNode,
} from '../manifests/yamlNode.ts';
import type { Severity } from '../settings.ts';
import { isRuleId, rules, type RuleId } from './rules.ts';

export const repositoryConfigName = '.driftline.yaml';

export interface RepositoryConfig {
  /** Wins over the settings of the editor. */
  readonly rules: Readonly<Partial<Record<RuleId, Severity>>>;
  /** Globs of files that are not checked, beside those of the settings. */
  readonly ignore: readonly string[];
  /** Owners that count as one's own: `github.com/example`, or a whole host. */
  readonly ownHosts: readonly string[];
  /** Of the clusters that the repository is for, as `2.7`; no rule of this version asks for it. */
  readonly fluxVersion: string | undefined;
}

export interface ConfigProblem extends TextSpan {
  readonly message: string;
}

export const emptyConfig: RepositoryConfig = { rules: {}, ignore: [], ownHosts: [], fluxVersion: undefined };

const severities: readonly string[] = ['off', 'hint', 'information', 'warning', 'error'] satisfies Severity[];

/** What fits is taken, the rest is a problem: a slip in one line turns no other off. */
export function readRepositoryConfig(text: string): {
  readonly config: RepositoryConfig;
  readonly problems: readonly ConfigProblem[];
} {
  const { nodes, problems: unread } = parseYaml(text);
  const problems: ConfigProblem[] = unread.map(({ message, start, end }) => ({ message, start, end }));
  const [node, second] = nodes;
  const fail = (at: TextSpan, message: string): void => void problems.push({ message, start: at.start, end: at.end });
  if (second) {
    fail(second, 'Only the first document counts.');
  }
  // The second `rules:` would take the place of the first without a word.
  const twice = problems.length > 0 ? undefined : findDuplicateKey(text);
  if (twice !== undefined) {
    const [key] = /^[^\s:,}]*/.exec(text.slice(twice)) ?? [''];
    fail({ start: twice, end: twice + key.length }, `${key} stands here twice: only the last one would count.`);
  }
  const map = asMap(node);
  if (node && !map && !isNothing(node)) {
    fail(node, 'This file holds keys and their values: rules, ignore, ownHosts, fluxVersion.');
  }
  let config = emptyConfig;
  for (const entry of map?.entries.values() ?? []) {
    config = { ...config, ...readEntry(entry, fail) };
  }
  return { config, problems };
}

type Fail = (at: TextSpan, message: string) => void;

function readEntry({ key, keySpan, value }: YamlEntry, fail: Fail): Partial<RepositoryConfig> {
  switch (key) {
    case 'rules':
      return { rules: readRules(value, fail) };
    case 'ignore':
      return { ignore: readTexts(key, value, fail) };
    case 'ownHosts':
      return { ownHosts: readTexts(key, value, fail) };
    case 'fluxVersion': {
      const version = plainText(value);
      if (version === undefined || !/^v?\d+\.\d+(?:\.\d+)?$/.test(version)) {
        fail(value, 'fluxVersion is a version such as 2.7.');
        return {};
      }
      return { fluxVersion: version.replace(/^v/, '') };
    }
    default:
      fail(keySpan, `There is no key ${key}; there are rules, ignore, ownHosts and fluxVersion.`);
      return {};
  }
}

function readRules(node: YamlNode, fail: Fail): RepositoryConfig['rules'] {
  const found: Partial<Record<RuleId, Severity>> = {};
  const map = asMap(node);
  if (!map && !isNothing(node)) {
    fail(node, 'rules has the id of a rule as key and its severity as value.');
  }
  for (const { key, keySpan, value } of map?.entries.values() ?? []) {
    // `off` is a boolean to some writers of YAML, and means what it says.
    const severity = stringOf(value) ?? (value.type === 'scalar' && value.value === false ? 'off' : undefined);
    if (!isRuleId(key)) {
      fail(keySpan, `There is no rule ${key}; there are ${rules.map(({ id }) => id).join(', ')}.`);
    } else if (!isSeverity(severity)) {
      fail(value, `The severity of ${key} is one of ${severities.join(', ')}.`);
    } else {
      found[key] = severity;
    }
  }
  return found;
}

/** A key whose lines are all commented out. */
function isNothing(node: YamlNode): boolean {
  return node.type === 'scalar' && node.value === null;
}

function isSeverity(text: string | undefined): text is Severity {
  return text !== undefined && severities.includes(text);
}

function readTexts(key: string, node: YamlNode, fail: Fail): string[] {
  if (node.type !== 'list' && !isNothing(node)) {
    fail(node, `${key} is a list of texts.`);
  }
  return itemsOf(node).flatMap((item) => {
    const text = stringOf(item);
    if (text === undefined || text === '') {
      fail(item, `${key} is a list of texts.`);
    }
    return text === undefined || text === '' ? [] : [text];
  });
}
