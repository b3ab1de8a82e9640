/**
 * What a tag promises: one fixed build, a moving line of them, or nothing (pinning 1.3). First match wins; every class is
 * decided here, also those that no rule reports yet.
 */
import { isDigest, isTag } from './imageReference.ts';

/**
 * `exact` classes never move by convention. `pull-request`, `partial-minor`, `partial-major` and `channel` do. `opaque` is
 * a shape that says nothing either way, and exists to keep rules silent.
 */
export type TagClass =
  | 'digest'
  | 'invalid'
  | 'untagged'
  | 'latest'
  | 'exact-version'
  | 'exact-date'
  | 'exact-commit'
  | 'exact-build'
  | 'pull-request'
  | 'partial-minor'
  | 'partial-major'
  | 'opaque'
  | 'channel';

/** Words that name what an image is built on; a version right behind one is that thing's, not the image's. */
const baseImages =
  'alpine|bookworm|bullseye|buster|trixie|jammy|noble|focal|debian|ubuntu|centos|fedora|ubi|almalinux|rockylinux|distroless|' +
  'cuda|cudnn|rocm|jdk|jre|openjdk|java|temurin|python|py|node|nodejs|php|golang|go|ruby|rust|perl|nginx|apache|ltsc|musl|glibc';
const baseImageVersion = new RegExp(`(?<=^|[-_+.])(?:${baseImages})\\d+(?:\\.\\d+)*(?=$|[-_+])`, 'gi');

/** `undefined` is a reference without tag. A digest inside the text (`1.2@sha256:…`) counts as one. */
export function classifyTag(tag: string | undefined): TagClass {
  if (tag === undefined) {
    return 'untagged';
  }
  const at = tag.indexOf('@');
  if (at >= 0) {
    return isDigest(tag.slice(at + 1)) && (at === 0 || isTag(tag.slice(0, at))) ? 'digest' : 'invalid';
  }
  if (isDigest(tag)) {
    return 'digest';
  }
  return isTag(tag) ? classifyWord(tag) : 'invalid';
}

function classifyWord(tag: string): TagClass {
  if (tag === 'latest') {
    return 'latest';
  }
  const own = tag.replace(baseImageVersion, '');
  const tokens = own.split(/[-_+]/).filter((token) => token !== '');
  const exact = classifyExact(own, tokens);
  if (exact !== undefined) {
    return exact;
  }
  if (tokens.includes('latest')) {
    return 'latest';
  }
  if (isPullRequest(own)) {
    return 'pull-request';
  }
  if (/(?:^|[-_+])v?\d+\.\d+(?=$|[-_+.]|[a-z])/i.test(own)) {
    return 'partial-minor';
  }
  if (/^v?\d{1,3}(?=$|[-_+])/i.test(own)) {
    return 'partial-major';
  }
  return /\d/.test(own) ? 'opaque' : 'channel';
}

function classifyExact(own: string, tokens: readonly string[]): TagClass | undefined {
  if (/(?<!\d)\d+(?:\.\d+){2,}/.test(own)) {
    return 'exact-version';
  }
  if (holdsDate(own)) {
    return 'exact-date';
  }
  if (
    /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(own) ||
    tokens.some((token, index) => isCommit(token, tokens[index - 1]))
  ) {
    return 'exact-commit';
  }
  // The number of a pull request is long enough to be a build's, but every push to the request moves the tag.
  const counter = !isPullRequest(own) && tokens.some((token) => /^\d{4,}$/.test(token));
  return counter || holdsBuildNumber(tokens) ? 'exact-build' : undefined;
}

function isPullRequest(text: string): boolean {
  return /^(?:(?:pr|mr|pull)-?\d|branch-)/i.test(text);
}

function holdsDate(text: string): boolean {
  return (
    /(?<!\d)20\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:T?\d{2,6}Z?)?(?!\d)/.test(text) ||
    /(?<!\d)20\d\d[-_](?:0[1-9]|1[0-2])[-_](?:0[1-9]|[12]\d|3[01])(?!\d)/.test(text)
  );
}

function isCommit(token: string, before: string | undefined): boolean {
  const announced = before === 'sha' || before === 'git' || before === 'commit';
  const hex = /^g[0-9a-f]{7,40}$/.test(token) ? token.slice(1) : token;
  return /^[0-9a-f]{7,40}$/.test(hex) && (announced || hex !== token || (/\d/.test(hex) && /[a-f]/.test(hex)));
}

function holdsBuildNumber(tokens: readonly string[]): boolean {
  const last = tokens.at(-1) ?? '';
  const afterMinor = tokens.some((token, index) => /^v?\d+\.\d+$/.test(token) && /^\d+$/.test(tokens[index + 1] ?? ''));
  const named = /^[br]\d{2,}$/.test(last) || (tokens.at(-2)?.toLowerCase() === 'build' && /^\d+$/.test(last));
  return afterMinor || named;
}
