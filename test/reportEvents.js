// Loaded into each process of a test file: hands the events of node:test to the process that counts. Sent as they come,
// so that a process that dies leaves what it had done. node:test wants a default export, and loads this as JavaScript.
import { inspect } from 'node:util';

// A runner that is killed must not leave test files behind that nobody waits for. Listening alone would keep this alive.
process.once('disconnect', () => process.exit(1));
process.channel?.unref();

function textOf(error) {
  // node:test wraps what was thrown; the wrapper says nothing more.
  const thrown = error.cause ?? error;
  return thrown instanceof Error ? (thrown.stack ?? thrown.message) : inspect(thrown);
}

export default async function* reportEvents(events) {
  for await (const { type, data } of events) {
    if (type === 'test:start') {
      process.send?.({ type: 'start', name: data.name, depth: data.nesting });
    } else if (type === 'test:pass' || type === 'test:fail') {
      const { details } = data;
      process.send?.({
        type: 'end',
        name: data.name,
        depth: data.nesting,
        line: data.line ?? 0,
        ms: Math.round(details.duration_ms),
        state:
          type === 'test:fail' ? 'failed' : data.skip !== undefined || data.todo !== undefined ? 'skipped' : 'passed',
        // A test that is there to hold others.
        isBlock: details.type === 'suite',
        onlyInner: details.error?.failureType === 'subtestsFailed',
        error: details.error === undefined ? '' : textOf(details.error),
      });
    } else if (type === 'test:summary') {
      process.send?.({ type: 'over' });
    }
  }
  yield '';
}
