/** What is said of an artifact whose bytes could not be compared with their digest. Text alone: checks nothing. */
import type { RenderNote } from './desired.ts';

/** `source` as a reader knows it; `digest` as its status promises it. */
export function uncheckedNote(source: string, digest: string | undefined): RenderNote {
  const [algorithm = ''] = (digest ?? '').split(':', 1);
  const why = algorithm === '' ? 'none is given' : `${algorithm} is not known here`;
  return { severity: 'approximate', message: `The digest of the artifact of ${source} is not checked: ${why}.` };
}
