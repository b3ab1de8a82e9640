/** Where this checkout is, for scripts and tests that run from any folder. */
import { dirname } from 'node:path';

/** Absolute path of the folder with `package.json`. */
export const projectRoot: string = dirname(import.meta.dirname);
