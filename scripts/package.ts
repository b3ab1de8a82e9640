/** `npm run package`: the .vsix and the npm package of the command line program, in `out/`. */
import { join } from 'node:path';
import { packageCli } from './packageCli.ts';
import { packageExtension } from './packageExtension.ts';
import { projectRoot } from './projectRoot.ts';

try {
  const log = (line: string): void => console.log(line);
  await packageExtension(log);
  log(await packageCli(join(projectRoot, 'dist'), join(projectRoot, 'out')));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
