// Builds what VS Code loads into dist/; `--production` minifies. What is bundled and why: scripts/bundles.ts.
import { buildBundles } from './scripts/bundles.ts';

await buildBundles({ production: process.argv.includes('--production'), log: (line) => console.log(line) });
