/**
 * Takes out of the libraries' errors what they quote of files: whole objects, patches, literals. That is done whether or not a
 * Secret is known to take part, because what cannot be read is not known to be one. Knows nothing of secret texts.
 */
import { mask } from './maskDifferences.ts';

/** Where a quotation begins, and what the library says after it. */
interface Quotation {
  readonly before: RegExp;
  /** Left out: what is quoted goes on to the end. */
  readonly after?: string;
}

/**
 * Of kustomize api and kyaml 0.21.1 (plugins, kv/kv.go, PatchTransformer, nameref, yaml/fns.go) and of go-yaml. An
 * anchor is there because a password that begins with `*` is one for YAML.
 */
const quotations: readonly Quotation[] = [
  { before: /node contents:/ },
  { before: /\[patch: /, after: ']' },
  { before: /with config: (?=`)/, after: '`: ' },
  { before: /must specify one of patch and path in\s/ },
  { before: /patch and path can't be set at the same time\s/ },
  { before: /must specify a target for patch / },
  { before: /literal sources (?=\[)/, after: ': invalid literal source ' },
  { before: /invalid literal source /, after: ', expected key=value' },
  { before: /: line (?=\[\d)/, after: ' has invalid utf8 bytes' },
  { before: /has invalid utf8 bytes : / },
  { before: /roleRef cannot be found in / },
  { before: /apiGroup cannot be found in roleRef / },
  { before: /kind cannot be found in roleRef / },
  { before: /invalid map key: / },
  { before: /unknown anchor (?=')/, after: ' referenced' },
  { before: /cannot decode !\S* (?=`)/, after: ' as a !' },
  { before: /cannot unmarshal !\S* (?=`)/, after: ' into ' },
  { before: /cannot unmarshal number /, after: ' into ' },
];

const beforeObject = ' for the following resource:';

/** The words of the library with dots for quotations, and of an object its kind and name. */
export function unquotedError(message: string): string {
  const at = message.indexOf(beforeObject);
  const words = quotations.reduce(withoutQuotation, at < 0 ? message : message.slice(0, at));
  return at < 0 ? words : `${words} in ${describeObject(message.slice(at + beforeObject.length))}`;
}

/** From the first beginning to the last end: what is quoted may look like either. */
function withoutQuotation(message: string, { before, after }: Quotation): string {
  const found = before.exec(message);
  if (!found) {
    return message;
  }
  const start = found.index + found[0].length;
  const end = after === undefined ? -1 : message.lastIndexOf(after);
  return `${message.slice(0, start)}${mask}${end < start ? '' : message.slice(end)}`;
}

/** Reads lines as kyaml writes them: the whole may be no YAML that a reader takes. */
function describeObject(text: string): string {
  const lines = text.split('\n');
  const kind = matchIn(lines, /^kind: ["']?([A-Za-z0-9]{1,63})["']?$/) ?? 'an object';
  const top = lines.findIndex((line) => line.startsWith('metadata:'));
  const within = lines.slice(top + 1);
  const end = within.findIndex((line) => !line.startsWith(' '));
  const name =
    matchIn(lines.slice(top, top + 1), /^metadata: \{(?:[^{}]*, )?name: ["']?([a-z0-9.-]{1,253})["']?[,}]/) ??
    matchIn(end < 0 ? within : within.slice(0, end), /^ {2}name: ["']?([a-z0-9.-]{1,253})["']?$/);
  return top < 0 || name === undefined ? kind : `${kind} ${name}`;
}

function matchIn(lines: readonly string[], pattern: RegExp): string | undefined {
  for (const line of lines) {
    const found = pattern.exec(line)?.[1];
    if (found !== undefined) {
      return found;
    }
  }
  return undefined;
}
