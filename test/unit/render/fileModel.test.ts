/** What rendering knows of a file: what it states, on which line, and why it cannot be read. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { allSteps } from '../../../src/base/turns.ts';
import { type FileModel, readFileModel } from '../../../src/render/fileModel.ts';

function modelOf(path: string, text: string): FileModel {
  return allSteps(readFileModel(path, text));
}

const release = (name: string, more = ''): string => `apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata:
  name: ${name}
spec:
  chartRef:
    kind: OCIRepository
    name: ${name}
${more}`;

test('each document of Flux is stated with the line of its first key', () => {
  const text = `# a comment\n---\n${release('one')}---\n\n${release('two')}`;
  const { documents, problem } = modelOf('apps/x.yaml', text);
  assert.deepEqual(
    documents.map(({ kind, name, namespace, path, line }) => [kind, name, namespace, path, line]),
    [
      ['HelmRelease', 'one', '', 'apps/x.yaml', 3],
      ['HelmRelease', 'two', '', 'apps/x.yaml', 13],
    ],
  );
  assert.equal(problem, undefined);
});

test('a document in the middle of being typed is named by its line; the others are stated all the same', () => {
  const text = `${release('one')}---\n${release('two', '  values:\n    a: b: c\n')}`;
  const { documents, problem } = modelOf('apps/x.yaml', text);
  assert.deepEqual(
    documents.map(({ name }) => name),
    ['one'],
  );
  assert.equal(problem?.line, 19);
  assert.match(problem.message, /\w/);
});

test('a kustomize file that cannot be read says so too', () => {
  const { kustomize, problem } = modelOf('apps/kustomization.yaml', 'resources:\n  - a.yaml\n b: [\n');
  assert.equal(kustomize, undefined);
  assert.ok(problem);
});

test('a broken document that decides nothing is nobody’s problem', () => {
  assert.equal(modelOf('apps/x.yaml', 'apiVersion: v1\nkind: Pod\na: b: c\n').problem, undefined);
});

test('templates state nothing: their names are none', () => {
  assert.deepEqual(modelOf('x.yaml', release('<< inputs.name >>')).documents, []);
});

test('each document has its line, also in a list', () => {
  const one = 'apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: { name: a }\n';
  const list = `apiVersion: v1\nkind: List\nitems:\n  - ${one.trimEnd().replaceAll('\n', '\n    ')}\n`;
  const { documents } = modelOf('a.yaml', `# first\n${one}---\n\n${list}---\n${one}`);
  assert.deepEqual(
    documents.map(({ line }) => line),
    [2, 10, 14],
  );
});
