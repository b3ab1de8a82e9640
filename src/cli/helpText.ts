/** What `--help` prints. The options come from the table that the parser reads, so that neither forgets one. */
import { type OptionRow, buildOptions } from './buildOptions.ts';

export const mainHelp = `Driftline: what Flux would apply, from files alone.

Usage:
  driftline build PATH|ks/NAME|hr/NAME [options]   render as the Flux controllers would
  driftline help [build]                           show this help, or that of a command
  driftline version                                show the version

Exit codes:
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

function optionLines(rows: readonly OptionRow[]): string {
  const names = rows.map(
    ({ name, short, value }) =>
      `${short === undefined ? '    ' : `-${short}, `}--${name}${value === undefined ? '' : ` ${value}`}`,
  );
  const width = Math.max(...names.map((name) => name.length));
  return rows.map(({ help }, index) => `  ${(names[index] ?? '').padEnd(width)}  ${help}\n`).join('');
}
