/**
 * Findings as SARIF 2.1.0, which code scanning of GitHub, GitLab and Azure reads (docs.oasis-open.org/sarif/sarif/v2.1.0).
 * A pure function of the findings and the table of rules.
 */
import { ruleDocumentation, rules } from '../language/rules.ts';
import type { Finding } from './checkFolder.ts';

/** SARIF knows three levels; what is less than a warning is a note. */
const levelOf = { error: 'error', warning: 'warning', information: 'note', hint: 'note' } as const;

/** `folder`: where the findings' folder is in its repository, with `/`; code scanning looks for files from the top. */
export function findingsAsSarif(findings: readonly Finding[], folder: string, version: string): unknown {
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'Driftline',
            version,
            informationUri: 'https://github.com/driftline/driftline',
            rules: rules.map(({ id, severity, title, help }) => ({
              id,
              shortDescription: { text: title },
              fullDescription: { text: help },
              help: { text: help, markdown: `${help}\n\n[${id}](${ruleDocumentation(id)})` },
              helpUri: ruleDocumentation(id),
              defaultConfiguration: severity === 'off' ? { enabled: false } : { level: levelOf[severity] },
            })),
          },
        },
        columnKind: 'utf16CodeUnits',
        originalUriBaseIds: {
          SRCROOT: { description: { text: 'The top of the repository; without one, the folder that was checked.' } },
        },
        results: findings.map((finding) => resultOf(finding, folder)),
      },
    ],
  };
}

function resultOf(finding: Finding, folder: string): unknown {
  const { line, column, endLine, endColumn, severity, rule, message } = finding;
  const file = folder === '' ? finding.file : `${folder}/${finding.file}`;
  return {
    ruleId: rule,
    ruleIndex: rules.findIndex(({ id }) => id === rule),
    level: levelOf[severity],
    message: { text: message },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: file.split('/').map(encodeURIComponent).join('/'), uriBaseId: 'SRCROOT' },
          region: { startLine: line, startColumn: column, endLine, endColumn },
        },
      },
    ],
  };
}
