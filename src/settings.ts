/**
 * Every setting: key, type, default. The one table that `package.json` is compared with (test/unit/contributions.test.ts).
 * Reads unknown values into a plain object; a value of a wrong type falls back to the default.
 */

export type Severity = 'error' | 'warning' | 'information' | 'hint' | 'off';
const severities: readonly unknown[] = ['error', 'warning', 'information', 'hint', 'off'] satisfies Severity[];

export interface Settings {
  /** Kubeconfig files, merged in order; empty means `KUBECONFIG`, else `~/.kube/config`. */
  readonly kubeconfig: readonly string[];
  /** The context of this folder; empty means the one that was chosen with the command. */
  readonly context: string;
  /** Only these namespaces are listed and watched; empty means all. */
  readonly namespaces: readonly string[];
  /** Refuses every command that would write. */
  readonly readOnly: boolean;
  /** Patterns (`*`) of the names of production contexts: see `confirm`. */
  readonly productionContexts: readonly string[];
  /**
   * What is asked before a write: a question before each, and in production contexts for the object's name (`always`); for the name
   * in production contexts alone; nothing. In doubt about what a write would do it is asked whatever this says.
   */
  readonly confirm: 'always' | 'production' | 'never';
  /** Shows lenses over Flux documents. */
  readonly codeLens: boolean;
  /** Seconds that an object may lag behind its source before it is marked. */
  readonly behindSourceAfter: number;
  /** Checks repository files. */
  readonly diagnosticsEnabled: boolean;
  /** Severity by rule id, over the rule's default. */
  readonly ruleSeverity: Readonly<Record<string, Severity>>;
  /** Globs of files that are not checked. */
  readonly diagnosticsIgnore: readonly string[];
  /** What is compared again without being asked for: nothing, or what was compared once and whose inventory is seen. */
  readonly driftBackground: 'off' | 'visible';
  /** Requests that this may send in any minute, in all. */
  readonly driftRequestsPerMinute: number;
  /** Shows what a comparison has found at the documents of the objects. */
  readonly driftDiagnostics: boolean;
  /** Seconds that one step of rendering may take. */
  readonly renderTimeLimit: number;
  /** Kubernetes version that is rendered for without a cluster; empty means the render engine's own. */
  readonly renderKubernetesVersion: string;
  /** What a cluster would serve (`monitoring.coreos.com/v1`), without one; empty means what Helm assumes. */
  readonly renderApiVersions: readonly string[];
}

/** Keys below `driftline.`, in the order of the settings page. */
export const settingKeys = {
  kubeconfig: 'kubeconfig',
  context: 'context',
  namespaces: 'namespaces',
  readOnly: 'readOnly',
  productionContexts: 'productionContexts',
  confirm: 'confirm',
  codeLens: 'codeLens.enabled',
  behindSourceAfter: 'tree.behindSourceAfter',
  diagnosticsEnabled: 'diagnostics.enabled',
  ruleSeverity: 'rules',
  diagnosticsIgnore: 'diagnostics.ignore',
  driftBackground: 'drift.background',
  driftRequestsPerMinute: 'drift.requestsPerMinute',
  driftDiagnostics: 'drift.diagnostics',
  renderTimeLimit: 'render.timeLimit',
  renderKubernetesVersion: 'render.kubernetesVersion',
  renderApiVersions: 'render.apiVersions',
} as const satisfies Record<keyof Settings, string>;

export const defaultSettings: Settings = {
  kubeconfig: [],
  context: '',
  namespaces: [],
  readOnly: false,
  productionContexts: ['*prod*'],
  confirm: 'production',
  codeLens: true,
  behindSourceAfter: 30,
  diagnosticsEnabled: true,
  ruleSeverity: {},
  diagnosticsIgnore: [],
  driftBackground: 'off',
  driftRequestsPerMinute: 60,
  driftDiagnostics: true,
  renderTimeLimit: 30,
  renderKubernetesVersion: '',
  renderApiVersions: [],
};

/** Seconds: what a repository's own settings ask for must not keep the engine for the rest of the day. */
const longestRender = 600;
/** Ten a second: what a background may take of a cluster that others use. */
const mostRequests = 600;

/** `read` gives the raw value of a key below `driftline.`, `undefined` when unset. */
export function readSettings(read: (key: string) => unknown): Settings {
  const value = <K extends keyof Settings>(name: K, fits: (raw: unknown) => raw is Settings[K]): Settings[K] => {
    const raw = read(settingKeys[name]);
    return fits(raw) ? raw : defaultSettings[name];
  };
  const isBoolean = (raw: unknown): raw is boolean => typeof raw === 'boolean';
  const isString = (raw: unknown): raw is string => typeof raw === 'string';
  const isStrings = (raw: unknown): raw is readonly string[] => Array.isArray(raw) && raw.every(isString);
  return {
    kubeconfig: value('kubeconfig', isStrings),
    context: value('context', isString),
    namespaces: value('namespaces', isStrings),
    readOnly: value('readOnly', isBoolean),
    productionContexts: value('productionContexts', isStrings),
    confirm: value(
      'confirm',
      (raw): raw is Settings['confirm'] => raw === 'always' || raw === 'production' || raw === 'never',
    ),
    codeLens: value('codeLens', isBoolean),
    behindSourceAfter: value(
      'behindSourceAfter',
      (raw): raw is number => typeof raw === 'number' && Number.isFinite(raw) && raw >= 0,
    ),
    diagnosticsEnabled: value('diagnosticsEnabled', isBoolean),
    ruleSeverity: Object.fromEntries(
      Object.entries(asRecord(read(settingKeys.ruleSeverity))).filter((entry): entry is [string, Severity] =>
        severities.includes(entry[1]),
      ),
    ),
    diagnosticsIgnore: value('diagnosticsIgnore', isStrings),
    driftBackground: value('driftBackground', (raw): raw is 'off' | 'visible' => raw === 'off' || raw === 'visible'),
    driftRequestsPerMinute: value(
      'driftRequestsPerMinute',
      (raw): raw is number => typeof raw === 'number' && raw >= 1 && raw <= mostRequests,
    ),
    driftDiagnostics: value('driftDiagnostics', isBoolean),
    renderTimeLimit: value(
      'renderTimeLimit',
      (raw): raw is number => typeof raw === 'number' && raw >= 1 && raw <= longestRender,
    ),
    renderKubernetesVersion: value('renderKubernetesVersion', isString),
    renderApiVersions: value('renderApiVersions', isStrings),
  };
}

function asRecord(raw: unknown): Record<string, unknown> {
  return typeof raw === 'object' && raw !== null && !Array.isArray(raw) ? (raw as Record<string, unknown>) : {};
}
