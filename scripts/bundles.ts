/**
 * What is bundled from what: the programs of the extension, each one CommonJS file in `dist/`.
 * CommonJS because the extension host requires its extensions; `.cjs` because the package is `"type": "module"`, so that
 * Node runs the sources unbuilt in tests.
 */
import { existsSync } from 'node:fs';
import { chmod, copyFile, mkdir, rm, writeFile } from 'node:fs/promises';
import { join, resolve, sep } from 'node:path';
import { type BuildOptions, type Metafile, type Plugin, build } from 'esbuild';
import { type BuiltEngine, buildEngine, engineObstacle } from './buildEngine.ts';
import { projectRoot } from './projectRoot.ts';

export interface Bundle {
  /** Becomes `dist/NAME.cjs`. */
  readonly name: string;
  /** Source file, relative to the project. */
  readonly entry: string;
  /** Runs in the extension host, where alone `vscode` can be required. */
  readonly inHost: boolean;
  /**
   * Loaded when first needed, by `import('…/entry.ts')` in another bundle: its packages cost hundreds of milliseconds,
   * which activation must not pay.
   */
  readonly lazy: boolean;
  /** Run as a program from a shell. */
  readonly executable?: boolean;
}

export const bundles: readonly Bundle[] = [
  { name: 'extension', entry: 'src/extension.ts', inHost: true, lazy: false },
  { name: 'languageClient', entry: 'src/vscode/languageClient.ts', inHost: true, lazy: true },
  { name: 'findingFixes', entry: 'src/vscode/findingFixes.ts', inHost: true, lazy: true },
  { name: 'operations', entry: 'src/vscode/operations.ts', inHost: true, lazy: true },
  { name: 'rendering', entry: 'src/vscode/rendering.ts', inHost: true, lazy: true },
  { name: 'yaml', entry: 'src/manifests/yamlBundle.ts', inHost: false, lazy: true },
  { name: 'clones', entry: 'src/drift/clonesBundle.ts', inHost: false, lazy: true },
  { name: 'prerequisites', entry: 'src/view/prerequisitesBundle.ts', inHost: false, lazy: true },
  { name: 'kubernetes', entry: 'src/cluster/kubernetes.ts', inHost: false, lazy: true },
  { name: 'podStream', entry: 'src/cluster/podStream.ts', inHost: false, lazy: true },
  { name: 'render', entry: 'src/render/renderBundle.ts', inHost: false, lazy: true },
  { name: 'engineWorker', entry: 'src/render/engineWorker.ts', inHost: false, lazy: false },
  { name: 'server', entry: 'src/server/main.ts', inHost: false, lazy: false },
  { name: 'cli', entry: 'src/cli/main.ts', inHost: false, lazy: false, executable: true },
];

/**
 * Makes `import('./cluster/kubernetes.ts')`, from wherever it stands, a `require('./kubernetes.cjs')` at that moment. The
 * source keeps its types, and unit tests run the same line unbuilt. An import that would pull a lazy program into
 * another bundle fails the build: it would go unnoticed but for the size.
 */
export function lazyBundles(own: Bundle, all: readonly Bundle[] = bundles): Plugin {
  const lazy = new Map(all.filter((bundle) => bundle.lazy).map((bundle) => [join(projectRoot, bundle.entry), bundle]));
  return {
    name: 'lazy-bundles',
    setup(context) {
      context.onResolve({ filter: /^\.{1,2}\/.*\.ts$/ }, (args) => {
        const target = lazy.get(resolve(args.resolveDir, args.path));
        if (target === undefined || target.name === own.name) {
          return undefined;
        }
        if (args.kind !== 'dynamic-import') {
          const text = `${target.entry} is a bundle of its own: use \`import type\`, or \`import()\` where it is needed.`;
          return { errors: [{ text }] };
        }
        return { path: `./${target.name}.cjs`, external: true };
      });
    },
  };
}

/**
 * Tells esbuild that no file of the Kubernetes client acts on import, which its package.json does not say. Without it
 * the classes of every API group stay in: twice the size, and twice the time to load.
 */
function shakeKubernetesClient(): Plugin {
  const client = '@kubernetes/client-node';
  const folder = join('node_modules', ...client.split('/')) + sep;
  const resolving = {};
  return {
    name: 'shake-kubernetes-client',
    setup(context) {
      context.onResolve({ filter: /^@kubernetes\/client-node$/ }, async (args) => {
        if (args.pluginData === resolving) {
          return undefined;
        }
        const { kind, importer, resolveDir } = args;
        const found = await context.resolve(client, { kind, importer, resolveDir, pluginData: resolving });
        return { path: found.path, errors: found.errors, warnings: found.warnings, sideEffects: false };
      });
      // The package writes the endings of its own files, so that they need no search: esbuild's own, asked for through
      // a plugin for ten thousand imports, takes ten seconds.
      context.onResolve({ filter: /^\.{1,2}\/.*\.js$/ }, (args) =>
        args.importer.includes(folder) ? { path: join(args.resolveDir, args.path), sideEffects: false } : undefined,
      );
    },
  };
}

interface BuildParts {
  readonly production: boolean;
  /** Goes into the folder as `engine.wasm`, and its hash into the code that loads it. Absent: the build cannot render. */
  readonly engine?: BuiltEngine;
}

function bundleOptions(bundle: Bundle, { production, engine }: BuildParts, outfile: string) {
  return {
    absWorkingDir: projectRoot,
    entryPoints: [bundle.entry],
    outfile,
    bundle: true,
    format: 'cjs',
    platform: 'node',
    // The extension host of the oldest supported VS Code (1.110).
    target: 'node22',
    external: bundle.inHost ? ['vscode'] : [],
    // `import()` in the extension host goes round the loader that provides `vscode`; as `require` it does not.
    supported: { 'dynamic-import': false },
    define: {
      driftlineEngineSha256: JSON.stringify(engine?.sha256 ?? ''),
      // In a bundle, the folder of the bundle.
      'import.meta.dirname': '__dirname',
    },
    ...(bundle.executable === true ? { banner: { js: '#!/usr/bin/env node' } } : {}),
    plugins: [lazyBundles(bundle), shakeKubernetesClient()],
    minify: production,
    sourcemap: production ? false : 'linked',
    // The licences of what is bundled are in one file, which scripts/package.ts writes.
    legalComments: 'none',
    metafile: true,
    logLevel: 'warning',
  } satisfies BuildOptions;
}

/**
 * Builds every bundle whose entry exists, and writes what went into each to `FOLDER/meta/NAME.json`.
 * Rejects when one fails; esbuild has then printed why.
 */
export async function buildBundles(
  options: BuildParts & {
    readonly log: (line: string) => void;
    /** Default: `dist` of the project, emptied before. */
    readonly folder?: string;
  },
): Promise<ReadonlyMap<string, Metafile>> {
  const folder = options.folder ?? join(projectRoot, 'dist');
  await rm(folder, { recursive: true, force: true });
  await mkdir(join(folder, 'meta'), { recursive: true });
  const present = bundles.filter((bundle) => existsSync(join(projectRoot, bundle.entry)));
  for (const bundle of bundles) {
    if (!present.includes(bundle)) {
      options.log(`Not built: ${bundle.entry} does not exist.`);
    }
  }
  const built = await Promise.all(
    present.map(async (bundle) => {
      const outfile = join(folder, `${bundle.name}.cjs`);
      const { metafile } = await build(bundleOptions(bundle, options, outfile));
      if (bundle.executable === true) {
        await chmod(outfile, 0o755);
      }
      await writeFile(join(folder, 'meta', `${bundle.name}.json`), JSON.stringify(metafile));
      return [bundle.name, metafile] as const;
    }),
  );
  if (options.engine !== undefined) {
    await copyFile(options.engine.wasm, join(folder, 'engine.wasm'));
  }
  return new Map(built);
}

/** The engine for a build of a developer, who may do without it: then says so in one line. Minutes when it is the first time. */
export async function engineIfPossible(log: (line: string) => void): Promise<{ readonly engine?: BuiltEngine }> {
  const obstacle = engineObstacle();
  if (obstacle !== undefined) {
    log(`Built without the render engine, so nothing can be rendered: ${obstacle}`);
    return {};
  }
  return { engine: await buildEngine(log) };
}

/** Bytes of a bundle's code, without its source map. */
export function bundleBytes(metafile: Metafile): number {
  return Object.entries(metafile.outputs)
    .filter(([path]) => path.endsWith('.cjs'))
    .reduce((sum, [, output]) => sum + output.bytes, 0);
}
