/** How long the checks take: all corpora from nothing, one edited file among them, and from a key to what is shown. */
import { join } from 'node:path';
import { buildBundles } from '../../scripts/bundles.ts';
import { projectRoot } from '../../scripts/projectRoot.ts';
import { DiskRepository } from '../../src/manifests/diskRepository.ts';
import { fluxDocuments } from '../../src/manifests/fluxDocuments.ts';
import { RepositoryChecker } from '../../src/language/repositoryChecker.ts';
import { corporaMissing, unpackCorpora } from '../support/corpora.ts';
import { defaultRules } from '../support/expectedDiagnostics.ts';
import { type BenchResult, median } from './benchRow.ts';
import { checkRows } from './checkProcess.ts';
import { typingRows } from './typing.ts';

const runs = 5;

interface Texts {
  readonly path: string;
  readonly text: string;
}

/** Medians. Reading from disk is not counted. */
export async function languageBench(): Promise<BenchResult> {
  if (corporaMissing !== undefined) {
    return { skipped: corporaMissing };
  }
  const corpora = await unpackCorpora();
  try {
    const repositories = await Promise.all([...corpora.folders.values()].map(readAll));
    const files = repositories.reduce((sum, repository) => sum + repository.length, 0);
    const full = [];
    for (let run = 0; run < runs; run += 1) {
      full.push(time(() => repositories.forEach(checkAll)));
    }
    const [largest = []] = repositories.toSorted((a, b) => b.length - a.length);
    const edited = editTimes(largest);
    const lenses = largest.map(({ text }) => time(() => fluxDocuments(text)));
    const built = join(corpora.root, '.built');
    await buildBundles({ production: true, folder: built, log: () => undefined });
    return {
      rows: [
        ...(await checkRows(join(built, 'cli.cjs'), corpora.root, projectRoot)),
        ...(await typingRows(join(built, 'server.cjs'), corpora.folders.get('flux-talos')!)),
        { name: 'files of the six corpora', value: files, unit: 'files', runs: 1 },
        { name: 'full check of the six corpora', value: median(full), unit: 'ms', runs },
        {
          name: 're-check after an edit of one file, all findings of the repository',
          value: median(edited),
          unit: 'ms',
          runs: edited.length,
        },
        {
          name: 'finding the documents that get a lens, per file',
          value: median(lenses),
          unit: 'ms',
          runs: lenses.length,
        },
      ],
    };
  } finally {
    await corpora.remove();
  }
}

async function readAll(root: string): Promise<Texts[]> {
  const disk = new DiskRepository(root);
  const texts: Texts[] = [];
  for (const path of await disk.list()) {
    const text = await disk.read(path);
    if (text !== undefined) {
      texts.push({ path, text });
    }
  }
  return texts;
}

function checkAll(texts: readonly Texts[]): RepositoryChecker {
  const checker = new RepositoryChecker(defaultRules);
  texts.forEach(({ path, text }) => checker.update(path, text));
  checker.suspects().forEach((path) => checker.diagnostics(path));
  return checker;
}

/** Each Helm release of the repository in turn gets another line. */
function editTimes(texts: readonly Texts[]): number[] {
  const checker = checkAll(texts);
  return texts
    .filter(({ path }) => path.endsWith('helmrelease.yaml'))
    .map(({ path, text }) =>
      time(() => {
        checker.update(path, `${text}# edited\n`);
        checker.suspects().forEach((suspect) => checker.diagnostics(suspect));
      }),
    );
}

function time(run: () => unknown): number {
  const start = performance.now();
  run();
  return performance.now() - start;
}
