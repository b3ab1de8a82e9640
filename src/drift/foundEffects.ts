/**
 * What a change does, put down as it is found: early by renders alone, then as the cluster has judged it, so that what there is can
 * be told when the user ends it. One way for terminal and editor; asks and shows nothing itself.
 */
import { information } from '../render/renderNote.ts';
import type { ChangeEffect } from './changeEffect.ts';
import { type ChangeEffects, changeEffects, type EffectsTask } from './changeEffects.ts';
import { type Findings, nameOfOwner } from './findings.ts';

/** `outside`: what is left out is not of it (`clusters/homelab`). Throws what `changeEffects` does. */
export async function findEffects(
  task: Omit<EffectsTask, 'onEffect'>,
  outside: string,
  findings: Findings,
): Promise<ChangeEffects> {
  const told: ChangeEffect[] = [];
  const against = task.asked && task.before.label;
  const found = await changeEffects({
    ...task,
    onEffect: (effect, former) => {
      told.push(effect);
      const { name, place } = effect.target;
      if (former) {
        findings.settle(former, [], place);
        findings.explain(former, undefined, { place });
      }
      findings.settle(name, effect.objects, place);
      explain(effect, against, findings);
    },
  });
  // What only loses an object that moves is no target any more.
  for (const { target } of told) {
    findings.settle(target.name, [], target.place);
    findings.explain(target.name, undefined, { place: target.place });
  }
  if (found.leftOut.length > 0) {
    const names = found.leftOut.map(({ name, place }) => nameOfOwner({ of: name, place })).join(', ');
    const words = `Not below ${outside}, so not compared with ${findings.against}: ${names}.`;
    findings.note('changed', [information(words)]);
  }
  for (const effect of found.effects) {
    const { target, objects, notes, failure } = effect;
    const { name, place } = target;
    findings.settle(name, objects, place);
    explain(effect, against, findings);
    findings.note(name, notes, place);
    if (failure !== undefined) {
      findings.fail(name, failure, place);
    }
  }
  findings.warn(found.warnings);
  findings.note(task.asked?.context ?? 'changed', found.notes);
  return found;
}

/** Old and new are those of the renders, as the objects of a release are: what is installed may be older than either. */
function explain(
  { target: { name, place, config } }: ChangeEffect,
  against: string | undefined,
  findings: Findings,
): void {
  findings.explain(name, config, { place, against });
}
