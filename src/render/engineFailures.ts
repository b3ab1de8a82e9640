/**
 * The words of what goes wrong around the engine: a reply that is an error, a thread that has ended. Nothing of what was sent
 * may get into them: it may hold Secrets.
 */
import { Failure, cancelled, isFailure, reworded } from '../base/failure.ts';
import { engineMemoryMiB } from './engineInstance.ts';
import { type Ended, maxReplyBytes } from './engineMessages.ts';
import type { EngineOperation, EngineReply } from './engineProtocol.ts';
import { unquotedError } from './unquotedError.ts';

/** Enough for what a library says of a template; a hostile chart may `fail` with megabytes. */
const maxWords = 4000;

/** What is longer is not even looked through for Secrets. */
const maxErrorLength = 1 << 20;

/**
 * Throws `Failure('invalid')` with the library's words, without what they quote of files. They are not shortened here: they may
 * hold a secret text all the same, and a piece of one is not found again.
 */
export function readReply<O extends EngineOperation>(reply: Uint8Array): EngineReply<O> {
  const answer = JSON.parse(new TextDecoder().decode(reply)) as { reply?: EngineReply<O>; error?: string };
  if (answer.error !== undefined) {
    const { length } = answer.error;
    throw new Failure(
      'invalid',
      length > maxErrorLength ? `An error of ${length} characters is not shown.` : unquotedError(answer.error),
    );
  }
  return answer.reply as EngineReply<O>;
}

/** For who gets the result: a long message keeps its beginning, which names the file, and its end, which has the cause. */
export function shortFailure(error: unknown): unknown {
  if (!isFailure(error) || error.message.length <= maxWords) {
    return error;
  }
  const half = maxWords / 2;
  return reworded(error, `${error.message.slice(0, half)} … ${error.message.slice(-half)}`);
}

export function limitFailure(what: string, limitMs: number): Failure {
  return new Failure('timeout', `${what} took longer than ${limitMs / 1000} s and was stopped`);
}

/** `what` names the work that cannot go on without the thread. */
export function endFailure(end: Ended, what: string, modulePath: string): Failure {
  switch (end.cause) {
    case 'stopped':
      return cancelled(what);
    case 'unreadable':
      return new Failure('notFound', `${modulePath} cannot be read (${end.words}). Install Driftline again.`);
    case 'different':
      return new Failure(
        'invalid',
        `${modulePath} is not the render engine that this version of Driftline was built with. Install Driftline again.`,
      );
    case 'memory':
      return new Failure('invalid', `${what} needed more than ${engineMemoryMiB} MB of memory and was stopped`);
    case 'excess':
      return new Failure('invalid', `${what} gave more than ${maxReplyBytes >> 20} MB`);
    case 'depth':
      return new Failure('invalid', `${what} is nested too deeply and was stopped`);
    case 'fault':
      return new Failure('invalid', `${what} made the render engine fail (${end.words})`);
  }
}
