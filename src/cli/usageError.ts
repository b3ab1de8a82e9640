/**
 * A command line that cannot be carried out as it was written: it is answered with a sentence and ends with exit code 2, so
 * that a pipeline tells it from a render that failed. Everything else that fails is a `Failure` or a defect.
 */
export class UsageError extends Error {
  /** Lines that help on, such as the choices there are. Shown below the message. */
  readonly hints: readonly string[];

  constructor(message: string, hints: readonly string[] = []) {
    super(message);
    this.name = 'UsageError';
    this.hints = hints;
  }
}
