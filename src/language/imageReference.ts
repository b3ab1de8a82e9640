/**
 * Reads an image reference the way the container runtime does (distribution/reference), and says what can be told when
 * parts of the text are variables that a build fills in later (pinning 1.1, 1.2). Pure text; asks no registry.
 */

/**
 * - `reference`: name, tag and digest. `name` may still hold variables; tag and digest never do. Flux variables with a
 *   default are read as that default.
 * - `unresolved`: the tag or digest, or whether there is one, hangs on a variable.
 * - `invalid`: the runtime would refuse it.
 */
export type ImageText =
  | {
      readonly state: 'reference';
      readonly name: string;
      readonly tag: string | undefined;
      readonly digest: string | undefined;
    }
  | { readonly state: 'unresolved' }
  | { readonly state: 'invalid' };

// One character of the private use area stands for a variable while the rest is split.
const hole = '\uE000';
const holePattern = new RegExp(hole, 'g');

/** A Flux variable, whose default may be one again (`${A:=${B:=1}}`); three deep is more than anybody writes. */
const around = (inner: string): string => `\\$\\{(?:[^{}]|${inner})*\\}`;
const nestedVariable = around(around(around('(?!)')));
/** Flux, ResourceSet, Helm and others, Kubernetes, Windows style, SOPS. None of them nests but the first. */
const variablePattern = new RegExp(
  `${nestedVariable}|<<[^<>]*>>|\\{\\{[^{}]*\\}\\}|\\$\\([^()]*\\)|\\$[A-Za-z_]\\w*|%[A-Za-z_]\\w*%|ENC\\[[^\\]]*\\]`,
  'g',
);
const fluxDefault = /^\$\{[A-Za-z_]\w*:?[=-]([^]*)\}$/;
const fluxVariable = /^\$\{([A-Za-z_]\w*)/;

/** Text around its variables; where a Flux variable has a default, the default is put in. */
interface Cut {
  readonly text: string;
  readonly hasHoles: boolean;
  /** Puts the variables back into a part that starts where the text does. */
  restore(part: string): string;
}

function cutVariables(text: string): Cut {
  const holes: string[] = [];
  const cut = text.replace(variablePattern, (found) => {
    const value = fluxDefault.exec(found)?.[1];
    const known = value === undefined ? undefined : withDefaults(value);
    if (known !== undefined) {
      return known;
    }
    holes.push(found);
    return hole;
  });
  const restore = (part: string): string => {
    const left = [...holes];
    return part.replace(holePattern, () => left.shift() ?? '');
  };
  return { text: cut, hasHoles: holes.length > 0, restore };
}

/** The text with Flux's defaults put in, `undefined` when a variable without one is left. */
export function withDefaults(text: string): string | undefined {
  const cut = cutVariables(text);
  return cut.hasHoles ? undefined : cut.text;
}

/** The variables of Flux's post-build substitution in the text, each once. */
export function fluxVariables(text: string): string[] {
  const names = [...text.matchAll(variablePattern)].flatMap(([found]) => {
    const variable = fluxVariable.exec(found)?.[1];
    return variable === undefined ? [] : [variable, ...fluxVariables(found.slice(1))];
  });
  return [...new Set(names)];
}

const pathComponent = /^[a-z0-9]+(?:(?:\.|_{1,2}|-+)[a-z0-9]+)*$/;
const hostPattern =
  /^(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*|\[[0-9A-Fa-f:]+\])(?::[0-9]+)?$/;
const tagPattern = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/;
const digestPattern = /^[A-Za-z][A-Za-z0-9]*(?:[+._-][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}$/;
const digestLength: Readonly<Record<string, number>> = { sha256: 64, sha384: 96, sha512: 128 };

export function isDigest(text: string): boolean {
  const [algorithm = '', hex = ''] = text.split(':');
  const length = digestLength[algorithm];
  return digestPattern.test(text) && (length === undefined || hex.length === length);
}

export function isTag(text: string): boolean {
  return tagPattern.test(text);
}

/** The first part is a registry only if it looks like a host; else it is a namespace on Docker Hub. */
function isHost(part: string): boolean {
  return part === 'localhost' || /[.:A-Z]/.test(part);
}

function isName(name: string): boolean {
  const parts = name.split('/');
  const [first = ''] = parts;
  const path = parts.length > 1 && isHost(first) ? parts.slice(1) : parts;
  const hostIsFine = path.length === parts.length || hostPattern.test(first);
  return (
    name.length <= 255 && hostIsFine && path.every((part) => pathComponent.test(part)) && !/^[0-9a-f]{64}$/.test(name)
  );
}

export function readImageReference(text: string): ImageText {
  const cut = cutVariables(text);
  const at = cut.text.indexOf('@');
  const beforeDigest = at < 0 ? cut.text : cut.text.slice(0, at);
  const digest = at < 0 ? undefined : cut.text.slice(at + 1);
  const lastPart = beforeDigest.lastIndexOf('/') + 1;
  const colon = beforeDigest.indexOf(':', lastPart);
  const name = colon < 0 ? beforeDigest : beforeDigest.slice(0, colon);
  const tag = colon < 0 ? undefined : beforeDigest.slice(colon + 1);

  const isOpen = (part: string | undefined): boolean => part?.includes(hole) ?? false;
  // A digest decides alone; without one, a variable in the tag or at the end of a name without tag could be anything.
  const openEnd = isOpen(tag) || (colon < 0 && isOpen(name.slice(lastPart)));
  if (isOpen(digest) || (digest === undefined && openEnd)) {
    return { state: 'unresolved' };
  }
  const nameIsFine = isName(name.replace(holePattern, 'x'));
  const tagIsFine = tag === undefined || isTag(tag.replace(holePattern, 'x'));
  if (!nameIsFine || !tagIsFine || (digest !== undefined && !isDigest(digest))) {
    // What stands in for a variable may break the grammar where the real text would not.
    return { state: cut.hasHoles ? 'unresolved' : 'invalid' };
  }
  return { state: 'reference', name: cut.restore(name), tag: isOpen(tag) ? undefined : tag, digest };
}

/** Replaces Flux variables whose value is known; others stay, and so does what stands around those in a default. */
export function substituteVariables(text: string, valueOf: (variable: string) => string | undefined): string {
  return text.replace(variablePattern, (found) => {
    const variable = fluxVariable.exec(found)?.[1];
    if (variable === undefined) {
      return found;
    }
    return valueOf(variable) ?? `$${substituteVariables(found.slice(1), valueOf)}`;
  });
}
