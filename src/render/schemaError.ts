/**
 * What Helm says of values that do not fit a chart's schema, without the values. Texts of Secrets may stand there in part, or
 * as numbers too short to be told from others; so no value is left where a Secret takes part.
 */
import { mask } from './maskDifferences.ts';

const lead = "values don't meet the specifications of the schema(s)";

/** What is said of the schema itself: it comes from the chart. */
const ofSchema = /^(?:value must be |missing propert|properties |'\w+' failed)/;

const quoted = /'(?:[^'\\]|\\.)*'/g;

/** Other messages come back as they are. Places in the values, and what the schema asks for, stay. */
export function withoutOperands(message: string): string {
  const start = message.indexOf(lead);
  return start < 0
    ? message
    : message.slice(0, start) + message.slice(start).split('\n').map(lineWithoutOperands).join('\n');
}

function lineWithoutOperands(line: string): string {
  const place = /^\s*- at '(?:[^'\\]|\\.)*': /.exec(line)?.[0];
  if (place === undefined) {
    return line;
  }
  const said = line.slice(place.length);
  return ofSchema.test(said) ? line : place + withoutValues(said);
}

/** The value that something is said of, as the library quotes it or as another pass has left it. */
const subject = /^(?:'(?:[^'\\]|\\.)*'|•••)/;

function withoutValues(said: string): string {
  const rest = said.replace(subject, '');
  if (rest.startsWith(' does not match pattern ')) {
    return mask + rest; // what follows is the schema's
  }
  const format = / is not valid [\w-]+/.exec(rest)?.[0];
  if (format !== undefined) {
    return mask + format; // the reason after it quotes the value again
  }
  return said.replaceAll(quoted, mask).replace(/\bgot [-+./\d]\S*(?=,)/, `got ${mask}`);
}
