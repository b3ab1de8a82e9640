/**
 * What a comparison may not say of a Kustomization with variables that nothing known sets: a Secret among their sources could not be
 * read, so that nobody knows which live values are its. Pure.
 */
import { idOf } from '../flux/objectKey.ts';
import { asList, fieldAt } from '../flux/untyped.ts';
import type { DesiredObject, RenderedKustomization, RenderNote } from '../render/desired.ts';
import { approximate } from '../render/renderNote.ts';
import type { ObjectDifference } from './difference.ts';

export class UnsetVariables {
  readonly #names: readonly string[];
  readonly #mayBeSecret: boolean;

  constructor({ variables, inForce }: Pick<RenderedKustomization, 'variables' | 'inForce'>) {
    this.#names = variables.filter(({ used, value }) => used && value === undefined).map(({ name }) => name);
    const sources = asList(fieldAt(inForce.spec, 'postBuild', 'substituteFrom')) ?? [];
    this.#mayBeSecret = sources.some((source) => fieldAt(source, 'kind') === 'Secret');
  }

  /** An object in which a variable stands as its name is not what the controller would send. `undefined`: it may be compared. */
  left({ real, object }: DesiredObject): ObjectDifference | undefined {
    const text = JSON.stringify(real.reveal());
    const open = this.#names.filter((name) => text.includes(`\${${name}`));
    return open.length === 0
      ? undefined
      : {
          id: idOf(object),
          apiVersion: object.apiVersion,
          change: 'unknown',
          paths: [],
          reason: `what sets ${open.join(', ')} is not known here`,
        };
  }

  /** Without the sides that hold what lives: an operator may have left no name of a variable in the text to tell it by. */
  shown(difference: ObjectDifference): ObjectDifference {
    if (!this.#hides || difference.change === 'create') {
      return difference;
    }
    return withoutSides(difference);
  }

  get notes(): readonly RenderNote[] {
    const message =
      'Live values are not shown: a Secret that variables come from could not be read, so which are its is not known.';
    return this.#hides ? [approximate(message)] : [];
  }

  get #hides(): boolean {
    return this.#mayBeSecret && this.#names.length > 0;
  }
}

function withoutSides(difference: ObjectDifference): ObjectDifference {
  const kept = Object.entries(difference).filter(([key]) => key !== 'before' && key !== 'after');
  return Object.fromEntries(kept) as unknown as ObjectDifference;
}
