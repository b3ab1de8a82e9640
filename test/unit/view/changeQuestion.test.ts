/** What is asked before an object is changed, in its order, by setting, context, doubt and what is known. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ActionVerb } from '../../../src/cluster/actionResult.ts';
import type { ObjectId } from '../../../src/flux/objectKey.ts';
import { type ChangeInput, changeQuestion } from '../../../src/view/changeQuestion.ts';

const id: ObjectId = { group: 'helm.toolkit.fluxcd.io', kind: 'HelmRelease', namespace: 'logging', name: 'grafana' };
const goesOn = 'Upgrades stop.';
const setBack = 'Kustomization apps will set it back';
const comes = 'Chart 1 is installed, 2 would come.';

function stepsOf(
  verb: ActionVerb,
  confirm: ChangeInput['settings']['confirm'],
  more: Partial<ChangeInput> = {},
): string {
  const settings = { confirm, productionContexts: ['*prod*'] };
  const said = verb === 'suspend' ? [goesOn] : [];
  const { ask, typeName, reason } = changeQuestion({ verb, id, context: 'homelab', settings, said, ...more });
  return [
    ...(ask ? [`ask[${[ask.button, ...ask.ways].join('|')}] ${ask.detail.replaceAll('\n\n', ' // ')}`.trim()] : []),
    ...(typeName ? [`type ${typeName.expected}: ${typeName.prompt}`] : []),
    ...(reason ? [`reason: ${reason.prompt}`] : []),
  ].join('\n');
}

const reason = 'reason: A reason, if you like, is kept with the object.';
const reasonAfter = 'reason: Upgrades stop. A reason, if you like, is kept with the object.';
const prod = { context: 'prod' };
const typeSuspend = 'type grafana: Suspend HelmRelease logging/grafana on prod?';
const typeResume = 'type grafana: Resume HelmRelease logging/grafana on prod?';

for (const [name, verb, confirm, more, expected] of [
  ['a reconcile', 'reconcile', 'production', {}, ''],
  ['a suspend: what goes on stands over the reason', 'suspend', 'production', {}, reasonAfter],
  ['also where nothing is asked', 'suspend', 'never', {}, reasonAfter],
  ['a suspend that is asked for', 'suspend', 'always', {}, `ask[Suspend] Upgrades stop.\n${reason}`],
  [
    'a suspend in production',
    'suspend',
    'production',
    prod,
    `${typeSuspend} Upgrades stop. Type grafana to confirm.\n${reason}`,
  ],
  ['a suspend in production where nothing is asked', 'suspend', 'never', prod, reasonAfter],
  [
    'a suspend that will be undone',
    'suspend',
    'never',
    { setBack },
    `ask[Suspend|openFile] ${setBack}. // Upgrades stop.\n${reason}`,
  ],
  [
    'the same in production: what was said is not said again over the name',
    'suspend',
    'production',
    { ...prod, setBack },
    `ask[Suspend|openFile] ${setBack}. // Upgrades stop.\n${typeSuspend} Type grafana to confirm.\n${reason}`,
  ],
  [
    'in doubt',
    'suspend',
    'never',
    { doubt: 'Not by this file' },
    `ask[Suspend] Not by this file. // Upgrades stop.\n${reason}`,
  ],
  ['a resume of nothing new', 'resume', 'production', {}, ''],
  ['a resume of what has piled up', 'resume', 'production', { piledUp: comes }, `ask[Resume|diffFirst] ${comes}`],
  ['the same where nothing is asked', 'resume', 'never', { piledUp: comes }, ''],
  [
    'the same in production',
    'resume',
    'production',
    { ...prod, piledUp: comes },
    `ask[Resume|diffFirst] ${comes}\n${typeResume} Type grafana to confirm.`,
  ],
  [
    'a resume of what Git suspends, with the words of who suspended it',
    'resume',
    'production',
    { said: ['Suspended by admin.'], setBack, piledUp: comes },
    `ask[Resume|openFile|diffFirst] ${setBack}. // Suspended by admin. ${comes}`,
  ],
  [
    'and where nothing is asked but doubts',
    'resume',
    'never',
    { setBack, piledUp: comes },
    `ask[Resume|openFile|diffFirst] ${setBack}. // ${comes}`,
  ],
] as const satisfies readonly (readonly [
  string,
  ActionVerb,
  ChangeInput['settings']['confirm'],
  Partial<ChangeInput>,
  string,
])[]) {
  test(`before a change: ${name}`, () => assert.equal(stepsOf(verb, confirm, more), expected));
}

test('a question names verb, object and context, and a name of a shell’s characters is typed as it is', () => {
  const strange = { ...id, name: 'a-$(reboot);b' };
  const settings = { confirm: 'always', productionContexts: ['pro`d'] } as const;
  const asked = changeQuestion({ verb: 'resume', id: strange, context: 'pro`d', settings, said: [], piledUp: comes });
  assert.equal(asked.ask?.question, 'Resume HelmRelease logging/a-$(reboot);b on pro`d?');
  assert.equal(asked.typeName?.expected, 'a-$(reboot);b');
});
