/**
 * Where a part says what it did. The extension gives a VS Code channel, the server its connection, tests a list.
 * Callers never pass bodies of requests, tokens or values of Secrets: a log is read by anyone.
 */
export interface Log {
  debug(message: string): void;
  info(message: string): void;
  warn(message: string): void;
  error(message: string, cause?: unknown): void;
}

/** A log that keeps nothing, for code that is run without one. */
export function noLog(): Log {
  return { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
}
