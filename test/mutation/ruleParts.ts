/** Which code decides each rule: what is broken to see whether the rule's tests notice. */
import type { RuleId } from '../../src/language/rules.ts';

/** File below `src/`, and names at its top. */
export type CodePart = readonly [file: string, names: readonly string[]];

const imageVerdict = 'language/imageVerdict.ts';
const imageReference = 'language/imageReference.ts';
const tagClass = 'language/tagClass.ts';
const chartVersion = 'language/chartVersion.ts';
const chartVersions = 'language/chartVersions.ts';
const sources = 'language/sourceReferences.ts';
const values = 'language/valuesImages.ts';
const containers = 'language/containerImages.ts';

export const ruleParts: Readonly<Record<RuleId, readonly CodePart[]>> = {
  'image-untagged': [
    [imageVerdict, ['judgeReference', 'verdictOf']],
    [imageReference, ['readImageReference', 'isHost', 'isName']],
    [containers, ['visit', 'isContainerList', 'visitContainers', 'visitVolumes', 'visitField']],
  ],
  'image-latest': [
    [imageVerdict, ['judgeTag', 'verdictOf']],
    [tagClass, ['classifyTag', 'classifyWord']],
    [values, ['imageObject', 'imageString', 'isImageKey', 'isPartOfRepository']],
  ],
  'image-channel': [
    [imageVerdict, ['verdictOf']],
    [tagClass, ['classifyWord', 'classifyExact', 'isPullRequest', 'holdsDate', 'isCommit', 'holdsBuildNumber']],
    [values, ['hasDigest', 'versionBeside', 'isPicture']],
  ],
  'image-invalid': [
    [imageVerdict, ['judgeInvalid', 'judgeDigest', 'judgeReference']],
    [imageReference, ['isDigest', 'isName', 'pathComponent', 'hostPattern', 'tagPattern', 'digestPattern']],
    [values, ['wrongDigestSite']],
    [sources, ['judgeOciTag']],
  ],
  'image-value-changed-by-yaml': [
    ['language/changedValue.ts', ['judgeChangedValue']],
    ['manifests/goScalar.ts', ['readGoScalar', 'exponentOf', 'printFloat', 'readInteger', 'readDate']],
    [values, ['changedTag']],
  ],
  'chart-version-missing': [
    [chartVersions, ['findReleaseChart', 'chartSites', 'findInflatedCharts', 'judgeChartVersion']],
    ['language/validate.ts', ['mayHaveVersion']],
  ],
  'chart-open-range': [
    [chartVersions, ['judgeChartVersion']],
    [chartVersion, ['classifyChartVersion', 'classifySpan', 'readAlternative', 'spanOf']],
  ],
  'chart-range': [
    [chartVersions, ['judgeChartVersion', 'range']],
    [chartVersion, ['classifySpan', 'writtenAsRange', 'isSlip', 'spanOf', 'next', 'compare']],
  ],
  'chart-version-invalid': [
    [chartVersions, ['numberVerdict', 'invalid']],
    [chartVersion, ['readComparison', 'readAlternative', 'intersect', 'maxLength']],
  ],
  'chart-version-ignored': [[chartVersions, ['chartSites', 'ignoredVersion', 'findHelmChart']]],
  'source-no-ref': [[sources, ['findSourceReference', 'sourceSites', 'nothingFollowed', 'siteOf']]],
  'source-oci-latest': [[sources, ['nothingFollowed', 'judgeOciTag', 'isLocal', 'judge']]],
  'source-branch': [
    [sources, ['judge', 'judgeBranch', 'judgeName', 'judgeGitTag', 'followed']],
    ['language/ownership.ts', ['ownershipOf', 'placeOf']],
  ],
  'source-semver-open': [
    [sources, ['judgeRange', 'followed']],
    [chartVersion, ['classifyChartVersion', 'classifySpan']],
  ],
  'source-semver-range': [
    [sources, ['judgeRange', 'judge']],
    [chartVersion, ['classifySpan', 'spanOf']],
  ],
  'source-dead-field': [[sources, ['overruled', 'isAboutMoving', 'gitPrecedence', 'ociPrecedence', 'sourceSites']]],
};
