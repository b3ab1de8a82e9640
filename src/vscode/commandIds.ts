/**
 * The ids of all commands, as `package.json` declares them: `driftline.<verb><Object>`.
 * A test compares both sides; nothing else in the code spells an id out.
 */
export const commandIds = {
  chooseContext: 'driftline.chooseContext',
  retryConnection: 'driftline.retryConnection',
  refreshCluster: 'driftline.refreshCluster',
  groupObjects: 'driftline.groupObjects',
  filterObjects: 'driftline.filterObjects',
  clearFilter: 'driftline.clearFilter',
  showFailing: 'driftline.showFailing',
  findObject: 'driftline.findObject',
  reconcileObject: 'driftline.reconcileObject',
  reconcileObjectWithSource: 'driftline.reconcileObjectWithSource',
  reconcileFromRoot: 'driftline.reconcileFromRoot',
  resumeAndReconcile: 'driftline.resumeAndReconcile',
  resetRelease: 'driftline.resetRelease',
  suspendObject: 'driftline.suspendObject',
  resumeObject: 'driftline.resumeObject',
  forceUpgrade: 'driftline.forceUpgrade',
  stopWaiting: 'driftline.stopWaiting',
  openLiveObject: 'driftline.openLiveObject',
  copyManifest: 'driftline.copyManifest',
  copyName: 'driftline.copyName',
  copyCommand: 'driftline.copyCommand',
  openFile: 'driftline.openFile',
  revealObject: 'driftline.revealObject',
  lookUpObjects: 'driftline.lookUpObjects',
  fetchCommit: 'driftline.fetchCommit',
  showApplied: 'driftline.showApplied',
  showEffectiveValues: 'driftline.showEffectiveValues',
  showVariables: 'driftline.showVariables',
  pullChart: 'driftline.pullChart',
  diffObject: 'driftline.diffObject',
  diffManifest: 'driftline.diffManifest',
  diffRawDocument: 'driftline.diffRawDocument',
  chooseComparison: 'driftline.chooseComparison',
  whatWouldThisChangeDo: 'driftline.whatWouldThisChangeDo',
  compareFolder: 'driftline.compareFolder',
  reconcileShown: 'driftline.reconcileShown',
  forceShown: 'driftline.forceShown',
  copyLiveValue: 'driftline.copyLiveValue',
  ignoreField: 'driftline.ignoreField',
  detectDrift: 'driftline.detectDrift',
  whyObject: 'driftline.whyObject',
  refreshAnswer: 'driftline.refreshAnswer',
  followCommit: 'driftline.followCommit',
  stopFollowing: 'driftline.stopFollowing',
  showFollowed: 'driftline.showFollowed',
  reconcileFollowed: 'driftline.reconcileFollowed',
  fetchFollowed: 'driftline.fetchFollowed',
  showLog: 'driftline.showLog',
  openWalkthrough: 'driftline.openWalkthrough',
  openInstallGuide: 'driftline.openInstallGuide',
  checkPrerequisites: 'driftline.checkPrerequisites',
} as const;

export type CommandName = keyof typeof commandIds;

/** The commands that load what renders. */
export type RenderCommand = 'showApplied' | 'showEffectiveValues' | 'showVariables' | 'pullChart';

/** The commands that compare with a cluster; they load the same. */
export type DiffCommand =
  'diffObject' | 'diffManifest' | 'diffRawDocument' | 'chooseComparison' | 'reconcileShown' | 'forceShown';

/** The commands about a whole change; they load the same. */
export type ChangeCommand = 'whatWouldThisChangeDo' | 'compareFolder';

/** The commands that change files for what a comparison has found; they load the same too. */
export type FieldCommand = 'copyLiveValue' | 'ignoreField' | 'detectDrift';

/** The commands that lead from a row to a file and back; they load `operations.ts`. */
export type PlaceCommand = 'openFile' | 'revealObject';

/** The commands about the commit that is followed; they load `operations.ts`. */
export type FollowCommand = 'followCommit' | 'stopFollowing' | 'showFollowed' | 'reconcileFollowed' | 'fetchFollowed';

/** The commands that say why an object is not ready; they load `operations.ts`. */
export type WhyCommand = 'whyObject' | 'refreshAnswer';

/** The commands that do something with objects of a cluster; they load `operations.ts`. */
export type OperationCommand =
  | FollowCommand
  | PlaceCommand
  | WhyCommand
  | 'reconcileObject'
  | 'reconcileObjectWithSource'
  | 'reconcileFromRoot'
  | 'resumeAndReconcile'
  | 'resetRelease'
  | 'forceUpgrade'
  | 'suspendObject'
  | 'resumeObject';

/** The commands that change a cluster: hidden and refused in a read-only window. */
export const writingCommands = [
  'reconcileObject',
  'reconcileObjectWithSource',
  'reconcileFromRoot',
  'resumeAndReconcile',
  'resetRelease',
  'forceUpgrade',
  'suspendObject',
  'resumeObject',
  'reconcileFollowed',
  'reconcileShown',
  'forceShown',
] as const satisfies readonly CommandName[];
