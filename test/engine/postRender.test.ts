/** What helm-controller does to a chart's manifests after Helm: kustomize, common metadata, origin labels, in groups of hooks or not. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type ReleaseOptions, chartFiles, configMap, namesOf, renderChart } from './chartBed.ts';
import { engineBed, problemOf } from './engineBed.ts';

const engine = engineBed();

const deployment = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  labels: { app: web }
spec:
  template:
    spec:
      containers:
        - { name: web, image: "nginx:1.0" }
`;
const hook = configMap('hook', '', '  annotations:\n    helm.sh/hook: pre-install\n');
const files = chartFiles({ 'templates/web.yaml': deployment, 'templates/hook.yaml': hook });

const render = (options: ReleaseOptions = {}, of = files) => renderChart(engine, of, options);
const originLabels = {
  'helm.toolkit.fluxcd.io/name': 'web-release',
  'helm.toolkit.fluxcd.io/namespace': 'flux-system',
};
const patchOf = (kind: string, name: string) => ({
  kustomize: {
    patches: [{ target: { kind, name }, patch: '- op: add\n  path: /metadata/labels\n  value: { patched: "yes" }\n' }],
  },
});

describe('labels and annotations', () => {
  it('of the origin are on objects and hooks', () => {
    const { objects, hooks } = render();
    assert.deepEqual(objects[0]?.object.metadata.labels, { app: 'web', ...originLabels });
    assert.deepEqual(hooks[0]?.object.metadata.labels, originLabels);
  });

  it('that are common come over those of the chart, and below those of the origin', () => {
    const { objects } = render({
      commonMetadata: { labels: { app: 'common', 'helm.toolkit.fluxcd.io/name': 'common' }, annotations: { a: 'b' } },
    });
    const { labels, annotations } = objects[0]!.object.metadata;
    assert.deepEqual(labels, { app: 'common', ...originLabels });
    assert.deepEqual(annotations, { a: 'b' });
  });

  it('are set on the object alone, not in its templates', () => {
    const { objects } = render({ commonMetadata: { labels: { a: 'b' } } });
    const { spec } = objects[0]!.object as unknown as { readonly spec: unknown };
    assert.ok(!JSON.stringify(spec).includes('labels'));
  });

  it('are refused where a chart has something else in their place', () => {
    const odd = chartFiles({ 'templates/x.yaml': configMap('x', '', '  labels: text\n') });
    assert.match(
      problemOf(() => render({}, odd)),
      /metadata.labels is no map/,
    );
  });
});

describe('kustomize', () => {
  it('patches what Helm rendered, one renderer after another', () => {
    const add = (path: string, value: string) => ({
      kustomize: {
        patches: [{ target: { kind: 'Deployment' }, patch: `- op: add\n  path: ${path}\n  value: ${value}\n` }],
      },
    });
    const { objects } = render({
      postRenderers: [add('/metadata/annotations/first', 'x'), add('/metadata/annotations/second', 'z')],
    });
    assert.deepEqual(objects[0]?.object.metadata.annotations, { first: 'x', second: 'z' });
    assert.deepEqual(namesOf(objects), ['templates/web.yaml Deployment web'], 'it still is of its template');
  });

  it('that takes all annotations away takes away what names the template, as in Helm', () => {
    const patch = '- op: add\n  path: /metadata/annotations\n  value: { a: b }\n';
    const { objects } = render({
      postRenderers: [{ kustomize: { patches: [{ target: { kind: 'Deployment' }, patch }] } }],
    });
    assert.deepEqual(objects[0]?.object.metadata.annotations, { a: 'b' });
    assert.deepEqual(namesOf(objects), ['generated-by-postrender-1.yaml Deployment web']);
  });

  it('merges a patch without a target by what it names', () => {
    const patch =
      'apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: web }\nspec: { template: { spec: { containers: [{ name: web, tty: true }] } } }\n';
    const { objects } = render({ postRenderers: [{ kustomize: { patches: [{ patch }] } }] });
    const spec = (objects[0]?.object as unknown as { spec: { template: { spec: { containers: unknown } } } }).spec;
    assert.deepEqual(spec.template.spec.containers, [{ name: 'web', image: 'nginx:1.0', tty: true }]);
  });

  it('changes images', () => {
    const { objects } = render({
      postRenderers: [{ kustomize: { images: [{ name: 'nginx', newName: 'mirror/nginx', newTag: '2.0' }] } }],
    });
    assert.ok(JSON.stringify(objects[0]?.object).includes('"mirror/nginx:2.0"'));
  });

  it('may take an object away', () => {
    const patch = '$patch: delete\napiVersion: apps/v1\nkind: Deployment\nmetadata: { name: web }\n';
    assert.deepEqual(render({ postRenderers: [{ kustomize: { patches: [{ patch }] } }] }).objects, []);
  });

  it('that fails says what it could not do', () => {
    const patch = '- op: replace\n  path: /spec/gone/away\n  value: 1\n';
    const postRenderers = [{ kustomize: { patches: [{ target: { kind: 'Deployment' }, patch }] } }];
    assert.match(
      problemOf(() => render({ postRenderers })),
      /error while running post render on files: .*gone/s,
    );
  });

  it('passes over renderers of a kind that Flux does not know', () => {
    assert.equal(render({ postRenderers: [{}, { other: {} }] }).objects.length, 1);
  });
});

describe('the strategy', () => {
  const strategies: readonly (readonly [
    strategy: string | undefined,
    hookIsPatched: boolean,
    hookIsLabelled: boolean,
  ])[] = [
    [undefined, true, true],
    ['combined', true, true],
    ['separate', true, true],
    ['nohooks', false, false],
  ];
  for (const [strategy, patched, labelled] of strategies) {
    it(`${strategy ?? 'of the controller'}: hooks are ${labelled ? 'sent along' : 'left as they are'}`, () => {
      const { hooks, objects } = render({
        ...(strategy === undefined ? {} : { postRenderStrategy: strategy }),
        postRenderers: [patchOf('ConfigMap', 'hook')],
      });
      const { metadata } = hooks[0]?.object ?? {};
      assert.deepEqual(metadata?.labels, patched || labelled ? { patched: 'yes', ...originLabels } : undefined);
      assert.equal(hooks[0]?.template, 'templates/hook.yaml');
      assert.deepEqual(objects[0]?.object.metadata.labels, { app: 'web', ...originLabels });
    });
  }

  it('decides whether one name may be both a hook and no hook', () => {
    const twice = chartFiles({ 'templates/a.yaml': hook, 'templates/b.yaml': configMap('hook') });
    assert.match(
      problemOf(() => render({}, twice)),
      /already registered id/,
    );
    for (const postRenderStrategy of ['separate', 'nohooks']) {
      const { objects, hooks } = render({ postRenderStrategy }, twice);
      assert.deepEqual([objects.length, hooks.length], [1, 1], postRenderStrategy);
    }
  });

  it('must be one of those', () => {
    assert.match(
      problemOf(() => render({ postRenderStrategy: 'all' })),
      /unknown post-render strategy: 'all'/,
    );
  });
});
