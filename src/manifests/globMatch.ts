/**
 * Globs over repository paths (`*`, `?`, `**`, `{a,b}`), matched without regular expressions: a pattern may come from the
 * settings of a workspace that is not trusted, and must not be able to hang the process.
 */

const maxAlternatives = 100;

/** A pattern without `/` matches a name in any folder; one that matches a folder matches all below it. */
export function globMatches(pattern: string, path: string): boolean {
  return expandBraces(pattern.replaceAll('\\', '/').replace(/^\.?\//, '')).some((alternative) => {
    const wanted = alternative.replace(/\/$/, '').split('/');
    return segmentsMatch(wanted.length === 1 ? ['**', ...wanted] : wanted, path.split('/'));
  });
}

/** `*` stands for any text, `?` for one character. Takes at most pattern times text steps. */
export function wildcardMatches(pattern: string, text: string): boolean {
  let p = 0;
  let t = 0;
  let star = -1; // the last `*`, and where its text may still grow from
  let grown = 0;
  while (t < text.length) {
    if (pattern[p] === '*') {
      star = p;
      grown = t;
      p += 1;
    } else if (p < pattern.length && (pattern[p] === '?' || pattern[p] === text[t])) {
      p += 1;
      t += 1;
    } else if (star >= 0) {
      p = star + 1;
      grown += 1;
      t = grown;
    } else {
      return false;
    }
  }
  return /^\**$/.test(pattern.slice(p));
}

function segmentsMatch(pattern: readonly string[], path: readonly string[]): boolean {
  // reachable[i]: the pattern's first segments can stand for the path's first i ones.
  let reachable = new Set([0]);
  for (const segment of pattern) {
    const next = new Set<number>();
    for (const at of reachable) {
      if (segment === '**') {
        for (let i = at; i <= path.length; i += 1) {
          next.add(i);
        }
      } else if (at < path.length && wildcardMatches(segment, path[at] ?? '')) {
        next.add(at + 1);
      }
    }
    reachable = next;
  }
  return reachable.size > 0; // the rest of the path is below what matched
}

function expandBraces(pattern: string): string[] {
  let patterns = [pattern];
  for (;;) {
    const at = patterns.findIndex((candidate) => /\{[^{}]*\}/.test(candidate));
    const [found] = patterns.splice(at, at < 0 ? 0 : 1);
    const braces = found === undefined ? null : /\{([^{}]*)\}/.exec(found);
    if (found === undefined || !braces) {
      return patterns;
    }
    const before = found.slice(0, braces.index);
    const after = found.slice(braces.index + braces[0].length);
    patterns.push(...(braces[1] ?? '').split(',').map((choice) => before + choice + after));
    if (patterns.length > maxAlternatives) {
      patterns = patterns.slice(0, maxAlternatives).filter((candidate) => !candidate.includes('{'));
      return patterns;
    }
  }
}
