/**
 * The words of `driftline diff` as its arguments, and which of them go together. Looks at words alone: whether an object, a
 * commit or a context exists is found out later.
 */
import type { Against, DiffArguments, DiffSubject } from './diffOptions.ts';
import { type Words, readOwner, readTimeLimit, single } from './optionWords.ts';
import { UsageError } from './usageError.ts';

const cluster: Against = { by: 'cluster' };

/** Throws `UsageError`. */
export function readDiff(values: Words['values'], targets: readonly string[]): DiffArguments {
  const one = (name: string): string | undefined => single(values, name);
  const path = one('path');
  const subject = readSubject(values.has('changed'), targets, path);
  const against = readAgainst(one('against'));
  const [namespace, owner] = [one('namespace'), readOwner(one('owner'))];
  checkAgainst(subject, path, against);
  if (values.has('raw') && (subject.what !== 'object' || path === undefined || (against ?? cluster).by !== 'cluster')) {
    throw new UsageError(
      '--raw compares the document of ks/NAME or hr/NAME with the cluster: say whose by --path DIR.',
    );
  }
  if (subject.what !== 'object' && (namespace !== undefined || owner !== undefined)) {
    throw new UsageError(`--${namespace === undefined ? 'owner' : 'namespace'} goes with ks/NAME or hr/NAME.`);
  }
  return {
    subject,
    namespace,
    owner,
    path,
    against,
    context: one('context'),
    kubeconfig: one('kubeconfig'),
    output: readOutput(one('output')),
    allowUnknown: values.has('allow-unknown'),
    pull: values.has('pull'),
    raw: values.has('raw'),
    timeLimit: readTimeLimit(one('time-limit')),
  };
}

function readSubject(changed: boolean, targets: readonly string[], path: string | undefined): DiffSubject {
  const [target, ...others] = targets;
  if (others.length > 0) {
    throw new UsageError(`One thing is compared at a time; "${others.join(' ')}" is too much.`);
  }
  if (target !== undefined && changed) {
    throw new UsageError(`--changed says what is compared; "${target}" is too much.`);
  }
  if (target !== undefined) {
    if (!/^[a-z]+\/./i.test(target) || target.startsWith('.')) {
      throw new UsageError(`"${target}" names no object.`, [
        'Objects are named as ks/NAME and hr/NAME; --path DIR compares the files of a folder.',
      ]);
    }
    return { what: 'object', target };
  }
  if (changed) {
    return { what: 'changed' };
  }
  if (path === undefined) {
    throw new UsageError('Nothing was named to compare.', [
      'Name ks/NAME or hr/NAME, or give --changed or --path DIR.',
    ]);
  }
  return { what: 'folder' };
}

function readAgainst(text: string | undefined): Against | undefined {
  switch (text) {
    case undefined:
      return undefined;
    case 'cluster':
    case 'applied':
      return { by: text };
    default:
      return { by: 'commit', revision: text };
  }
}

function checkAgainst({ what }: DiffSubject, path: string | undefined, against: Against | undefined): void {
  if (against === undefined || against.by === 'cluster') {
    return;
  }
  if (what === 'object' && path === undefined) {
    throw new UsageError(
      against.by === 'applied'
        ? '--against applied compares files with what was applied last: say which by --path DIR.'
        : `--against ${against.revision} compares files with a commit: say which by --path DIR.`,
      ['--path . are those here.'],
    );
  }
  if (what === 'changed' && against.by === 'applied') {
    throw new UsageError('--changed compares with a commit or the cluster, not with what was applied last.');
  }
  if (what === 'folder') {
    throw new UsageError('A folder is compared with the cluster.', [
      'Name ks/NAME or hr/NAME to compare with what was applied or with a commit.',
    ]);
  }
}

function readOutput(text = 'text'): 'text' | 'json' {
  if (text !== 'text' && text !== 'json') {
    throw new UsageError(`--output is text or json, not "${text}".`);
  }
  return text;
}
