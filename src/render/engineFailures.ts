/**
 * The words of what goes wrong around the engine: a reply that is an error, a thread that has ended. Nothing of what was sent
 * may get into them: it may hold Secrets.
 */
import { Failure, cancelled } from '../base/failure.ts';
import { engineMemoryMiB } from './engineInstance.ts';
import { type Ended, maxReplyBytes } from './engineMessages.ts';
import type { EngineOperation, EngineReply } from './engineProtocol.ts';

/** Enough for the longest sentence of a library with a piece of a template in it; a hostile chart may `fail` with megabytes. */
const maxWords = 8000;

/** Throws `Failure('invalid')` with the library's words. */
export function readReply<O extends EngineOperation>(reply: Uint8Array): EngineReply<O> {
  const answer = JSON.parse(new TextDecoder().decode(reply)) as { reply?: EngineReply<O>; error?: string };
  if (answer.error !== undefined) {
    const words = answer.error.length > maxWords ? `${answer.error.slice(0, maxWords)} …` : answer.error;
    throw new Failure('invalid', words);
  }
  return answer.reply as EngineReply<O>;
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
