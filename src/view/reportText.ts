/**
 * A report as plain text with links, for a read-only document: lines, and which part of a line leads where. Links are made by
 * whoever writes the report, by place and never out of its words; what a cluster has said goes through `told` and stands indented,
 * so that it can be taken for no heading.
 */
import type { ObjectId } from '../flux/objectKey.ts';
import { withoutCredentials } from '../flux/withoutCredentials.ts';
import { plainText } from './markdown.ts';

/** What a link does with an object. */
export type ObjectCommand = 'revealObject' | 'openFile' | 'openLiveObject';

export type LinkTarget =
  | { readonly to: 'object'; readonly command: ObjectCommand; readonly id: ObjectId }
  /** A page of documentation, whose address stands in the code. */
  | { readonly to: 'page'; readonly url: string };

export interface ReportLink {
  readonly line: number;
  /** UTF-16 units; `end` is exclusive. */
  readonly start: number;
  readonly end: number;
  readonly target: LinkTarget;
  readonly tooltip: string;
}

export interface Report {
  readonly text: string;
  readonly links: readonly ReportLink[];
}

export interface Linked {
  readonly text: string;
  readonly target: LinkTarget;
  readonly tooltip: string;
}

export type Part = string | Linked;

/** Of one message; a controller's may have 20 kB. */
const mostLines = 40;
const mostInLine = 2_000;

/** A cluster's words on one line. */
export function told(text: string, max = 500): string {
  return plainText(withoutCredentials(text), max);
}

/** A cluster's words, line by line and without empty ones. */
export function toldLines(text: string): readonly string[] {
  const lines = withoutCredentials(text)
    .split(/\r\n|\r|\n/)
    .map((line) => plainText(line, mostInLine))
    .filter((line) => line !== '');
  return lines.length > mostLines ? [...lines.slice(0, mostLines), `… ${lines.length - mostLines} more lines`] : lines;
}

export class ReportText {
  readonly #lines: string[] = [];
  readonly #links: ReportLink[] = [];

  /** Two spaces for each step. */
  line(indent: number, ...parts: readonly Part[]): this {
    let text = '  '.repeat(indent);
    for (const part of parts) {
      const own = (typeof part === 'string' ? part : part.text).replace(/[\r\n]+/g, ' ');
      if (typeof part !== 'string') {
        const { target, tooltip } = part;
        const place = { line: this.#lines.length, start: text.length, end: text.length + own.length };
        this.#links.push({ ...place, target, tooltip });
      }
      text += own;
    }
    this.#lines.push(text.trimEnd());
    return this;
  }

  /** After an empty line. */
  heading(text: string): this {
    this.#lines.push('', text);
    return this;
  }

  build(): Report {
    return { text: `${this.#lines.join('\n')}\n`, links: this.#links };
  }
}
