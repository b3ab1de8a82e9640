/** Starts the process of `fixtureServer.ts` and speaks with it. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

export type FixtureSize = 'homelab' | 'tenfold' | 'thousands';

export interface FixtureRequest {
  readonly method: string;
  /** With query. */
  readonly path: string;
  readonly watch: boolean;
}

/** `touch` changes the status of one release; `requests` asks for all requests so far. */
export type FixtureCommand = 'touch' | 'requests';

export type FixtureMessage =
  | { readonly type: 'ready'; readonly kubeconfig: string }
  /** `at`: nanoseconds of the machine's monotonic clock, which all its processes share, just before the change. */
  | { readonly type: 'touched'; readonly name: string; readonly at: string }
  | { readonly type: 'requests'; readonly requests: readonly FixtureRequest[] };

export interface FixtureServer {
  readonly kubeconfig: string;
  /** Resolves to the changed release's name and to when it changed, in milliseconds of `monotonicNow`. */
  touch(): Promise<{ readonly name: string; readonly at: number }>;
  requests(): Promise<readonly FixtureRequest[]>;
  /** Resolves when the process has ended. */
  stop(): Promise<void>;
}

/** Milliseconds of the clock that all processes of a machine share. */
export function monotonicNow(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

/** The caller stops it; it also ends when this process does. */
export async function startFixtureServer(size: FixtureSize): Promise<FixtureServer> {
  const child = fork(join(import.meta.dirname, 'fixtureServer.ts'), [size], {
    // Its warnings would be in the middle of the table.
    execArgv: ['--disable-warning=ExperimentalWarning'],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const ended = once(child, 'exit');
  const failed = ended.then(() => {
    throw new Error('The server of the large fixture ended.');
  });
  failed.catch(() => undefined); // it also ends when it is told to
  const next = async <T extends FixtureMessage['type']>(type: T): Promise<Extract<FixtureMessage, { type: T }>> => {
    for (;;) {
      const [message] = (await Promise.race([once(child, 'message'), failed])) as [FixtureMessage];
      if (message.type === type) {
        return message as Extract<FixtureMessage, { type: T }>;
      }
    }
  };
  const ask = <T extends FixtureMessage['type']>(command: FixtureCommand, type: T) => {
    const answer = next(type);
    child.send(command);
    return answer;
  };
  const { kubeconfig } = await next('ready');
  return {
    kubeconfig,
    touch: async () => {
      const { name, at } = await ask('touch', 'touched');
      return { name, at: Number(at) / 1e6 };
    },
    requests: async () => (await ask('requests', 'requests')).requests,
    stop: async () => {
      if (child.connected) {
        child.disconnect();
      }
      await ended;
    },
  };
}
