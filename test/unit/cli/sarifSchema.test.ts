/** What `driftline check --format sarif` prints is SARIF 2.1.0: held against the schema of the standard. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { describe, it } from 'node:test';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import type { Finding } from '../../../src/cli/checkFolder.ts';
import { findingsAsSarif } from '../../../src/cli/findingsAsSarif.ts';
import { rules } from '../../../src/language/rules.ts';

const schemaPath = createRequire(import.meta.url).resolve('schemastore/schemas/json/sarif-2.1.0.json');
// The schema of the standard has words that Ajv does not know, and patterns that no flag `u` allows.
const ajv = new Ajv({ strict: false, allErrors: true, unicodeRegExp: false });
addFormats.default(ajv);
const validate = ajv.compile(JSON.parse(readFileSync(schemaPath, 'utf8')) as object);

function checkValid(log: unknown): void {
  // As it is printed: what JSON leaves out is not there.
  const valid = validate(JSON.parse(JSON.stringify(log)));
  assert.ok(valid, ajv.errorsText(validate.errors, { separator: '\n' }));
}

const finding = (changes: Partial<Finding>): Finding => ({
  file: 'apps/web.yaml',
  line: 1,
  column: 1,
  endLine: 1,
  endColumn: 2,
  severity: 'warning',
  rule: 'image-latest',
  message: 'web:latest is not a version',
  ...changes,
});

describe('SARIF', () => {
  it('of nothing', () => checkValid(findingsAsSarif([], '', '0.1.0')));

  it('of every rule, in every severity', () => {
    const severities = ['error', 'warning', 'information', 'hint'] as const;
    const findings = rules.flatMap(({ id }) => severities.map((severity) => finding({ rule: id, severity })));
    checkValid(findingsAsSarif(findings, 'clusters/lab', '0.1.0'));
  });

  for (const file of ['a b/ü&?#%.yaml', '..yaml', 'C:/x.yaml', 'a/"quoted".yaml', '😀.yaml']) {
    it(`of a file named ${file}`, () => checkValid(findingsAsSarif([finding({ file })], 'sub folder', '0.1.0')));
  }

  it('without its version is not valid: the schema does look', () => {
    const log = findingsAsSarif([finding({})], '', '0.1.0') as Record<string, unknown>;
    assert.equal(validate({ ...log, version: '9.9.9' }), false);
    assert.equal(validate({ ...log, results: [] }), false);
  });
});
