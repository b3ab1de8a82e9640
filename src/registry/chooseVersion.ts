/**
 * Which of several versions a HelmRelease or an OCIRepository gets: the newest in its range, as source-controller decides. Pure.
 */
import { runInNewContext } from 'node:vm';
import { Failure } from '../base/failure.ts';
import { compareVersions, parseRange, parseVersion } from '../base/versionRange.ts';

export interface Candidate {
  readonly version: string;
  /** Of two versions that differ only behind `+` the later one wins. */
  readonly created?: number;
}

/**
 * The candidate that is written exactly so, else the newest in the range; `''` and `*`: the newest stable one
 * (source-controller internal/helm/repository). `undefined` where none fits. Throws `Failure('invalid')` for no range.
 */
export function chooseVersion<T extends Candidate>(candidates: readonly T[], wanted: string): T | undefined {
  const exact = wanted === '' ? undefined : candidates.find(({ version }) => version === wanted);
  if (exact) {
    return exact;
  }
  const range = parseRange(wanted === '' ? '*' : wanted);
  if (!range) {
    throw new Failure('invalid', `${wanted} is neither a version nor a range of versions`);
  }
  return candidates
    .flatMap((candidate) => {
      const version = fullVersion(candidate.version);
      return version && range(version) ? [{ candidate, version }] : [];
    })
    .sort((a, b) => compareVersions(b.version, a.version) || (b.candidate.created ?? 0) - (a.candidate.created ?? 0))
    .at(0)?.candidate;
}

/** `1.2.3` and not `1.2` or a range: then nothing has to be listed. */
export function isFullVersion(text: string): boolean {
  return fullVersion(text) !== undefined;
}

/** fluxcd/pkg version: three numbers, a leading `v` allowed. */
function fullVersion(text: string): ReturnType<typeof parseVersion> {
  return text.split('.').length < 3 ? undefined : parseVersion(text);
}

const filterTimeMs = 1000;

/**
 * The texts that a `semverFilter` lets through. The expression is the repository's: it runs with a time limit, for it may be one
 * that never ends. It is written for Go; what JavaScript cannot read is a `Failure('invalid')`.
 */
export function filterTexts(texts: readonly string[], filter: string | undefined): readonly string[] {
  if (filter === undefined || filter === '') {
    return texts;
  }
  const flags = /^\(\?([is]+)\)/.exec(filter)?.[1] ?? '';
  const source = filter.replace(/^\(\?[is]+\)/, '').replaceAll('(?P<', '(?<');
  try {
    const kept: unknown = runInNewContext(
      'JSON.stringify(JSON.parse(texts).filter((text) => new RegExp(source, flags).test(text)))',
      { texts: JSON.stringify(texts), source, flags },
      { timeout: filterTimeMs },
    );
    return JSON.parse(String(kept)) as string[];
  } catch (error) {
    // An error of another context is no instance of this one's.
    const why = typeof error === 'object' && error !== null && 'message' in error ? String(error.message) : '';
    throw new Failure('invalid', `the filter ${filter} cannot be used here: ${why}`);
  }
}
