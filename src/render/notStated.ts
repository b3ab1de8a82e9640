/**
 * Why an object is not found in a repository: a file may name it and be in the middle of being typed, or hold a part of it
 * alone. Then it is that file that is wrong, and the failure says where.
 */
import { Failure } from '../base/failure.ts';
import { displayName } from '../flux/objectKey.ts';
import { findDuplicateKey } from '../manifests/parseManifests.ts';
import type { FluxName } from './desired.ts';
import { isWhole, type StatedDocument } from './fileModel.ts';
import { lineAt } from './lineAt.ts';
import type { RenderContext } from './renderContext.ts';

/** `notFound` where no file names it, else `invalid`; `path` is the file that was asked for. */
export async function notStated(context: RenderContext, name: FluxName, path?: string): Promise<Failure> {
  const { snapshot } = context.parts;
  const files = snapshot.files.filter((file) => path === undefined || file.path === path);
  for (const file of files) {
    const { problem } = snapshot.model(file.path);
    // A file that was asked for states nothing for that reason, whatever it was to state.
    if (problem && (path !== undefined || namesIt(await textOf(context, file.path), name))) {
      // What the reader quotes comes after a colon, and may be anybody's secret.
      return wrong(file.path, problem.line, problem.message.replace(/:\s[^]*$/, ''));
    }
  }
  const part = snapshot
    .named(name.kind, name.namespace, name.name)
    .find((one) => one.group.endsWith('.toolkit.fluxcd.io') && !isWhole(one) && (path ?? one.path) === one.path);
  return part
    ? partly(part, await textOf(context, part.path))
    : new Failure('notFound', `No file of the repository states ${described(name)}`);
}

function partly(document: StatedDocument, text: string): Failure {
  const { path, kind, line } = document;
  const twice = findDuplicateKey(text);
  if (twice !== undefined) {
    return wrong(path, lineAt(text, twice), 'the same key is given twice');
  }
  const missing = kind === 'HelmRelease' ? 'neither spec.chart nor spec.chartRef' : 'no spec.sourceRef';
  return wrong(path, line, `${described(document)} has ${missing}: it is a patch of another, or not complete`);
}

function wrong(path: string, line: number, message: string): Failure {
  return new Failure('invalid', `${path}:${line}: ${message}`);
}

/** Read as text, for as YAML it cannot be read. */
function namesIt(text: string, { kind, name }: FluxName): boolean {
  return valuesOf('kind', text).includes(kind) && valuesOf('name', text).includes(name);
}

function valuesOf(key: string, text: string): string[] {
  return [...text.matchAll(/(?<![\w.-])(\w+):[ \t]*["']?([\w.-]+)/g)].flatMap(([, own, value = '']) =>
    own === key ? [value] : [],
  );
}

async function textOf(context: RenderContext, path: string): Promise<string> {
  const bytes = await context.parts.state.files.read(path);
  return bytes === undefined ? '' : Buffer.from(bytes).toString('utf8');
}

function described({ kind, ...name }: { readonly kind: string; readonly namespace: string; readonly name: string }) {
  return `${kind} ${displayName(name)}`;
}
