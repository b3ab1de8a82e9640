/**
 * Whether a text may have been made of a secret one by the operators of a Flux Kustomization's variables: in other letters, cut, or
 * within a longer text (fluxcd/pkg envsubst). Errs on the side of yes, so it is asked of the few texts that may hold one, not of objects.
 */
import { KnownTexts } from '../render/maskKnownTexts.ts';

/** Shorter pieces stand in others by chance. */
const pieceLength = 6;
/** Shorter texts stand in long ones by chance. */
const fewestCut = 4;

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
    const isCut = lower.length >= fewestCut && this.#texts.some((secret) => secret.includes(lower));
    return isCut || this.#known.isIn(text) || piecesOf(lower).some((piece) => this.#pieces.has(piece));
  }
}

function piecesOf(text: string): readonly string[] {
  return Array.from({ length: Math.max(0, text.length - pieceLength + 1) }, (_, at) =>
    text.slice(at, at + pieceLength),
  );
}
