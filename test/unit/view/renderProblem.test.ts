/** Errors of rendering in words: the place that they name, and what a person is offered. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Failure } from '../../../src/base/failure.ts';
import {
  errorPlace,
  type ProblemInput,
  problemText,
  renderProblem,
  type RenderProblem,
  withRawOffer,
} from '../../../src/view/renderProblem.ts';
import { kustomizationName, releaseName } from '../../support/rendered.ts';

const paths = [
  'apps/shop/release.yaml',
  'apps/shop/kustomization.yaml',
  'apps/kustomization.yaml',
  'charts/shop/templates/deployment.yaml',
  'charts/shop/templates/_helpers.tpl',
];

const places: readonly (readonly [string, string | undefined])[] = [
  ['apps/shop/release.yaml:12: did not find expected key', 'apps/shop/release.yaml:12'],
  ['./apps/shop/release.yaml:3:7: bad indentation', 'apps/shop/release.yaml:3'],
  ['parsing apps/shop/release.yaml: line 4: mapping values are not allowed', 'apps/shop/release.yaml:4'],
  [
    'execution error at (shop/templates/deployment.yaml:9:5): image.tag is required',
    'charts/shop/templates/deployment.yaml:9',
  ],
  [
    'template: shop/templates/deployment.yaml:9:3: executing "x" at <include "y">: error calling include: template: shop/templates/_helpers.tpl:2:1: nil pointer',
    'charts/shop/templates/_helpers.tpl:2',
  ],
  ['kustomization.yaml:1: which of the two?', undefined],
  ['loki/templates/deployment.yaml:9:5: of a chart that is not here', undefined],
  ['the value "a:12" is no file', undefined],
  ['apps/shop/release.yaml:0: a reader that counts from nought', 'apps/shop/release.yaml:1'],
  [`${'x/'.repeat(50_000)}apps/shop/release.yaml:3`, undefined],
];

for (const [message, expected] of places) {
  test(`the place in: ${message.slice(0, 80)}`, () => {
    const place = errorPlace(message, paths);
    assert.equal(place && `${place.path}:${place.line}`, expected);
  });
}

const chartToPull = new Failure('notFound', 'The chart shop is not here', { remedy: 'pull' });

const offers: readonly (readonly [string, Partial<ProblemInput>, readonly string[]])[] = [
  [
    'an error with its place leads there',
    { error: new Failure('invalid', 'apps/shop/release.yaml:2: bad') },
    ['openPlace', 'openLog'],
  ],
  ['one without leads to the log', { error: new Failure('invalid', 'bad') }, ['openLog']],
  ['a chart that is nowhere can be pulled, or found in a cluster', { error: chartToPull }, ['pullChart', 'connect']],
  ['with a cluster there is only the pull', { error: chartToPull, cluster: 'connected' }, ['pullChart']],
  ['where no cluster may be asked none is offered', { error: chartToPull, cluster: 'refused' }, ['pullChart']],
  [
    'a chart that no download has is not to be pulled, whatever the words',
    { error: new Failure('notFound', 'The chart ./x is not here; GitRepository apps/other is another repository') },
    ['connect'],
  ],
  [
    'a source that is nowhere may be in a cluster',
    { name: kustomizationName, error: new Failure('notFound', 'No source') },
    ['connect'],
  ],
  [
    'what took too long may be given more time',
    { error: new Failure('timeout', 'Rendering took longer than 30 s') },
    ['changeLimit', 'openLog'],
  ],
  ['what nobody foresaw is in the log', { error: new TypeError('x is undefined') }, ['openLog']],
];

for (const [title, input, expected] of offers) {
  test(title, () => {
    const problem = renderProblem({ name: releaseName, error: undefined, paths, cluster: 'none', ...input });
    assert.deepEqual(problem.offers, expected);
  });
}

test('what nobody foresaw does not show its inside', () => {
  const problem = renderProblem({ name: releaseName, error: new TypeError('x is undefined'), paths, cluster: 'none' });
  assert.equal(problem.message, 'Rendering HelmRelease apps/shop failed unexpectedly. The log says more.');
});

test('the message names the object and the cause on one line', () => {
  const error = new Failure('invalid', `first\nsecond ${'x'.repeat(1_000)}`);
  const text = problemText(releaseName, renderProblem({ name: releaseName, error, paths, cluster: 'none' }));
  assert.match(text, /^HelmRelease apps\/shop cannot be rendered: first second x+…$/);
  assert.ok(text.length < 350);
});

test('where a document was to be compared its raw text is offered, beside what mends most', () => {
  const offered = (...offers: RenderProblem['offers']) =>
    withRawOffer({ message: '', place: undefined, hint: undefined, offers }).offers;
  assert.deepEqual(offered('pullChart'), ['pullChart', 'compareRaw']);
  assert.deepEqual(offered('openPlace', 'openLog'), ['openPlace', 'compareRaw']);
  assert.deepEqual(offered('changeLimit', 'openLog'), ['changeLimit', 'compareRaw']);
  assert.deepEqual(offered('openLog'), ['compareRaw', 'openLog']);
  assert.deepEqual(offered('connect'), ['compareRaw', 'openLog']);
});
