/** The UI part of `npm test`: the packaged extension in a real VS Code, one window at a time. */
import { packageExtension } from '../../scripts/packageExtension.ts';
import { ensureHost, newestHost } from '../../scripts/vscodeHost.ts';
import type { HostVersion } from '../../scripts/vscodeHost.ts';
import type { Counts } from '../counts.ts';
import { runNodeTests } from '../nodeTests.ts';
import { testFiles } from '../testFiles.ts';

export interface UiRunOptions {
  /** Default: the newest. */
  readonly version?: HostVersion;
  readonly chromium: string;
  readonly grep?: string;
  readonly print: (line: string) => void;
  readonly signal: AbortSignal;
}

export async function runUiTests(options: UiRunOptions): Promise<Counts> {
  const version = options.version ?? newestHost;
  await ensureHost(version, options.print);
  const vsix = await packageExtension(options.print);
  const { grep } = options;
  return runNodeTests({
    files: testFiles('test/ui'),
    // A window takes both cores of a small machine for seconds; two would only make each other late.
    concurrency: 1,
    timeoutMs: 900_000,
    progress: true,
    env: { DRIFTLINE_VSIX: vsix, DRIFTLINE_VSCODE: version, CHROMIUM: options.chromium },
    print: options.print,
    signal: options.signal,
    ...(grep === undefined ? {} : { grep }),
  });
}
