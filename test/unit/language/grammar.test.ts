/** The grammar that colours Flux in YAML: what its patterns take, and what they leave to YAML. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

interface Grammar {
  readonly scopeName: string;
  readonly patterns: readonly { readonly include: string }[];
  readonly repository: Readonly<Record<string, { readonly match: string }>>;
}

const grammar = JSON.parse(
  readFileSync(new URL('../../../syntaxes/flux.injection.json', import.meta.url), 'utf8'),
) as Grammar;

const rows: readonly (readonly [rule: string, text: string, taken: string | undefined])[] = [
  ['substitution', 'host: app.${DOMAIN}', '${DOMAIN}'],
  ['substitution', 'tag: ${TAG:=1.2.3}', '${TAG:=1.2.3}'],
  ['substitution', 'tag: ${TAG:-latest}', '${TAG:-latest}'],
  ['substitution', 'name: ${NAME//a/b}', '${NAME//a/b}'],
  ['substitution', 'script: $${NOT_OURS}', undefined],
  ['substitution', 'query: ${1}', undefined],
  ['substitution', 'plain: $VAR', undefined],
  ['marker', 'image: a:1 # {"$imagepolicy": "ns:app"}', '# {"$imagepolicy": "ns:app"}'],
  ['marker', 'tag: 1 # {"$imagepolicy": "ns:app:tag"}', '# {"$imagepolicy": "ns:app:tag"}'],
  ['marker', "image: a:1 # {'$imagepolicy': 'ns:app'}", undefined],
  ['encrypted', 'password: ENC[AES256_GCM,data:a,iv:b,tag:c,type:str]', 'ENC[AES256_GCM,data:a,iv:b,tag:c,type:str]'],
  ['encrypted', 'password: ENC', undefined],
  ['allowance', 'image: a # pin: allow lab', '# pin: allow lab'],
  ['allowance', 'image: a # driftline: ignore image-latest', '# driftline: ignore image-latest'],
  ['allowance', 'image: a # pinned', undefined],
];

for (const [rule, text, taken] of rows) {
  test(`${rule} ${taken === undefined ? 'leaves' : 'colours'} ${text}`, () => {
    assert.equal(new RegExp(grammar.repository[rule]?.match ?? '$.').exec(text)?.[0], taken);
  });
}

test('every pattern is used, under the name that package.json gives', () => {
  assert.equal(grammar.scopeName, 'driftline.flux-injection');
  assert.deepEqual(
    grammar.patterns.map(({ include }) => include).sort(),
    Object.keys(grammar.repository)
      .map((name) => `#${name}`)
      .sort(),
  );
});
