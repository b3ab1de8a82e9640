/** What a document of a file has become in a build. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { builtDocument, type StatedIdentity } from '../../../src/drift/builtDocument.ts';
import { desired } from '../../support/rendered.ts';

function built(...titles: readonly string[]) {
  return titles.map((title) => {
    const [kind = '', place = ''] = title.split(' ');
    const [namespace = '', name = ''] = place.split('/');
    const metadata = { name, ...(namespace === '' ? {} : { namespace }) };
    return desired(kind, name, { apiVersion: kind === 'Deployment' ? 'apps/v1' : 'v1', metadata });
  });
}

const web: StatedIdentity = { group: 'apps', kind: 'Deployment', name: 'web', namespace: 'apps' };
const rows: readonly (readonly [
  what: string,
  objects: readonly string[],
  found: string | undefined,
  stated?: StatedIdentity,
])[] = [
  ['itself', ['Deployment apps/web', 'Deployment b/web', 'Service apps/web'], 'Deployment apps/web'],
  ['itself in another namespace', ['Deployment prod/web', 'Deployment prod/web-cache'], 'Deployment prod/web'],
  ['itself under a longer name', ['Deployment prod/a-web-b'], 'Deployment prod/a-web-b'],
  ['one that says no namespace', ['Deployment x/web'], 'Deployment x/web', { ...web, namespace: undefined }],
  [
    'one of no namespace',
    ['Namespace /web', 'Namespace /web-2'],
    'Namespace /web',
    { ...web, group: '', kind: 'Namespace', namespace: undefined },
  ],
  ['one of two in other namespaces', ['Deployment x/web', 'Deployment y/web'], undefined],
  ['one of two with longer names', ['Deployment x/web-1', 'Deployment x/web-2'], undefined],
  ['another kind', ['Service apps/web'], undefined],
  ['another group', ['Deployment apps/web'], undefined, { ...web, group: 'example.com' }],
  ['nothing', [], undefined],
];

for (const [what, objects, expected, stated = web] of rows) {
  test(`${what}: ${expected ?? 'not told'}`, () => {
    const found = builtDocument(stated, built(...objects))?.object;
    const title = found && `${found.kind} ${found.metadata.namespace ?? ''}/${found.metadata.name}`;
    assert.equal(title, expected);
  });
}
