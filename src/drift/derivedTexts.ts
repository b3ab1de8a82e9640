/**
 * Whether a text may have been made of a secret one by the operators of a Flux Kustomization's variables: in other letters, cut, or
 * within a longer text (fluxcd/pkg envsubst). Errs on the side of yes, so it is asked of the few texts that may hold one, not of objects.
 */
import { KnownTexts } from '../render/maskKnownTexts.ts';

/** Shorter pieces stand in other texts by chance: of a domain and of an image's address, most of all. */
const pieceLength = 8;
/** Shorter texts stand in long ones by chance. */
const fewestCut = 4;
/** As `KnownTexts` has it. */
const fewestWithin = 6;

export class DerivedTexts {
  readonly #known: KnownTexts;
  readonly #texts: readonly string[];
  readonly #pieces = new Set<string>();

  constructor(secrets: readonly string[]) {
    this.#known = new KnownTexts(secrets);
    this.#texts = secrets.map((secret) => secret.trim().toLowerCase());
    this.#texts.flatMap(piecesOf).forEach((piece) => this.#pieces.add(piece));
  }

  has(text: string): boolean {
    const lower = text.trim().toLowerCase();
    const isCut = (secret: string): boolean => lower.length >= fewestCut && secret.includes(lower);
    const isWithin = (secret: string): boolean => secret.length >= fewestWithin && lower.includes(secret);
    return (
      this.#known.isIn(text) ||
      this.#texts.some((secret) => isCut(secret) || isWithin(secret)) ||
      piecesOf(lower).some((piece) => this.#pieces.has(piece))
    );
  }
}

function piecesOf(text: string): readonly string[] {
  return Array.from({ length: Math.max(0, text.length - pieceLength + 1) }, (_, at) =>
    text.slice(at, at + pieceLength),
  );
}
