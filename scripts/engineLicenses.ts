/** The licences of the Go modules whose code is in the render engine: most ask that their text goes along. */
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { go } from './goCommand.ts';

interface LinkedModule {
  readonly path: string;
  readonly version: string;
  readonly folder: string;
}

/** Modules that give packages to the engine, sorted; its stand-ins are ours and left out. */
async function linkedModules(): Promise<readonly LinkedModule[]> {
  const format =
    '{{with .Module}}{{if .Version}}{{if not .Main}}{{.Path}}\t{{.Version}}\t{{.Dir}}\t{{with .Replace}}{{.Version}}{{else}}-{{end}}{{end}}{{end}}{{end}}';
  const lines = new Set((await go('list', '-deps', '-f', format, '.')).split('\n').filter((line) => line !== ''));
  return [...lines]
    .map((line) => line.split('\t'))
    .filter(([, , , replaced]) => replaced !== '') // a folder in place of a module has no version
    .map(([path = '', version = '', folder = '', replaced = '-']) => ({
      path,
      version: replaced === '-' ? version : replaced,
      folder,
    }))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

async function notice({ path, version, folder }: LinkedModule): Promise<string> {
  const names = (await readdir(folder)).filter((name) => /^(licen[cs]e|copying|notice|patents)(\.|-|$)/i.test(name));
  if (names.length === 0) {
    throw new Error(`${path} ${version} has no licence file; look where its licence is stated.`);
  }
  const texts = await Promise.all(names.sort().map((name) => readFile(join(folder, name), 'utf8')));
  const title = `${path} ${version}`;
  return [title, '='.repeat(title.length), ...texts.map((text) => text.trim())].join('\n\n');
}

/** The text of the notices; stable for the same modules. */
export async function engineLicenses(): Promise<string> {
  const goRoot = await go('env', 'GOROOT');
  const standardLibrary = { path: 'Go standard library', version: await go('env', 'GOVERSION'), folder: goRoot };
  const notices = await Promise.all([standardLibrary, ...(await linkedModules())].map(notice));
  return ['The render engine contains code of these Go modules.', ...notices].join('\n\n\n') + '\n';
}
