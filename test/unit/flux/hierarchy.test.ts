import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { buildHierarchy } from '../../../src/flux/hierarchy.ts';
import { encodeInventoryId } from '../../../src/flux/inventory.ts';
import { idOf, type ObjectId } from '../../../src/flux/objectKey.ts';
import type { FluxObject } from '../../../src/flux/objects.ts';
import { appliedBy, fluxObject, titleOf } from './fluxObject.ts';

/** `Kind ns/name`, applied by `owner` by its labels, with an inventory of the given titles. */
function object(title: string, owner?: string, lists?: readonly string[], remote = false): FluxObject {
  return fluxObject(title, {
    ...(owner === undefined ? {} : { labels: appliedBy(owner) }),
    ...(remote ? { spec: { kubeConfig: {} } } : {}),
    ...(lists
      ? {
          status: {
            inventory: { entries: lists.map((text) => ({ id: encodeInventoryId(idOf(fluxObject(text))), v: 'v1' })) },
          },
        }
      : {}),
  });
}

/** The forest as indented titles, with the applier that is not here in brackets. */
function drawn(objects: Iterable<FluxObject>): string[] {
  const hierarchy = buildHierarchy(objects);
  const lines: string[] = [];
  const draw = (id: ObjectId, depth: number, parent: ObjectId | undefined): void => {
    assert.deepEqual(hierarchy.parent(id), parent);
    const missing = hierarchy.ownerMissing(id);
    lines.push(`${'  '.repeat(depth)}${titleOf(id)}${missing ? ` [${titleOf(missing)}]` : ''}`);
    for (const child of hierarchy.children(id)) {
      draw(child, depth + 1, id);
    }
  };
  for (const root of hierarchy.roots) {
    draw(root, 0, undefined);
  }
  return lines;
}

const root = 'Kustomization flux-system/flux-system';
const apps = 'Kustomization flux-system/apps';

const rows: readonly [is: string, objects: readonly FluxObject[], expected: readonly string[]][] = [
  ['empty without objects', [], []],
  [
    'nested as the labels say, in order',
    [object('HelmRelease b/two', apps), object('HelmRelease a/one', apps), object(apps, root), object(root, root)],
    [root, `  ${apps}`, '    HelmRelease a/one', '    HelmRelease b/two'],
  ],
  ['one root for the bootstrap that applies itself', [object(root, root, [root])], [root]],
  ['one root for what lists itself without labels', [object(root, undefined, [root])], [root]],
  [
    'nested by an inventory where labels are missing',
    [object('HelmRelease a/one'), object(apps, undefined, ['HelmRelease a/one'])],
    [apps, '  HelmRelease a/one'],
  ],
  [
    'nested by labels where an inventory says otherwise: an object moved to another parent',
    [object('HelmRelease a/one', apps), object(apps), object(root, root, ['HelmRelease a/one'])],
    [apps, '  HelmRelease a/one', root],
  ],
  [
    'nested by the first inventory of two that list it',
    [
      object('HelmRelease a/one'),
      object(root, undefined, ['HelmRelease a/one']),
      object(apps, undefined, ['HelmRelease a/one']),
    ],
    [apps, '  HelmRelease a/one', root],
  ],
  [
    'a root with a note when its applier is not in this cluster',
    [object('HelmRelease a/one', 'Kustomization hub/apps')],
    ['HelmRelease a/one [Kustomization hub/apps]'],
  ],
  [
    'a root with a note when flux-operator applied it',
    [object(root, 'FluxInstance flux-system/flux')],
    [`${root} [FluxInstance flux-system/flux]`],
  ],
  [
    'nested by an inventory when the labelled applier is not here',
    [object('HelmRelease a/one', 'Kustomization hub/apps'), object(apps, undefined, ['HelmRelease a/one'])],
    [apps, '  HelmRelease a/one'],
  ],
  [
    'unmoved by the inventory of an applier for another cluster',
    [object('HelmRelease a/one'), object(apps, undefined, ['HelmRelease a/one'], true)],
    ['HelmRelease a/one', apps],
  ],
  ['complete when two apply each other', [object(apps, root), object(root, apps)], [apps, `  ${root}`]],
  [
    'complete when three apply each other in a circle with something below',
    [
      object('Kustomization x/a', 'Kustomization x/b'),
      object('Kustomization x/b', 'Kustomization x/c'),
      object('Kustomization x/c', 'Kustomization x/a'),
      object('HelmRelease y/z', 'Kustomization x/c'),
    ],
    ['Kustomization x/a', '  Kustomization x/c', '    Kustomization x/b', '    HelmRelease y/z'],
  ],
  ['complete when a circle closes by an inventory', [object(apps, root, [root]), object(root)], [apps, `  ${root}`]],
  [
    'once for an object that came twice',
    [object('HelmRelease a/one'), object('HelmRelease a/one', apps), object(apps)],
    [apps, '  HelmRelease a/one'],
  ],
  [
    'nested below a release that installs Flux objects',
    [object('HelmRelease a/one'), object('Kustomization a/inner', 'HelmRelease a/one')],
    ['HelmRelease a/one', '  Kustomization a/inner'],
  ],
  [
    'apart for objects of one name and different kinds',
    [object('HelmRelease a/one'), object('Kustomization a/one')],
    ['HelmRelease a/one', 'Kustomization a/one'],
  ],
];

describe('the hierarchy is', () => {
  for (const [is, objects, expected] of rows) {
    it(is, () => assert.deepEqual(drawn(objects), expected));
    it(`${is}, in whatever order the objects come`, () => {
      if (is !== 'once for an object that came twice') {
        assert.deepEqual(drawn([...objects].reverse()), expected);
      }
    });
  }

  it('silent about objects that are not in it', () => {
    const hierarchy = buildHierarchy([]);
    const id = idOf(object(apps));
    assert.deepEqual(
      [hierarchy.children(id), hierarchy.parent(id), hierarchy.ownerMissing(id)],
      [[], undefined, undefined],
    );
  });

  it('built by looking at each of 10,000 objects and inventory entries a fixed number of times', () => {
    const reads = (count: number): number => {
      let seen = 0;
      const counted = Array.from({ length: count }, (_, index) => {
        const parent = index === 0 ? undefined : `Kustomization n/k${Math.floor((index - 1) / 2)}`;
        const made = object(`Kustomization n/k${index}`, index % 2 ? parent : undefined, [
          `Kustomization n/k${2 * index + 1}`,
          `Kustomization n/k${2 * index + 2}`,
        ]);
        return new Proxy(made, {
          get(target, key, receiver) {
            seen += 1;
            return Reflect.get(target, key, receiver) as unknown;
          },
        });
      });
      assert.equal(buildHierarchy(counted).roots.length, 1);
      return seen;
    };
    const thousand = reads(1_000);
    assert.ok(reads(10_000) <= thousand * 10.1, 'ten times the objects cost more than ten times the work');
  });

  it('complete for a chain of 10,000, without running out of stack', () => {
    const chain = Array.from({ length: 10_000 }, (_, index) =>
      object(`Kustomization n/k${index}`, `Kustomization n/k${index + 1}`),
    );
    const hierarchy = buildHierarchy(chain);
    assert.deepEqual(hierarchy.roots.map(titleOf), ['Kustomization n/k9999']);
    assert.equal(
      titleOf(
        hierarchy.ownerMissing({
          group: 'kustomize.toolkit.fluxcd.io',
          kind: 'Kustomization',
          namespace: 'n',
          name: 'k9999',
        }),
      ),
      'Kustomization n/k10000',
    );
  });
});
