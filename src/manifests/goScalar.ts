/**
 * What Go's YAML readers make of a value that is written without quotes. The controllers read YAML 1.1 in the dialect of
 * go-yaml and pass values on as JSON: a tag `1.10` arrives as 1.1. Knows no rule and no place; only the text of one scalar.
 */

/** `printed` is the text that a template prints; `via` says what the reader took the scalar for. */
export interface GoScalar {
  readonly via: 'number' | 'date';
  readonly printed: string;
}

const largestInt = 2n ** 63n - 1n;
// go-yaml resolve.go, yamlStyleFloat: 08 and 1. are numbers, and so is 1e3.
const floatPattern = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/;
const datePattern = /^(\d{4})-(\d{1,2})-(\d{1,2})$/;

/** `undefined` where the scalar stays text, or is null or a boolean. `source` is a plain scalar as written. */
export function readGoScalar(source: string): GoScalar | undefined {
  const date = readDate(source);
  if (date !== undefined) {
    return { via: 'date', printed: date };
  }
  if (!/^[-+.0-9]/.test(source)) {
    return undefined;
  }
  const digits = source.replaceAll('_', '');
  const whole = readInteger(digits);
  if (whole !== undefined) {
    const inRange = whole <= largestInt && whole >= -largestInt - 1n;
    return { via: 'number', printed: inRange ? whole.toString() : printFloat(Number(whole)) };
  }
  const value = floatPattern.test(digits) ? Number(digits) : Number.NaN;
  return Number.isFinite(value) ? { via: 'number', printed: printFloat(value) } : undefined;
}

/**
 * How Go's templates print a number that came as JSON, where every number is a float64: with an exponent from seven digits
 * on (strconv `%g`, shortest form). `undefined` where they print it as it stands.
 */
export function exponentOf(printed: string): string | undefined {
  const value = Number(printed);
  if (!/^-?\d+$/.test(printed) || Math.abs(value) < 1e6 || Math.abs(value) >= 1e21) {
    return undefined;
  }
  return value.toExponential().replace(/e\+(\d)$/, 'e+0$1');
}

/** Numbers as JSON has them; the borders of the exponent are the same in Go and here. */
function printFloat(value: number): string {
  return Number.isInteger(value) && Math.abs(value) < 1e21 ? BigInt(value).toString() : String(value);
}

/** strconv.ParseInt with base 0: a leading 0 alone means octal. */
function readInteger(text: string): bigint | undefined {
  const [, sign, body = ''] = /^([-+]?)(\w+)$/.exec(text) ?? [];
  const literal = /^0[0-7]+$/.test(body) ? `0o${body.slice(1)}` : body;
  if (!/^(?:0|[1-9]\d*|0[xX][0-9a-fA-F]+|0[oO][0-7]+|0[bB][01]+)$/.test(literal)) {
    return undefined;
  }
  const value = BigInt(literal);
  return sign === '-' ? -value : value;
}

/** A day of the calendar becomes a moment: `2025-01-01T00:00:00Z`. */
function readDate(source: string): string | undefined {
  const [, year, month, day] = (datePattern.exec(source) ?? []).map(Number);
  if (year === undefined || month === undefined || day === undefined) {
    return undefined;
  }
  const moment = new Date(0);
  moment.setUTCFullYear(year, month - 1, day);
  const exists = moment.getUTCMonth() === month - 1 && moment.getUTCDate() === day;
  return exists ? moment.toISOString().replace('.000Z', 'Z') : undefined;
}
