/** The files of a part of the tests, and how many tests they declare. */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../scripts/projectRoot.ts';

/** All `*.test.ts` below a folder of the project, absolute and sorted; none when there is no such folder. */
export function testFiles(folder: string): string[] {
  const path = join(projectRoot, folder);
  if (!existsSync(path)) {
    return [];
  }
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.test.ts'))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

/**
 * How many tests the files declare, by their text: a loop that makes many counts as one. For tests that cannot run here,
 * whose true number nobody knows.
 */
export function declaredTests(files: readonly string[]): number {
  return files
    .map((file) => [...readFileSync(file, 'utf8').matchAll(/^\s*(?:await )?(?:it|test)\(/gm)].length)
    .reduce((sum, count) => sum + count, 0);
}
