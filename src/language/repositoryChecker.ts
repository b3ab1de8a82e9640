/**
 * The checks of one repository, kept up to date file by file: holds what each text says and answers with diagnostics.
 * Knows no disk, no editor and no protocol; the server and the command line feed it.
 */
import { createHash } from 'node:crypto';
import { type Diagnostic, DiagnosticSeverity } from 'vscode-languageserver-types';
import { globMatches } from '../manifests/globMatch.ts';
import { RepositoryIndex } from '../manifests/repositoryIndex.ts';
import type { Candidate } from './candidate.ts';
import { inspectFile, type UnreadPart } from './inspectFile.ts';
import { positions } from './positions.ts';
import {
  type ConfigProblem,
  emptyConfig,
  readRepositoryConfig,
  type RepositoryConfig,
  repositoryConfigName,
} from './repositoryConfig.ts';
import { diagnosticSource, type RuleSettings, validate } from './validate.ts';

interface CheckedFile {
  /** Of the text: the same text is not inspected twice. */
  readonly hash: string;
  readonly candidates: readonly Candidate[];
  readonly unread: readonly UnreadPart[];
}

interface OwnConfig {
  readonly config: RepositoryConfig;
  readonly problems: readonly Diagnostic[];
}

interface InheritedConfig {
  readonly config: RepositoryConfig;
  readonly pathThere: (path: string) => string;
}

export class RepositoryChecker {
  readonly #index = new RepositoryIndex();
  readonly #files = new Map<string, CheckedFile>();
  #settings: RuleSettings;
  #remotes: readonly string[] = [];
  #own: OwnConfig | undefined;
  #inherited: InheritedConfig = { config: emptyConfig, pathThere: (path) => path };

  constructor(settings: RuleSettings) {
    this.#settings = settings;
  }

  set settings(settings: RuleSettings) {
    this.#settings = settings;
  }

  /** Whose the repository is; until it is told, every address is somebody else's. */
  set remotes(addresses: readonly string[]) {
    this.#remotes = addresses;
  }

  /**
   * Counts where the repository has no file of its own. `pathThere` is what a path is called in the folder that the
   * configuration is for: its globs count from there.
   */
  inherit(config: RepositoryConfig, pathThere: (path: string) => string = (path) => path): void {
    this.#inherited = { config, pathThere };
  }

  /** Files that are known. */
  get size(): number {
    return this.#files.size;
  }

  /** Takes the newest text of a file; `path` is relative to the repository, with `/`. */
  update(path: string, text: string): void {
    if (path === repositoryConfigName) {
      const { config, problems } = readRepositoryConfig(text);
      this.#own = { config, problems: configDiagnostics(text, problems) };
      return;
    }
    const hash = createHash('sha256').update(text).digest('base64');
    if (this.#files.get(path)?.hash === hash) {
      return;
    }
    const { facts, candidates, unread } = inspectFile(text, path);
    this.#files.set(path, { hash, candidates, unread });
    this.#index.update(path, facts);
  }

  remove(path: string): void {
    if (path === repositoryConfigName) {
      this.#own = undefined;
    }
    this.#files.delete(path);
    this.#index.remove(path);
  }

  /** Known files at or below a folder: a deleted folder is told as one path. */
  below(folder: string): readonly string[] {
    return this.#index.below(folder);
  }

  /** Files that may have diagnostics; for every other file there are none. */
  suspects(): readonly string[] {
    const files = [...this.#files].flatMap(([path, { candidates }]) => (candidates.length > 0 ? [path] : []));
    return this.#own === undefined ? files : [repositoryConfigName, ...files];
  }

  /** True where the people of the repository have agreed not to check the file. */
  isIgnored(path: string): boolean {
    const { ignore } = this.#own?.config ?? this.#inherited.config;
    const called = this.#own ? path : this.#inherited.pathThere(path);
    return ignore.some((glob) => globMatches(glob, called));
  }

  /** Files with a part that could not be judged; templates of charts are no YAML by nature, and not among them. */
  unread(): readonly { readonly path: string; readonly part: UnreadPart }[] {
    return [...this.#files].flatMap(([path, { unread }]) => {
      const part = unread.find(({ inValuesFile }) => !inValuesFile || this.#index.isValuesFile(path));
      return part === undefined || this.isIgnored(path) || this.#index.isChartTemplate(path) ? [] : [{ path, part }];
    });
  }

  diagnostics(path: string): Diagnostic[] {
    if (path === repositoryConfigName) {
      return this.#settings.diagnosticsEnabled ? [...(this.#own?.problems ?? [])] : [];
    }
    const file = this.#files.get(path);
    if (!file) {
      return [];
    }
    if (this.isIgnored(path)) {
      return [];
    }
    const { rules, ownHosts } = this.#own?.config ?? this.#inherited.config;
    const settings: RuleSettings = {
      ...this.#settings,
      ruleSeverity: { ...this.#settings.ruleSeverity, ...rules },
    };
    const owners = { remotes: this.#remotes, ownHosts };
    return validate({ path, candidates: file.candidates }, this.#index, settings, owners);
  }
}

function configDiagnostics(text: string, problems: readonly ConfigProblem[]): Diagnostic[] {
  const position = positions(text);
  return problems.map(({ message, start, end }) => ({
    range: { start: position(start), end: position(end) },
    severity: DiagnosticSeverity.Error,
    code: 'repository-config',
    source: diagnosticSource,
    message,
  }));
}

/** Checks a text that belongs to no repository. */
export function checkText(text: string, path: string, settings: RuleSettings): Diagnostic[] {
  return validate({ path, candidates: inspectFile(text, path).candidates }, undefined, settings);
}
