/**
 * How the view names a command: rows, lenses and messages point at commands by the word that `package.json` has after the
 * prefix. What a command does is not known here.
 */

/** The commands that some text of the view leads to. A test compares them with `package.json`. */
export const viewCommands = [
  'chooseContext',
  'retryConnection',
  'showFailing',
  'clearFilter',
  'whyObject',
  'reconcileObject',
  'reconcileFromRoot',
  'resumeAndReconcile',
  'resetRelease',
  'forceUpgrade',
  'suspendObject',
  'diffObject',
  'diffManifest',
  'resumeObject',
  'stopWaiting',
  'revealObject',
  'lookUpObjects',
  'showApplied',
  'showFollowed',
  'showLog',
  'openInstallGuide',
  'checkPrerequisites',
] as const;

export type ViewCommand = (typeof viewCommands)[number];

/** The id under which VS Code knows the command. */
export function commandId(command: ViewCommand): string {
  return `driftline.${command}`;
}
