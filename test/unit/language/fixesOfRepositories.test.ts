/**
 * Every fix that is offered for every finding of whole repositories, with their own line ends and with those of Windows: the
 * finding goes, no other comes, and of what the documents say nothing changes but one place. The demo always; real repositories
 * where they are at hand.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { Diagnostic } from 'vscode-languageserver-types';
import { projectRoot } from '../../../scripts/projectRoot.ts';
import { canonicalImageName } from '../../../src/flux/podImages.ts';
import { findFixTarget, nodeAt } from '../../../src/language/fixTarget.ts';
import { RepositoryChecker } from '../../../src/language/repositoryChecker.ts';
import { DiskRepository } from '../../../src/manifests/diskRepository.ts';
import { parseYaml } from '../../../src/manifests/parseManifests.ts';
import { plainValue } from '../../../src/manifests/plainValue.ts';
import { plainText, stringAt, valueAt } from '../../../src/manifests/yamlNode.ts';
import { corporaMissing, type Corpora, unpackCorpora } from '../../support/corpora.ts';
import { defaultRules } from '../../support/expectedDiagnostics.ts';
import { type OfferOptions, offersFor } from '../../support/offeredFixes.ts';

const corpora: Corpora | undefined = corporaMissing === undefined ? await unpackCorpora() : undefined;
after(() => corpora?.remove());

const digest = `sha256:${'9'.repeat(64)}`;

/** As if everything ran just what the file says, in a version that is in no file. */
function factsFor(text: string, { range, message }: Diagnostic): NonNullable<OfferOptions['facts']> {
  const line = text.split(/\r?\n/)[range.start.line] ?? '';
  const underlined = line.slice(range.start.character, range.end.character).replace(/^["']|["']$/g, '');
  const words = typeof message === 'string' ? message : message.value;
  const shown = /^(\S+?)(?::[^\s/]+)? (?:is|names|has)\b/.exec(words)?.[1] ?? '';
  const pointer = /^oci:/.test(underlined) ? 'latest' : /^(?:https?|ssh):/.test(underlined) ? 'master' : underlined;
  const isRange = /[<>=~^*x]/.test(underlined);
  const start = text.split('\n', range.start.line).join('\n').length + 1 + range.start.character;
  const target = findFixTarget(text, { start, end: start + range.end.character - range.start.character });
  const object = target && nodeAt(target.root, target.objectPath);
  const reference = target && valueAt(nodeAt(target.root, target.path.slice(0, -1)), 'sourceRef');
  const [kind = '', name = '', namespace] = ['kind', 'name', 'namespace'].map((key) => stringAt(reference, key));
  return {
    chart: {
      name: undefined,
      version: '98.7.6',
      source: { kind, name, namespace, isBeside: namespace === undefined },
    },
    revision: {
      text: `${isRange ? '98.7.6' : pointer}@${digest}`,
      url: plainText(valueAt(object, 'spec', 'url')) ?? '',
    },
    images: [{ name: canonicalImageName(shown), container: 'any', tag: '98.7.6', digest }],
  };
}

interface Counts {
  findings: number;
  fixes: number;
  pins: number;
}

async function checkRepositoryFixes(folder: string, asWritten: (text: string) => string): Promise<Counts> {
  const repository = new DiskRepository(folder);
  const checker = new RepositoryChecker(defaultRules);
  const texts = new Map<string, string>();
  for (const path of await repository.list(new AbortController().signal)) {
    const text = await repository.read(path);
    if (text !== undefined) {
      texts.set(path, asWritten(text));
      checker.update(path, asWritten(text));
    }
  }
  const counts: Counts = { findings: 0, fixes: 0, pins: 0 };
  for (const path of checker.suspects()) {
    for (const diagnostic of checker.diagnostics(path)) {
      counts.findings += 1;
      await checkFixesOf(checker, { path, text: texts.get(path) ?? '', diagnostic }, counts);
    }
  }
  return counts;
}

interface Found {
  readonly path: string;
  readonly text: string;
  readonly diagnostic: Diagnostic;
}

async function checkFixesOf(checker: RepositoryChecker, { path, text, diagnostic }: Found, counts: Counts) {
  const options = { path, diagnostics: [diagnostic], facts: factsFor(text, diagnostic) };
  const before = rulesIn(checker.diagnostics(path));
  for (const { title, after: fixed, rule } of await offersFor(text, options)) {
    if (fixed === undefined) {
      continue;
    }
    const what = `${path}:${diagnostic.range.start.line + 1} ${title}`;
    counts.fixes += 1;
    counts.pins += title.startsWith('Pin') ? 1 : 0;
    checker.update(path, fixed);
    const left = rulesIn(checker.diagnostics(path));
    checker.update(path, text);
    assert.ok((left.get(rule) ?? 0) < (before.get(rule) ?? 0), `${what}: the finding is still there`);
    const places = changedPlaces(text, fixed);
    assert.ok(places.length <= (title.startsWith('Suppress') ? 0 : 2), `${what} changes ${places.join(', ')}`);
    assert.equal(new Set(places.map((place) => place.replace(/\/[^/]*$/, ''))).size <= 1, true, what);
    assert.equal(/(?<!\r)\n/.test(fixed), /(?<!\r)\n/.test(text), `${what} mixes line ends`);
    assert.equal(fixed.startsWith('\uFEFF'), text.startsWith('\uFEFF'), `${what} moves the byte order mark`);
    assert.ok(commentsOf(fixed) >= commentsOf(text), `${what} takes a comment along`);
  }
}

function rulesIn(diagnostics: readonly Diagnostic[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { code } of diagnostics) {
    counts.set(String(code), (counts.get(String(code)) ?? 0) + 1);
  }
  return counts;
}

/** Lines that have one. A line that goes may take its own along, but none of these fixes does in what is checked here. */
function commentsOf(text: string): number {
  return text.split('\n').filter((line) => /(?:^|\s)#/.test(line)).length;
}

/** Where the documents of two texts say different things: keys that came, went, or have another value. */
function changedPlaces(before: string, after_: string): string[] {
  const read = (text: string): unknown => parseYaml(text).nodes.map(plainValue);
  return differences(read(before), read(after_), '');
}

function differences(left: unknown, right: unknown, place: string): string[] {
  if (typeof left !== 'object' || typeof right !== 'object' || left === null || right === null) {
    return Object.is(left, right) ? [] : [place];
  }
  const [a, b] = [new Map(Object.entries(left)), new Map(Object.entries(right))];
  return [...new Set([...a.keys(), ...b.keys()])].flatMap((key) =>
    differences(a.get(key), b.get(key), `${place}/${key}`),
  );
}

const asItIs = (text: string): string => text;
/** As an editor on Windows may have written it. */
const foreign = (text: string): string => `\uFEFF${text.replace(/^\uFEFF/, '').replace(/\r?\n/g, '\r\n')}`;
const spellings = { 'as it is': asItIs, 'with other line ends and a byte order mark': foreign };

for (const [spelling, asWritten] of Object.entries(spellings)) {
  test(`the demo, ${spelling}`, async () => {
    const { findings, fixes, pins } = await checkRepositoryFixes(join(projectRoot, 'demo', 'homelab'), asWritten);
    assert.ok(findings >= 5 && fixes >= findings * 2 && pins >= 3, JSON.stringify({ findings, fixes, pins }));
  });
}

for (const [name, folder] of corpora?.folders ?? []) {
  test(name, async () => {
    const { findings, fixes } = await checkRepositoryFixes(folder, asItIs);
    assert.ok(fixes >= findings, `${findings} findings have ${fixes} fixes`);
  });
}
