/** An edit is offered only where rendering with it gives the live value, and nothing else does. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Failure, isFailure } from '../../../src/base/failure.ts';
import { Sealed } from '../../../src/base/sealed.ts';
import type { FilePlace } from '../../../src/drift/fieldPlaces.ts';
import { provenPlace } from '../../../src/drift/provenPlace.ts';
import type { WantedField } from '../../../src/drift/wantedField.ts';
import { idOf } from '../../../src/flux/objectKey.ts';
import type { DesiredObject } from '../../../src/render/desired.ts';
import { desired } from '../../support/rendered.ts';

const shop = (replicas: number, more: Readonly<Record<string, unknown>> = {}, masks: Partial<DesiredObject> = {}) =>
  desired('Deployment', 'shop', { spec: { replicas, ...more } }, masks);
const other = (text: string) => desired('ConfigMap', 'other', { data: { text } });
const now = [shop(1), other('a')];

const wanted: WantedField = {
  id: idOf(shop(1).object),
  path: ['spec', 'replicas'],
  rendered: new Sealed(shop(1).object),
  now: 1,
  value: 3,
};

function place(file: string): FilePlace {
  return { file, text: '', edit: { start: 0, end: 0, text: '' }, path: [] };
}

interface Row {
  readonly name: string;
  /** By file, what is rendered with its edit. */
  readonly renders: Readonly<Record<string, readonly DesiredObject[] | Failure>>;
  readonly obstacles?: readonly string[];
  readonly proven?: string;
  readonly others?: readonly string[];
  readonly refused?: string;
}

const rows: readonly Row[] = [
  { name: 'the one that gives it', renders: { 'a.yaml': [shop(3), other('a')] }, proven: 'a.yaml' },
  {
    name: 'the one of several that gives it',
    renders: { 'a.yaml': now, 'b.yaml': [shop(3), other('a')] },
    proven: 'b.yaml',
  },
  {
    name: 'with all that it changes beside',
    renders: { 'a.yaml': [shop(3, { paused: true }), other('b'), desired('Pod', 'new')] },
    proven: 'a.yaml',
    others: ['Deployment spec.paused', 'ConfigMap data.text', 'Pod '],
  },
  {
    name: 'with what goes by it',
    renders: { 'a.yaml': [shop(3)] },
    proven: 'a.yaml',
    others: ['ConfigMap '],
  },
  {
    name: 'none',
    renders: { 'a.yaml': now },
    obstacles: ['b.yaml has a variable there.'],
    refused: 'No single place in the files gives this field. b.yaml has a variable there.',
  },
  {
    name: 'two',
    renders: { 'a.yaml': [shop(3), other('a')], 'b.yaml': [shop(3), other('a')] },
    refused: 'Several places give this field (a.yaml, b.yaml): which one is to change is for a person.',
  },
  {
    name: 'files that do not render with it',
    renders: { 'a.yaml': new Failure('invalid', 'the chart says no') },
    refused: 'No single place in the files gives this field.',
  },
  {
    name: 'a field that is another in each render',
    renders: { 'a.yaml': [shop(3, {}, { unstable: [['spec', 'replicas']] }), other('a')] },
    refused: 'No single place in the files gives this field.',
  },
];

for (const row of rows) {
  void test(`a proven place: ${row.name}`, async () => {
    const places = Object.keys(row.renders).map(place);
    const attempt = ({ file }: FilePlace): Promise<readonly DesiredObject[]> => {
      const render = row.renders[file];
      return render && !isFailure(render) ? Promise.resolve(render) : Promise.reject(render ?? new Error(file));
    };
    const result = await provenPlace(wanted, { places, obstacles: row.obstacles ?? [] }, now, attempt);
    if ('refused' in result) {
      assert.equal(result.refused, row.refused);
      return;
    }
    assert.equal(result.place.file, row.proven);
    const others = result.others.flatMap(({ id, paths }) =>
      paths.length === 0 ? [`${id.kind} `] : paths.map((path) => `${id.kind} ${path.join('.')}`),
    );
    assert.deepEqual(others, row.others ?? []);
  });
}

void test('a render that is ended, or a cluster that does not answer, is no answer about the place', async () => {
  for (const reason of ['cancelled', 'unreachable'] as const) {
    const attempt = () => Promise.reject(new Failure(reason, reason));
    await assert.rejects(provenPlace(wanted, { places: [place('a.yaml')], obstacles: [] }, now, attempt), { reason });
  }
});
