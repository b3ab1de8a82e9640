/**
 * Text as it is while somebody types: cut off, doubled, mixed up. Whatever comes, nothing throws, every finding lies inside
 * the text, and a text that is whole again is judged as if nothing had been.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RepositoryChecker } from '../../../src/language/repositoryChecker.ts';
import { rules } from '../../../src/language/rules.ts';
import { fluxDocuments } from '../../../src/manifests/fluxDocuments.ts';
import { defaultRules } from '../../support/expectedDiagnostics.ts';

const whole = `# What this is.
---
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata:
  name: &app web
  namespace: apps
spec:
  chart:
    spec:
      chart: podinfo
      version: ">=1.0.0"
      sourceRef:
        kind: HelmRepository
        name: podinfo
  values:
    image: &img
      repository: ghcr.io/example/web
      tag: latest # {"$imagepolicy": "flux-system:web:tag"}
    sidecar:
      image:
        <<: *img
        repository: busybox
  postRenderers:
    - kustomize:
        patches:
          - target: { kind: Deployment }
            patch: |
              - op: replace
                path: /spec/template/spec/containers/0/image
                value: foo:latest
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: *app
spec:
  template:
    spec:
      containers:
        - name: main
          image: "\${REGISTRY}/foo:\${TAG:=latest}"
        - { name: side, image: 'bar' } # pin: allow lab
`;

/** Park and Miller: the same texts in every run, so that a failure can be had again. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % below;
  };
}

const pieces = [
  ':',
  '-',
  '\n',
  '  ',
  '"',
  "'",
  '|',
  '>',
  '&a',
  '*a',
  '<<:',
  '{',
  '}',
  '[',
  ']',
  '#',
  '---\n',
  '\t',
  '\u2028',
  '\uFEFF',
  '${',
  '}}',
  'é😀',
  '\r',
];

function damage(text: string, next: (below: number) => number): string {
  const from = next(text.length);
  const to = from + next(60);
  switch (next(5)) {
    case 0:
      return text.slice(0, from);
    case 1:
      return text.slice(0, from) + text.slice(to);
    case 2:
      return text.slice(0, to) + text.slice(from);
    case 3:
      return text.slice(0, from) + (pieces[next(pieces.length)] ?? '') + text.slice(from);
    default:
      return text.slice(0, from) + text.slice(to, to + 40) + text.slice(from, to) + text.slice(to + 40);
  }
}

function checkRanges(text: string, checker: RepositoryChecker, path: string): void {
  const lines = text.split(/\r\n|\n|\r/);
  for (const { range, code, message } of checker.diagnostics(path)) {
    assert.ok(rules.some(({ id }) => id === code));
    assert.ok(typeof message === 'string' && message.length > 0);
    for (const { line, character } of [range.start, range.end]) {
      assert.ok(line >= 0 && line < lines.length, `line ${line} of ${lines.length}`);
      assert.ok(character >= 0 && character <= (lines[line] ?? '').length, `character ${character} of line ${line}`);
    }
    const ordered =
      range.start.line < range.end.line ||
      (range.start.line === range.end.line && range.start.character < range.end.character);
    assert.ok(ordered, 'a finding underlines something');
  }
}

test('damaged texts are survived, and what is found lies inside them', { timeout: 60_000 }, () => {
  const next = numbers(20_260_101);
  const checker = new RepositoryChecker(defaultRules);
  let found = 0;
  for (let round = 0; round < 500; round += 1) {
    let text = whole;
    for (let times = next(4); times >= 0; times -= 1) {
      text = damage(text, next);
    }
    const path = ['app.yaml', 'kustomization.yaml', 'values.yaml'][next(3)] ?? '';
    checker.update(path, text);
    checkRanges(text, checker, path);
    found += checker.diagnostics(path).length;
    for (const { document, firstLine } of fluxDocuments(text)) {
      assert.ok(document.start <= firstLine.start && firstLine.end <= document.end);
    }
  }
  assert.ok(found > 150, `${found} findings in damaged texts`);
});

function codes(checker: RepositoryChecker): string[] {
  return checker.diagnostics('app.yaml').map(({ range, code }) => `${range.start.line + 1} ${String(code)}`);
}

test('a text that is typed letter by letter ends with the verdict of the whole', { timeout: 60_000 }, () => {
  const typed = new RepositoryChecker(defaultRules);
  for (let length = 0; length < whole.length; length += 7) {
    typed.update('app.yaml', whole.slice(0, length));
    checkRanges(whole.slice(0, length), typed, 'app.yaml');
  }
  typed.update('app.yaml', whole);
  const fresh = new RepositoryChecker(defaultRules);
  fresh.update('app.yaml', whole);
  assert.deepEqual(codes(typed), codes(fresh));
  assert.deepEqual(codes(fresh), ['12 chart-open-range', '19 image-latest', '31 image-latest']);
});
