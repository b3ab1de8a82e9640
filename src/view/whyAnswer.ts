/**
 * The answer to "why?" in one sentence: of all that stands in the way of an object, the one thing at the root that a person should
 * look at first. Decides by what was read; asks nobody.
 */
import type { Explained, Explanation } from '../cluster/explanation.ts';
import { displayName, type ObjectId } from '../flux/objectKey.ts';
import { failureText } from './failureGist.ts';
import { joinWords } from './joinWords.ts';
import { podWords } from './podWords.ts';
import { ageText } from './relativeTime.ts';
import { told } from './reportText.ts';
import { suspendedText } from './objectText.ts';

/** From the subject down to what nothing else explains. */
type Path = readonly Explained[];

export function nameOf(id: ObjectId): string {
  return told(`${id.kind} ${displayName(id)}`, 200);
}

/** One line, without a full stop. */
export function whyAnswer(explanation: Explanation): string {
  const { subject, context, readAt } = explanation;
  const name = nameOf(subject.id);
  const paths = causePaths([subject]).sort((a, b) => rankOf(a) - rankOf(b));
  const [first = [subject], ...others] = paths;
  const root =
    first.length > 1 || first[0]?.controllerMissing !== undefined ? ` because ${causeWords(first, readAt)}` : '';
  const more = new Set(others.filter((path) => rankOf(path) <= 3).map((path) => keyOf(path))).size;
  const rest = more === 0 ? '' : ` (and ${more} more ${more === 1 ? 'cause' : 'causes'} below)`;
  return `${name} ${openingOf(subject, context, readAt, root !== '')}${root}${rest}`;
}

function openingOf(subject: Explained, context: string, now: number, hasRoot: boolean): string {
  const { read } = subject;
  switch (read.state) {
    case 'missing':
      return `does not exist on ${told(context, 80)}`;
    case 'notServed':
      return `cannot be there: ${told(context, 80)} does not serve its kind`;
    case 'forbidden':
      return 'may not be read by you';
    case 'failed':
    case 'unasked':
      return 'could not be read';
    case 'plain':
      return plainOpening(read, hasRoot);
    case 'flux':
      return fluxOpening(read, now, hasRoot);
  }
}

function plainOpening(read: Extract<Explained['read'], { state: 'plain' }>, hasRoot: boolean): string {
  const { health, pods } = read;
  if (health.status === 'current') {
    return 'is healthy';
  }
  const message = told(health.message, 200);
  const said =
    pods.length === 0 ? (hasRoot || message === '' ? '' : `: ${message}`) : ` because ${podsClause(read, 'its')}`;
  return `is ${health.status === 'terminating' ? 'being deleted' : `not ready${hasRoot ? '' : said}`}`;
}

function fluxOpening(read: Extract<Explained['read'], { state: 'flux' }>, now: number, hasRoot: boolean): string {
  const { flux, object } = read;
  const age = ageText(flux.since, now);
  const lasts = age === undefined ? '' : ` for ${age}`;
  if (flux.name === 'suspended') {
    return `is ${suspendedText(object, now)}${flux.underlying === 'ready' ? '' : `, and before that it was ${flux.underlying}`}`;
  }
  switch (flux.underlying) {
    case 'ready':
      return age === undefined ? 'is ready' : `has been ready${lasts}`;
    case 'static':
      return 'is ready: no controller reconciles it';
    case 'terminating':
      return 'is being deleted';
    case 'progressing':
      return hasRoot ? 'is not ready yet' : `has been reconciling${lasts}: ${told(flux.message, 200)}`;
    case 'unknown':
      return hasRoot ? 'has not been reconciled' : 'has not been reconciled yet';
    case 'waiting':
      return hasRoot ? 'is waiting' : `is waiting: ${told(flux.message, 300)}`;
    case 'failed':
    case 'stalled':
      return hasRoot ? 'is not ready' : `is not ready: ${told(failureText(flux), 300)}`;
  }
}

/** Only what holds up; what goes wrong beside it is told further down. What was told beside is followed there. */
function causePaths(path: Path): Path[] {
  const last = path.at(-1);
  const causes = (last?.causes ?? []).filter(({ isCause, ends }) => isCause && ends !== 'again');
  if (causes.length === 0 || last?.controllerMissing !== undefined) {
    return [path];
  }
  return causes.flatMap((cause) => causePaths([...path, cause]));
}

/** Lower is told first: what certainly is the end of the matter before what may pass. */
function rankOf(path: Path): number {
  const root = path.at(-1);
  if (!root || root.ends === 'circle' || root.controllerMissing !== undefined) {
    return 0;
  }
  switch (root.read.state) {
    case 'missing':
    case 'notServed':
      return 1;
    case 'flux':
      return root.read.flux.suspended ? 2 : ['failed', 'stalled'].includes(root.read.flux.name) ? 3 : 5;
    case 'plain':
      return root.read.pods.length > 0 || root.read.health.status === 'failed' ? 3 : 4;
    default:
      return 5;
  }
}

function keyOf(path: Path): string {
  const { group = '', kind = '', namespace = '', name = '' } = path.at(-1)?.id ?? {};
  return [group, kind, namespace, name].join('/');
}

/** Follows "because". */
export function causeWords(path: Path, now: number): string {
  const [root, above] = [path.at(-1), path.at(-2)];
  if (!root) {
    return '';
  }
  if (root.ends === 'circle') {
    return circleWords(path);
  }
  if (root.controllerMissing !== undefined) {
    return told(root.controllerMissing, 120);
  }
  const { read } = root;
  const isSubjects = path.length === 2;
  switch (read.state) {
    case 'missing':
      return `${nameOf(root.id)}${roleOf(root, above, isSubjects)} does not exist`;
    case 'notServed':
      return `${nameOf(root.id)}${roleOf(root, above, isSubjects)} is of a kind that the cluster does not serve`;
    case 'forbidden':
    case 'failed':
    case 'unasked':
      return `${nameOf(root.id)}${roleOf(root, above, isSubjects)} is not ready or not there, which could not be read`;
    case 'plain':
      return plainCause(root, read, path);
    case 'flux': {
      const { flux, object } = read;
      const name = `${nameOf(root.id)}${roleOf(root, above, isSubjects)}`;
      if (flux.name === 'suspended') {
        return `${name} is ${suspendedText(object, now)}`;
      }
      return fluxCause(name, flux);
    }
  }
}

function fluxCause(name: string, flux: Extract<Explained['read'], { state: 'flux' }>['flux']): string {
  switch (flux.underlying) {
    case 'failed':
      return `${name} fails: ${told(failureText(flux), 300)}`;
    case 'stalled':
      return `${name} is stalled: ${told(failureText(flux), 300)}`;
    case 'waiting':
      return `${name} is waiting: ${told(flux.message, 200)}`;
    case 'progressing':
      return `${name} is still being reconciled`;
    case 'terminating':
      return `${name} is being deleted`;
    case 'unknown':
      return `${name} has not been reconciled yet`;
    case 'ready':
    case 'static':
      return `${name} is ready only now`;
  }
}

function plainCause(root: Explained, read: Extract<Explained['read'], { state: 'plain' }>, path: Path): string {
  const owner = [...path].reverse().find((node) => node.read.state === 'flux');
  const isSubjects = owner === undefined || owner.relation === 'subject';
  if (read.pods.length > 0) {
    return podsClause(read, isSubjects ? 'its' : `of ${nameOf(owner.id)}`);
  }
  const message = told(read.health.message, 200);
  const event = told(root.events.find(({ type }) => type === 'Warning')?.message ?? '', 200);
  const role =
    root.relation === 'input' ? roleOf(root, owner, isSubjects) : isSubjects ? '' : ` of ${nameOf(owner.id)}`;
  const said = [message, event].filter((text) => text !== '').join(': ');
  return `${root.relation === 'input' || !isSubjects ? '' : 'its '}${nameOf(root.id)}${role} is not ready${said === '' ? '' : ` (${said})`}`;
}

/** `its pods cannot pull ghcr.io/x:1.2 (ImagePullBackOff)`; `whose`: `its`, or `of HelmRelease a/b`. */
function podsClause({ pods, morePods }: Extract<Explained['read'], { state: 'plain' }>, whose: string): string {
  const [first] = pods;
  const count = pods.length + morePods;
  const noun = count === 1 ? 'pod' : 'pods';
  const subject = whose === 'its' ? `its ${noun}` : `the ${noun} ${whose}`;
  return first ? `${subject} ${podWords(first, count)}` : `${subject} do not run`;
}

/** `, which it depends on,`; empty where the name says enough. */
function roleOf(node: Explained, above: Explained | undefined, isSubjects: boolean): string {
  const who = above === undefined || isSubjects ? 'it' : nameOf(above.id);
  switch (node.relation) {
    case 'dependency':
      return `, which ${who} depends on,`;
    case 'input':
      return `, which ${useWords(node.use ?? 'it needs', who)},`;
    case 'applier':
      return `, which applies ${who},`;
    case 'applied':
      return `, which ${who} has applied,`;
    case 'source':
    case 'subject':
      return '';
  }
}

/** `it takes values from`, `its pods mount`: of the one that is asked about; of another its name. */
function useWords(use: string, who: string): string {
  return who === 'it' ? use : use.replace(/^it\b/, who).replace(/^its pods\b/, `the pods of ${who}`);
}

function circleWords(path: Path): string {
  const end = path.at(-1);
  const from = path.findIndex((node) => end !== undefined && keyOf([node]) === keyOf([end]));
  const names = path.slice(from, -1).map(({ id }) => nameOf(id));
  return names.length === 1
    ? `${names[0] ?? ''} waits for itself`
    : `${joinWords(names)} wait for each other in a circle`;
}
