/**
 * A render that failed, in words: the place in the repository that the error names, what may be done about it, and the
 * message with its buttons. Reads no file; which files there are is handed in.
 */
import { isFailure } from '../base/failure.ts';
import type { FluxName } from '../render/desired.ts';
import { plainText } from './markdown.ts';
import { fluxNameText } from './renderedSubject.ts';

/** A line of a file of the repository, from 1. */
export interface ErrorPlace {
  readonly path: string;
  readonly line: number;
}

export interface RenderProblem {
  readonly message: string;
  readonly place: ErrorPlace | undefined;
  /** What the reader may do. */
  readonly hint: string | undefined;
  /** What a message offers, at most two. */
  readonly offers: readonly ProblemOffer[];
}

export type ProblemOffer = 'openPlace' | 'pullChart' | 'compareRaw' | 'connect' | 'changeLimit' | 'openLog';

export interface ProblemInput {
  readonly name: FluxName;
  readonly error: unknown;
  /** All files of the repository. */
  readonly paths: readonly string[];
  /** Whether a cluster answers; `refused` where none may be asked. */
  readonly cluster: 'connected' | 'none' | 'refused';
}

/** What nobody foresaw is said to be so; the log has more. */
export function renderProblem({ name, error, paths, cluster }: ProblemInput): RenderProblem {
  if (!isFailure(error)) {
    const message = `Rendering ${fluxNameText(name)} failed unexpectedly. The log says more.`;
    return { message, place: undefined, hint: undefined, offers: ['openLog'] };
  }
  const { message } = error;
  const place = errorPlace(message, paths);
  if (error.reason === 'timeout') {
    const hint = 'The setting driftline.render.timeLimit allows more time.';
    return { message, place, hint, offers: ['changeLimit', 'openLog'] };
  }
  if (error.remedy === 'pull') {
    const pull = 'The command Driftline: Pull chart fetches it from where its source points.';
    return cluster === 'none'
      ? { message, place, hint: pull, offers: ['pullChart', 'connect'] }
      : { message, place, hint: pull, offers: ['pullChart'] };
  }
  if (error.reason === 'notFound' && cluster === 'none') {
    return { message, place, hint: undefined, offers: place ? ['openPlace', 'connect'] : ['connect'] };
  }
  return { message, place, hint: undefined, offers: place ? ['openPlace', 'openLog'] : ['openLog'] };
}

/**
 * Where a document was to be compared: its raw text can be, whatever stands in the way of a render. Two offers, the one that mends
 * most first.
 */
export function withRawOffer(problem: RenderProblem): RenderProblem {
  const [first] = problem.offers.filter((offer) => offer !== 'openLog' && offer !== 'connect');
  return { ...problem, offers: first === undefined ? ['compareRaw', 'openLog'] : [first, 'compareRaw'] };
}

/** `HelmRelease apps/shop cannot be rendered: …` */
export function problemText(name: FluxName, problem: RenderProblem): string {
  return `${fluxNameText(name)} cannot be rendered: ${plainText(problem.message, 300)}`;
}

/** `PATH:LINE`, as kustomize, Helm and the YAML readers write it. */
const placePattern = /([^\s:'"`()[\]{}<>,;=]+\.(?:ya?ml|json|tpl|txt)):(?: ?line )?(\d{1,7})\b/gi;

/**
 * The last place that is in the repository: Go's errors wrap what went wrong deepest at their end. Helm names a file by its
 * chart, not by where the chart lies: it counts when exactly one file of the repository ends so.
 */
export function errorPlace(message: string, paths: readonly string[]): ErrorPlace | undefined {
  const known = new Set(paths);
  const places = [...message.slice(0, 20_000).matchAll(placePattern)].flatMap(([, named = '', line]): ErrorPlace[] => {
    const path = named.replace(/^(?:\.?\/)+/, '');
    const ending = known.has(path) ? [path] : paths.filter((candidate) => candidate.endsWith(`/${path}`));
    const [only] = ending;
    return ending.length === 1 && only !== undefined ? [{ path: only, line: Math.max(1, Number(line)) }] : [];
  });
  return places.at(-1);
}
