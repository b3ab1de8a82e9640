/** Which labels a selector selects, by the grammar of Kubernetes. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { labelSelector } from '../../../src/drift/labelSelector.ts';

type Labels = Readonly<Record<string, string>>;

const web: Labels = { app: 'web', tier: 'front', 'app.kubernetes.io/name': 'shop', weight: '10' };

const rows: readonly (readonly [selector: string, labels: Labels, selected: boolean])[] = [
  ['', web, true],
  ['  ', {}, true],
  ['app=web', web, true],
  ['app==web', web, true],
  ['app = web', web, true],
  ['app=api', web, false],
  ['app=', { app: '' }, true],
  ['app=', {}, false],
  ['app!=api', web, true],
  ['app!=web', web, false],
  ['app!=web', {}, true],
  ['app', web, true],
  ['canary', web, false],
  ['!canary', web, true],
  ['!app', web, false],
  ['app in (api, web)', web, true],
  ['app in (api)', web, false],
  ['app in (api)', {}, false],
  ['app notin (api)', web, true],
  ['app notin (web,api)', web, false],
  ['app notin (api)', {}, true],
  ['app=web,tier in (front,back),!canary', web, true],
  ['app=web,tier=back', web, false],
  ['app.kubernetes.io/name=shop', web, true],
  ['weight>9', web, true],
  ['weight>10', web, false],
  ['weight<11', web, true],
  ['app>1', web, false],
  ['constructor', {}, false],
];

for (const [selector, labels, selected] of rows) {
  test(`"${selector}" ${selected ? 'selects' : 'does not select'} ${JSON.stringify(labels)}`, () => {
    assert.equal(labelSelector(selector)?.(labels), selected);
  });
}

for (const text of [
  '=web',
  'app in web',
  'app in (a',
  '!app=web',
  'app=a=b',
  'app web',
  'weight>x',
  'ä=b',
  '!',
  'app in (a)b',
]) {
  test(`"${text}" is no selector`, () => {
    assert.equal(labelSelector(text), undefined);
  });
}
