// Builds what VS Code loads into dist/; `--production` minifies. What is bundled and why: scripts/bundles.ts.
import { buildBundles, engineIfPossible } from './scripts/bundles.ts';

const log = (line) => console.log(line);
const production = process.argv.includes('--production');
await buildBundles({ production, log, ...(await engineIfPossible(log)) });
