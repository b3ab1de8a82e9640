/**
 * Whether a text may have been made of a secret one by the operators of a Flux Kustomization's variables: in other letters, cut, with
 * other punctuation, or within a longer text (fluxcd/pkg envsubst). Errs on the side of yes, so it is asked of the few texts that may
 * hold one, not of objects. Cannot tell short pieces within another text, and letters put in place of others.
 */
import { KnownTexts } from '../render/maskKnownTexts.ts';

/** Shorter pieces stand in other texts by chance: of a domain and of an image's address, most of all. */
const pieceLength = 8;
/** Shorter texts stand in long ones by chance. */
const fewestCut = 4;
/** As `KnownTexts` has it. */
const fewestWithin = 6;

/** A text or a secret, to compare. */
interface Read {
  readonly text: string;
  /** Of what it was read from. */
  readonly length: number;
}

export class DerivedTexts {
  readonly #known: KnownTexts;
  readonly #secrets: readonly Read[];
  readonly #pieces = new Set<string>();

  constructor(secrets: readonly string[]) {
    this.#known = new KnownTexts(secrets);
    this.#secrets = secrets.flatMap(waysToRead);
    this.#secrets.flatMap(({ text }) => piecesOf(text)).forEach((piece) => this.#pieces.add(piece));
  }

  has(text: string): boolean {
    return this.#known.isIn(text) || waysToRead(text).some((read) => this.#holds(read.text));
  }

  #holds(text: string): boolean {
    const isCut = (secret: Read): boolean => text.length >= fewestCut && secret.text.includes(text);
    const isWithin = (secret: Read): boolean =>
      secret.length >= fewestWithin && secret.text.length >= fewestCut && text.includes(secret.text);
    return (
      this.#secrets.some((secret) => isCut(secret) || isWithin(secret)) ||
      piecesOf(text).some((piece) => this.#pieces.has(piece))
    );
  }
}

/** As it is, and without all that `${DOMAIN/./-}` and `${DOMAIN//./}` change to make names of domains and addresses. */
function waysToRead(text: string): readonly Read[] {
  const lower = text.trim().toLowerCase();
  const read = new Set([lower, lower.replaceAll(/[^\p{L}\p{N}]/gu, '')]);
  return [...read].map((way) => ({ text: way, length: lower.length }));
}

function piecesOf(text: string): readonly string[] {
  return Array.from({ length: Math.max(0, text.length - pieceLength + 1) }, (_, at) =>
    text.slice(at, at + pieceLength),
  );
}
