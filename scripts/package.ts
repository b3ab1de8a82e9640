/** `npm run package`: the .vsix in `out/`. */
import { packageExtension } from './packageExtension.ts';

try {
  await packageExtension((line) => console.log(line));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
