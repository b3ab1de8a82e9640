/** What `--help` prints. The options come from the table that the parser reads, so that neither forgets one. */
import { type OptionRow, buildOptions } from './buildOptions.ts';
import { checkOptions } from './checkOptions.ts';
import { diffOptions } from './diffOptions.ts';

export const mainHelp = `Driftline: what Flux would apply, what differs, and what is wrong in the files.

Usage:
  driftline build PATH|ks/NAME|hr/NAME [options]   render as the Flux controllers would
  driftline diff ks/NAME|hr/NAME [options]         what differs from the cluster, or from a commit
  driftline check [DIR] [options]                  findings in the files of a repository
  driftline help [build|check|diff]                show this help, or that of a command
  driftline version                                show the version

Exit codes of build; those of check and diff are in their help:
  0    done
  1    it cannot be rendered; with --diff --exit-code also: something differs
  2    the command line is wrong, or names nothing or several things
  130  interrupted
`;

export const buildHelp = `Renders what the Flux controllers would apply. Uses files alone, unless an option says otherwise.

Usage:
  driftline build PATH     a folder: built as the Flux Kustomization of the repository that has
                           this spec.path; without one, as kustomize alone would build it
                           a file: every Flux Kustomization and HelmRelease that it states
  driftline build ks/NAME  a Flux Kustomization (kustomization/NAME, ks/NAMESPACE/NAME)
  driftline build hr/NAME  a HelmRelease (helmrelease/NAME, hr/NAMESPACE/NAME)

Options:
${optionLines(buildOptions)}
Objects go to stdout, notes and errors to stderr. Values that come from Secrets, and encrypted
ones, are shown as •••.

Examples:
  driftline build ks/apps
  driftline build apps/media/plex.yaml --pull -o json
  driftline build hr/plex -n media --diff origin/main
`;

export const diffHelp = `Says what differs, object by object and field by field. A cluster is asked by dry-runs: nothing is
written.

Usage:
  driftline diff ks/NAME|hr/NAME             drift: what lives against what was applied last
  driftline diff ks/NAME|hr/NAME --path DIR  what the files here would change
  driftline diff --changed                   what uncommitted and unpushed changes would change
  driftline diff --path DIR                  a folder that the cluster has not applied yet: what is
                                             there already, what would be made, what is missing

Options:
${optionLines(diffOptions)}
A dry-run passes admission webhooks and stands in the audit log as a request of yours. Without the
right to patch, fields are compared by who wrote them, which is said to be approximate.
Values that come from Secrets, and encrypted ones, are shown as •••.

Exit codes:
  0    nothing differs
  1    something differs
  2    it could not be compared, or the command line is wrong
  3    something could not be compared and is listed as unknown, unless --allow-unknown is given
  130  interrupted; what was compared by then is printed

Examples:
  driftline diff ks/apps --context homelab
  driftline diff hr/plex -n media --path . --context homelab
  driftline diff --changed
`;

export const checkHelp = `Says what is wrong in the files of a repository: the findings of the editor, for a pipeline. Uses
files alone.

Usage:
  driftline check [DIR]  every YAML file below DIR; default: the folder that you are in

Options:
${optionLines(checkOptions)}
Rules are switched in .driftline.yaml, at the top of DIR or of the repository around it. Findings
go to stdout, all of them whatever --fail-on says; their number goes to stderr.

Exit codes:
  0    nothing of the severity of --fail-on or above
  1    something was found
  2    it could not be checked, or the command line or the configuration is wrong
  130  interrupted

Examples:
  driftline check clusters
  driftline check --format sarif --fail-on error > driftline.sarif
`;

export const helpOf = { driftline: mainHelp, build: buildHelp, check: checkHelp, diff: diffHelp } as const;

function optionLines(rows: readonly OptionRow[]): string {
  const names = rows.map(
    ({ name, short, value }) =>
      `${short === undefined ? '    ' : `-${short}, `}--${name}${value === undefined ? '' : ` ${value}`}`,
  );
  const width = Math.max(...names.map((name) => name.length));
  return rows.map(({ help }, index) => `  ${(names[index] ?? '').padEnd(width)}  ${help}\n`).join('');
}
