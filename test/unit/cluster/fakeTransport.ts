/** A transport whose answers the test writes, by method and path; what it has no answer for is 404, as in Kubernetes. */
import { cancelled, type Failure } from '../../../src/base/failure.ts';
import type { Transport, TransportRequest, TransportResponse } from '../../../src/cluster/transport.ts';

export interface FakeAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** JSON of what is no text. */
  readonly body?: unknown;
  readonly lines?: readonly string[];
  /** Thrown after the lines, or instead of the text. */
  readonly breaks?: Failure;
}

export class FakeTransport implements Transport {
  readonly context = 'homelab';
  userName: string | undefined;
  readonly sent: TransportRequest[] = [];
  /** By `METHOD path` without the query, or with it. */
  readonly answers = new Map<string, FakeAnswer | (() => Promise<FakeAnswer>)>();
  disposed = false;

  constructor(answers: Readonly<Record<string, FakeAnswer>> = {}) {
    for (const [what, answer] of Object.entries(answers)) {
      this.answers.set(what, answer);
    }
  }

  /** Paths with their queries, in the order of sending. */
  get paths(): readonly string[] {
    return this.sent.map(({ path }) => path);
  }

  async send(request: TransportRequest): Promise<TransportResponse> {
    this.sent.push(request);
    if (request.signal.aborted) {
      throw cancelled('the request');
    }
    const what = `${request.method} ${request.path}`;
    const found = this.answers.get(what) ?? this.answers.get(what.split('?', 1)[0] ?? '');
    const answer = typeof found === 'function' ? await found() : (found ?? notFound);
    if (answer.breaks && answer.lines === undefined && answer.body === undefined) {
      throw answer.breaks;
    }
    const { body = '' } = answer;
    return {
      status: answer.status ?? 200,
      headers: answer.headers ?? {},
      text: () =>
        answer.breaks
          ? Promise.reject(answer.breaks)
          : Promise.resolve(typeof body === 'string' ? body : JSON.stringify(body)),
      async *chunks() {
        yield await Promise.resolve(Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)));
      },
      async *lines() {
        for (const line of answer.lines ?? []) {
          yield await Promise.resolve(line);
        }
        if (answer.breaks) {
          throw answer.breaks;
        }
      },
    };
  }

  dispose(): void {
    this.disposed = true;
  }
}

const notFound: FakeAnswer = {
  status: 404,
  body: status(404, 'NotFound', 'the server could not find the requested resource'),
};

/** A Status body as Kubernetes writes it. */
export function status(code: number, reason: string, message: string, details: object = {}): object {
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason, details, code };
}

/** An APIResourceList. */
export function resourceList(
  groupVersion: string,
  resources: Readonly<Record<string, string>>,
  namespaced = true,
): object {
  return {
    kind: 'APIResourceList',
    groupVersion,
    resources: Object.entries(resources).map(([name, kind]) => ({
      name,
      kind,
      namespaced,
      verbs: ['get', 'list', 'patch', 'watch'],
    })),
  };
}

/** An APIGroup; the first version is the preferred one unless said otherwise. */
export function apiGroup(name: string, versions: readonly string[], preferred = versions[0]): object {
  const named = (version: string | undefined) => ({ groupVersion: `${name}/${version ?? ''}`, version });
  return {
    kind: 'APIGroup',
    apiVersion: 'v1',
    name,
    versions: versions.map(named),
    preferredVersion: named(preferred),
  };
}
