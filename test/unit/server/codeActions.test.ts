/**
 * The light bulb over the real protocol: what is offered for the findings that a client shows, and what the server asks the client
 * of the cluster. The server itself knows none: without an answer there is no pin.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type CodeAction,
  type CodeActionContext,
  CodeActionTriggerKind,
  type CancellationToken,
  CancellationTokenSource,
} from 'vscode-languageserver/node';
import type { KnownFacts } from '../../../src/language/codeActions.ts';
import type { RunningAnswer, RunningQuestion } from '../../../src/protocol.ts';
import { applied, noFacts } from '../../support/offeredFixes.ts';
import { ServerPair, type ServerPairOptions } from '../../support/serverPair.ts';

const pod = (image: string): string =>
  `apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\nspec:\n  containers:\n    - name: a\n      image: ${image}\n`;
const release = (spec: string): string =>
  `apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata:\n  name: a\n  namespace: b\nspec:\n${spec}`;
const unpinned = release(
  '  chart:\n    spec:\n      chart: foo\n      sourceRef:\n        kind: HelmRepository\n        name: c\n',
);
const numbers = release(
  '  values:\n    image: {repository: foo/bar, tag: 1.10}\n    other: {repository: foo/baz, tag: 1e3}\n',
);

const path = 'apps/a.yaml';

function bulbTest(
  what: string,
  text: string,
  run: (pair: ServerPair) => Promise<void>,
  options: ServerPairOptions = {},
): void {
  test(what, { timeout: 20_000 }, async () => {
    const pair = await ServerPair.start(options);
    try {
      await pair.open(path, text);
      await pair.settled();
      await run(pair);
    } finally {
      await pair.stop();
    }
  });
}

interface Asking extends Partial<Pick<CodeActionContext, 'only' | 'triggerKind'>> {
  readonly token?: CancellationToken;
  readonly uri?: string;
}

/** Asks as an editor does, with the findings that it shows. */
async function actionsOf(pair: ServerPair, { token, uri, ...context }: Asking = {}): Promise<CodeAction[]> {
  const params = {
    textDocument: { uri: uri ?? pair.uri(path) },
    range: { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } },
    context: { diagnostics: pair.diagnostics(path), ...context },
  };
  // The library takes a token that is not there for one more param.
  return token
    ? pair.client.sendRequest<CodeAction[]>('textDocument/codeAction', params, token)
    : pair.client.sendRequest<CodeAction[]>('textDocument/codeAction', params);
}

const titles = (actions: readonly CodeAction[]): string[] => actions.map(({ title }) => title);

/** What the client answers for the extension; gives the questions. */
function answering(pair: ServerPair, answer: Partial<KnownFacts> | null): RunningQuestion[] {
  const questions: RunningQuestion[] = [];
  pair.answerRunning((question: RunningQuestion): RunningAnswer => {
    questions.push(question);
    return answer && { ...noFacts, ...answer };
  });
  return questions;
}

const offline = [
  'Suppress here: chart-version-missing',
  'Suppress in this file: chart-version-missing',
  'Rule settings: chart-version-missing…',
  'Why? chart-version-missing',
];

bulbTest('a client that knows no cluster gets what needs none', unpinned, async (pair) => {
  assert.deepEqual(titles(await actionsOf(pair)), offline);
});

bulbTest('what is installed is the first fix, of the document as it is open', unpinned, async (pair) => {
  const source = { kind: 'HelmRepository', name: 'c', namespace: 'b', isBeside: true };
  const questions = answering(pair, { chart: { name: 'foo', version: '6.16.0', source } });
  const actions = await actionsOf(pair, { triggerKind: CodeActionTriggerKind.Automatic });
  assert.deepEqual(titles(actions).slice(0, 1), ['Pin to 6.16.0, installed now']);
  assert.deepEqual(titles(actions).slice(-4), offline);
  const [pin] = actions;
  assert.ok(pin);
  assert.deepEqual([pin.isPreferred, pin.kind], [true, 'quickfix']);
  assert.equal(pin.diagnostics?.[0]?.code, 'chart-version-missing');
  const [change] = pin.edit?.documentChanges ?? [];
  assert.deepEqual(change && 'textDocument' in change && change.textDocument, { uri: pair.uri(path), version: 1 });
  const after = applied(unpinned, pin);
  assert.equal(after, `${unpinned}      version: 6.16.0\n`);
  const object = { group: 'helm.toolkit.fluxcd.io', kind: 'HelmRelease', namespace: 'b', name: 'a' };
  assert.deepEqual(questions, [{ uri: pair.uri(path), object, about: 'chart', mayAsk: false }]);
  await pair.change(path, after);
  assert.deepEqual(await pair.rules(path), []);
});

bulbTest('a client for which nothing is certain gets no pin', unpinned, async (pair) => {
  answering(pair, null);
  assert.deepEqual(titles(await actionsOf(pair)), offline);
});

bulbTest('a client that fails gets what needs no answer', unpinned, async (pair) => {
  pair.answerRunning(() => Promise.reject(new Error('no')));
  assert.deepEqual(titles(await actionsOf(pair)), offline);
});

const { Automatic, Invoked } = CodeActionTriggerKind;
const askings: readonly (readonly [string, Asking, boolean])[] = [
  ['a bulb that comes by itself', { triggerKind: Automatic }, false],
  ['a hover over the finding', { triggerKind: Invoked, only: ['quickfix'] }, false],
  ['an editor that does not tell why it asks', {}, false],
  ['a list that somebody has opened', { triggerKind: Invoked }, true],
];

for (const [who, asking, mayAsk] of askings) {
  bulbTest(`${who} ${mayAsk ? 'asks for pods' : 'offers to ask for pods'}`, pod('foo:latest'), async (pair) => {
    const questions = answering(pair, { askable: !mayAsk });
    const [first] = titles(await actionsOf(pair, asking));
    assert.equal(first === 'Ask the cluster which image runs now…', !mayAsk, first);
    assert.deepEqual(
      questions.map((question) => [question.mayAsk, question.about]),
      [[mayAsk, 'images']],
    );
  });
}

bulbTest(
  'who asked for pods is told why nothing is known of them, and may ask again',
  pod('foo:latest'),
  async (pair) => {
    answering(pair, { unknown: 'you may not list pods there' });
    const [again] = await actionsOf(pair, { triggerKind: Invoked });
    assert.equal(again?.title, 'Ask again which image runs now: you may not list pods there');
    assert.deepEqual([again.command?.command, again.edit], ['editor.action.quickFix', undefined]);
  },
);

bulbTest('a list that is no longer wanted ends the question too', unpinned, async (pair) => {
  const asked = Promise.withResolvers<true>();
  const cancelled = Promise.withResolvers<true>();
  pair.answerRunning((_question: RunningQuestion, token: CancellationToken) => {
    const subscription = token.onCancellationRequested(() => cancelled.resolve(true));
    asked.resolve(true);
    return cancelled.promise.then(() => subscription.dispose()).then(() => null);
  });
  const source = new CancellationTokenSource();
  const answer = actionsOf(pair, { token: source.token });
  const refused = assert.rejects(answer, /cancelled/);
  await asked.promise;
  source.cancel();
  await cancelled.promise;
  await refused;
});

bulbTest(
  'the severity of a rule goes to the file of the repository where there is one',
  pod('foo:latest'),
  async (pair) => {
    const settings = (await actionsOf(pair)).find(({ title }) => title.startsWith('Rule settings'));
    assert.deepEqual(settings?.command?.arguments, [{ rule: 'image-latest', config: pair.uri('.driftline.yaml') }]);
  },
  { files: { '.driftline.yaml': 'ignore: []\n' } },
);

const partOfRepository: ServerPairOptions = {
  folder: 'apps',
  files: {
    '.git/HEAD': 'ref: refs/heads/main\n',
    '.driftline.yaml': 'rules: {image-channel: hint}\n',
    'apps/b.yaml': '',
  },
};

bulbTest(
  'a file of the repository above the folder is named, watched, and counts as soon as it is written',
  pod('foo:latest'),
  async (pair) => {
    const settings = (await actionsOf(pair)).find(({ title }) => title.startsWith('Rule settings'));
    assert.deepEqual(settings?.command?.arguments, [{ rule: 'image-latest', config: pair.uri('.driftline.yaml') }]);
    assert.deepEqual(pair.watched, [pair.uri('.driftline.yaml')]);
    await pair.write({ '.driftline.yaml': 'rules: {image-latest: off}\n' });
    await pair.fileEvents('.driftline.yaml');
    assert.deepEqual(await pair.rules(path), []);
  },
  partOfRepository,
);

bulbTest(
  'a document outside of the folder is judged by the settings alone, and they are what is written',
  '',
  async (pair) => {
    const uri = pair.uri('other/c.yaml');
    await pair.open(uri, pod('foo:latest'));
    await pair.settled();
    const actions = await pair.client.sendRequest<CodeAction[]>('textDocument/codeAction', {
      textDocument: { uri },
      range: { start: { line: 7, character: 0 }, end: { line: 7, character: 0 } },
      context: { diagnostics: pair.diagnostics(uri) },
    });
    const settings = actions.find(({ title }) => title.startsWith('Rule settings'));
    assert.deepEqual(settings?.command?.arguments, [{ rule: 'image-latest' }]);
  },
  partOfRepository,
);

bulbTest('and to the settings where there is none', pod('foo:latest'), async (pair) => {
  const settings = (await actionsOf(pair)).find(({ title }) => title.startsWith('Rule settings'));
  assert.deepEqual(settings?.command?.arguments, [{ rule: 'image-latest' }]);
  assert.equal(settings.command.command, 'driftline.fix.chooseSeverity');
});

bulbTest('the page of the rule is a click away', pod('foo:latest'), async (pair) => {
  const why = (await actionsOf(pair)).find(({ title }) => title.startsWith('Why?'));
  assert.equal(why?.command?.command, 'vscode.open');
  assert.deepEqual(why.command.arguments, [pair.diagnostics(path)[0]?.codeDescription?.href]);
});

bulbTest('on save all values are put in quotes, and only where that is asked for', numbers, async (pair) => {
  assert.ok(!titles(await actionsOf(pair)).some((title) => title.startsWith('Put all')));
  for (const only of ['source.fixAll', 'source.fixAll.driftline', 'source']) {
    const [all, another] = await actionsOf(pair, { only: [only] });
    assert.ok(all && !another, only);
    assert.equal(all.kind, 'source.fixAll.driftline');
    assert.equal(applied(numbers, all), numbers.replace('1.10', '"1.10"').replace('1e3', '"1e3"'));
  }
  assert.deepEqual(await actionsOf(pair, { only: ['refactor'] }), []);
  assert.ok(titles(await actionsOf(pair, { only: ['quickfix'] })).includes('Put 1.10 in quotes'));
});

bulbTest('a document that is not open has no actions', pod('foo:latest'), async (pair) => {
  assert.deepEqual(await actionsOf(pair, { uri: pair.uri('apps/other.yaml') }), []);
});

test('an untitled document gets fixes, and no repository for its settings', { timeout: 20_000 }, async () => {
  const pair = await ServerPair.start();
  try {
    const uri = 'untitled:Untitled-1';
    await pair.open(uri, pod('foo:latest'));
    await pair.settled();
    const actions = await pair.client.sendRequest<CodeAction[]>('textDocument/codeAction', {
      textDocument: { uri },
      range: { start: { line: 7, character: 0 }, end: { line: 7, character: 0 } },
      context: { diagnostics: pair.diagnostics(uri) },
    });
    assert.deepEqual(titles(actions), [
      'Suppress here: image-latest',
      'Suppress in this file: image-latest',
      'Rule settings: image-latest…',
      'Why? image-latest',
    ]);
  } finally {
    await pair.stop();
  }
});
