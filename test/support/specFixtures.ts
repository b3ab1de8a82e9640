/** Recorded results of Flux's own code, where somebody has put them: tests compare with them, and do without where they are not. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Beside the checkout, unless `DRIFTLINE_FIXTURES` names a folder. */
const folder =
  process.env['DRIFTLINE_FIXTURES'] ?? fileURLToPath(new URL('../../../shared/spec/fixtures/', import.meta.url));

/** Why there are none, `undefined` when there are: what `skip` of a test takes. */
export const fixturesMissing: string | undefined = existsSync(folder)
  ? undefined
  : 'no fixtures: set DRIFTLINE_FIXTURES to a folder that has them';

/** The JSON of a fixture. Check `fixturesMissing` first. */
export function specFixture(name: string): unknown {
  return JSON.parse(readFileSync(join(folder, name), 'utf8'));
}
