/**
 * What a comparison may not say of a Kustomization with variables that nothing known sets: a Secret among their sources could not be
 * read, so that nobody knows which live values are its. Pure.
 */
import type { InventoryItem } from '../flux/inventory.ts';
import { idOf, type ObjectId } from '../flux/objectKey.ts';
import { asList, fieldAt } from '../flux/untyped.ts';
import type { DesiredObject, RenderedKustomization, RenderNote } from '../render/desired.ts';
import { approximate } from '../render/renderNote.ts';
import type { ObjectDifference } from './difference.ts';

export class UnsetVariables {
  readonly #names: readonly string[];
  readonly #mayBeSecret: boolean;
  /** Kinds of objects whose own names are open, with the variables in them. */
  readonly #unnamed = new Map<string, readonly string[]>();

  constructor({ variables, inForce, objects }: Pick<RenderedKustomization, 'variables' | 'inForce' | 'objects'>) {
    this.#names = variables.filter(({ used, value }) => used && value === undefined).map(({ name }) => name);
    const sources = asList(fieldAt(inForce.spec, 'postBuild', 'substituteFrom')) ?? [];
    this.#mayBeSecret = sources.some((source) => fieldAt(source, 'kind') === 'Secret');
    for (const { real } of objects) {
      const id = idOf(real.reveal());
      const open = this.#openIn(`${id.namespace} ${id.name}`);
      if (open.length > 0) {
        this.#unnamed.set(kindOf(id), [...new Set([...(this.#unnamed.get(kindOf(id)) ?? []), ...open])]);
      }
    }
  }

  /** An object in which a variable stands as its name is not what the controller would send. `undefined`: it may be compared. */
  left({ real, object }: DesiredObject): ObjectDifference | undefined {
    const open = this.#openIn(JSON.stringify(real.reveal()));
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

  /**
   * Of an object that has been applied: where the build has one of its kind whose name is open, the two may be the same, so nobody
   * knows whether it left the build. `undefined`: it has, if no object of the build has its id.
   */
  leftApplied({ id, version }: InventoryItem): ObjectDifference | undefined {
    const open = this.#unnamed.get(kindOf(id));
    const reason = `whether the build still has it is not known: its ${id.kind} objects are named by ${open?.join(', ') ?? ''}, and what sets that is not known here`;
    return open && { id, apiVersion: apiVersionOf(id, version), change: 'unknown', paths: [], reason };
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

  #openIn(text: string): readonly string[] {
    return this.#names.filter((name) => text.includes(`\${${name}`));
  }

  get #hides(): boolean {
    return this.#mayBeSecret && this.#names.length > 0;
  }
}

function kindOf({ group, kind }: ObjectId): string {
  return `${group}/${kind}`;
}

function apiVersionOf({ group }: ObjectId, version: string): string {
  return group === '' ? version : `${group}/${version}`;
}

function withoutSides(difference: ObjectDifference): ObjectDifference {
  const kept = Object.entries(difference).filter(([key]) => key !== 'before' && key !== 'after');
  return Object.fromEntries(kept) as unknown as ObjectDifference;
}
