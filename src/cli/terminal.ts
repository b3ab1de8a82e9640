/**
 * Where the program writes: results to one stream, notes and errors to the other, coloured only where a person reads them.
 * Text of a repository is made harmless for a terminal here, once. Knows no command.
 */

/** What of a process's stream is needed, so that a test can give two lists. */
export interface TextStream {
  readonly isTTY?: boolean;
  /** Characters in a line of a terminal. */
  readonly columns?: number;
  write(text: string): unknown;
}

export type Colour = 'red' | 'green' | 'yellow' | 'cyan' | 'bold';

export interface TerminalOptions {
  readonly output: TextStream;
  readonly messages: TextStream;
  readonly env: Readonly<Record<string, string | undefined>>;
}

const codes: Readonly<Record<Colour, readonly [on: number, off: number]>> = {
  bold: [1, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  cyan: [36, 39],
};

export class Terminal {
  readonly #output: TextStream;
  readonly #messages: TextStream;
  readonly #colours: { readonly output: boolean; readonly messages: boolean };
  #progress = '';

  constructor({ output, messages, env }: TerminalOptions) {
    this.#output = output;
    this.#messages = messages;
    this.#colours = { output: usesColour(output, env), messages: usesColour(messages, env) };
  }

  /**
   * Results, with their line breaks. On a terminal control characters are made visible; into a file or a pipe goes the text as
   * it is.
   */
  print(text: string, colour?: Colour): void {
    this.progress('');
    const shown = this.#output.isTTY === true ? withoutControls(text) : text;
    this.#output.write(colour === undefined || !this.#colours.output ? shown : coloured(shown, colour));
  }

  /** One message, which may have several lines; those after the first are indented below it. */
  message(severity: 'error' | 'warning' | 'note', text: string, hints: readonly string[] = []): void {
    this.progress('');
    const colour = ({ error: 'red', warning: 'yellow', note: 'cyan' } as const)[severity];
    const label = this.#colours.messages ? coloured(`${severity}:`, colour) : `${severity}:`;
    const lines = withoutControls([text, ...hints].join('\n'))
      .trimEnd()
      .replaceAll('\n', '\n  ');
    this.#messages.write(`${label} ${lines}\n`);
  }

  /** A line that is neither result nor complaint. */
  remark(text: string): void {
    this.progress('');
    this.#messages.write(`${withoutControls(text)}\n`);
  }

  /**
   * What is being done, in a line that the next one overwrites; `''` wipes it, as everything does that is written. Nothing is
   * written where messages go to no terminal.
   */
  progress(text: string): void {
    if (this.#messages.isTTY !== true || text === this.#progress) {
      return;
    }
    this.#progress = text;
    // A line that wraps would leave its first half behind.
    const width = Math.max(20, this.#messages.columns ?? 80) - 1;
    const line = Array.from(withoutControls(text).replaceAll('\n', ' ')).slice(0, width).join('');
    this.#messages.write(`\r\u001b[2K${line}`);
  }
}

/** https://no-color.org and https://force-color.org; who forces colour has the last word. */
export function usesColour(stream: TextStream, env: TerminalOptions['env']): boolean {
  const forced = env['FORCE_COLOR'];
  if (forced !== undefined && forced !== '') {
    return forced !== '0' && forced !== 'false';
  }
  const refused = env['NO_COLOR'] !== undefined && env['NO_COLOR'] !== '';
  return !refused && stream.isTTY === true && env['TERM'] !== 'dumb';
}

/** An escape sequence in somebody's file could rewrite what stands above it, or the terminal's title. */
function withoutControls(text: string): string {
  return text.replaceAll(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu, (control) => {
    if (control === '\n' || control === '\t') {
      return control;
    }
    return control === '\r' ? '' : `\\u${(control.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`;
  });
}

/** Line by line, for a pager draws each line for itself. */
function coloured(text: string, colour: Colour): string {
  const [on, off] = codes[colour];
  return text.replaceAll(/[^\n]+/g, (line) => `\u001b[${on}m${line}\u001b[${off}m`);
}
