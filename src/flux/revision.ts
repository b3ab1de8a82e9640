/**
 * Revisions as Flux writes them (spec drift 1.5): taking them apart, comparing them, showing them short.
 * Text in, text out; which revision of an object counts is told by `behindSource.ts`.
 */

export interface Revision {
  /** Branch, tag, full reference or chart version; `undefined` for a bare digest. Without the digest suffix. */
  readonly pointer: string | undefined;
  /** `sha1`, `sha256`, …; `undefined` where the text does not say. */
  readonly algorithm: string | undefined;
  /** Hex digits; only the first twelve where `isPrefix`. */
  readonly digest: string | undefined;
  /** A chart version with the first twelve digits of a digest behind `+`. */
  readonly isPrefix: boolean;
}

const digestPattern = /^(?<algorithm>[a-z0-9]+(?:[.+_-][a-z0-9]+)*):(?<digest>[A-Za-z0-9=_-]+)$/;
const bareHash = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;

/** helm-controller `mutateChartWithSourceRevision`, source-controller `reconcileStrategy: Revision`. */
const chartDigest = /^[0-9a-f]{12}$/;
const versionStart = /^v?\d+\.\d+\.\d+/;

/** Never fails: text of no known form is a pointer without a digest. */
export function parseRevision(text: string): Revision {
  const at = text.lastIndexOf('@'); // the last: a branch may contain one
  if (at >= 0) {
    const digest = digestPattern.exec(text.slice(at + 1))?.groups;
    if (digest) {
      return revision(text.slice(0, at), digest['algorithm'], digest['digest']);
    }
  }
  const whole = digestPattern.exec(text)?.groups;
  if (whole) {
    return revision(undefined, whole['algorithm'], whole['digest']);
  }
  const slash = text.lastIndexOf('/');
  const hash = text.slice(slash + 1);
  if (bareHash.test(hash)) {
    // `main/<hash>`, `HEAD/<hash>` and the bare hash of Flux 0.40 and before
    return revision(slash < 0 ? undefined : text.slice(0, slash), hash.length === 40 ? 'sha1' : 'sha256', hash);
  }
  const plus = text.indexOf('+');
  if (plus >= 0 && versionStart.test(text) && chartDigest.test(text.slice(plus + 1))) {
    return { pointer: text.slice(0, plus), algorithm: undefined, digest: text.slice(plus + 1), isPrefix: true };
  }
  return revision(text === '' ? undefined : text, undefined, undefined);
}

function revision(pointer: string | undefined, algorithm: string | undefined, digest: string | undefined): Revision {
  return { pointer: pointer === '' ? undefined : pointer, algorithm, digest, isPrefix: false };
}

/**
 * Whether two revisions stand for the same content: by their digests where both have one, else by what they point to.
 * An absent or empty revision is the same as none.
 */
export function sameRevision(a: string | undefined, b: string | undefined): boolean {
  if (a === undefined || b === undefined || a === '' || b === '') {
    return false;
  }
  if (a === b) {
    return true;
  }
  const left = parseRevision(a);
  const right = parseRevision(b);
  if (left.digest !== undefined && right.digest !== undefined) {
    return sameDigest(left, right);
  }
  // Only one side tells a digest, or none does (digest tracking may be off): the versions must do.
  const pointed = version(left);
  return pointed !== '' && pointed === version(right);
}

function sameDigest(left: Revision, right: Revision): boolean {
  const { digest: a = '', algorithm: leftAlgorithm } = left;
  const { digest: b = '', algorithm: rightAlgorithm } = right;
  if (leftAlgorithm !== undefined && rightAlgorithm !== undefined && leftAlgorithm !== rightAlgorithm) {
    return false;
  }
  if (left.isPrefix || right.isPrefix) {
    return a.startsWith(b) || b.startsWith(a);
  }
  return a === b;
}

/** A tag cannot hold `+`, so Helm writes `_` for it; a leading `v` is no part of a version. */
function version({ pointer }: Revision): string {
  const text = pointer ?? '';
  return versionStart.test(text) ? text.replace(/^v/, '').replace('_', '+') : text;
}

/**
 * For a row or a lens: `main@5f2c1a9`, `6.5.0`, `6.6.1+0cc9a84`, `latest@sha256:0cc9a844`. Commits have seven digits as
 * in Git, other digests eight as the flux CLI shows them. `''` for an absent revision.
 */
export function shortRevision(text: string | undefined): string {
  if (text === undefined || text === '') {
    return '';
  }
  const { pointer, algorithm, digest, isPrefix } = parseRevision(text);
  if (digest === undefined) {
    return text;
  }
  if (isPrefix) {
    return `${pointer ?? ''}+${digest.slice(0, 7)}`;
  }
  const name = pointer?.replace(/^refs\/(?:heads|tags)\//, '');
  const short = algorithm === 'sha1' ? digest.slice(0, 7) : `${algorithm ?? ''}:${digest.slice(0, 8)}`;
  return name === undefined ? short : `${name}@${short}`;
}
