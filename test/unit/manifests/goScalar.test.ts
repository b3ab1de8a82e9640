/** What Go's YAML readers make of plain scalars. Figures obtained from go-yaml and from Go's own printing. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exponentOf, readGoScalar } from '../../../src/manifests/goScalar.ts';

const rows: readonly (readonly [source: string, printed: string | undefined])[] = [
  ['1.10', '1.1'],
  ['1.0', '1'],
  ['18.6', '18.6'],
  ['41', '41'],
  ['0123456', '42798'],
  ['010', '8'],
  ['08', '8'],
  ['0o17', '15'],
  ['0x1F', '31'],
  ['0b101', '5'],
  ['1_000', '1000'],
  ['1e3', '1000'],
  ['6833e12', '6833000000000000'],
  ['123e456', undefined],
  ['1e21', '1e+21'],
  ['.5', '0.5'],
  ['5.', '5'],
  ['+1', '1'],
  ['-0x10', '-16'],
  ['9223372036854775807', '9223372036854775807'],
  ['9223372036854775808', '9223372036854775808'],
  ['2025-01-01', '2025-01-01T00:00:00Z'],
  ['2025-1-2', '2025-01-02T00:00:00Z'],
  ['0099-12-31', '0099-12-31T00:00:00Z'],
  ['2025-13-01', undefined],
  ['2025-02-30', undefined],
  ['12:30:45', undefined],
  ['3.10.0', undefined],
  ['v1', undefined],
  ['1.x', undefined],
  ['1-2', undefined],
  ['-', undefined],
  ['.', undefined],
  ['', undefined],
  ['0x', undefined],
  ['0xg', undefined],
  ['no', undefined],
  ['_1', undefined],
  ['Infinity', undefined],
];

for (const [source, printed] of rows) {
  test(`${source} ${printed === undefined ? 'stays text' : `is ${printed}`}`, () => {
    assert.equal(readGoScalar(source)?.printed, printed);
  });
}

test('a date is one, and a number is one', () => {
  assert.equal(readGoScalar('2025-01-01')?.via, 'date');
  assert.equal(readGoScalar('20250101')?.via, 'number');
});

test('templates print numbers of seven digits and more with an exponent', () => {
  assert.equal(exponentOf('999999'), undefined);
  assert.equal(exponentOf('1000000'), '1e+06');
  assert.equal(exponentOf('20250101'), '2.0250101e+07');
  assert.equal(exponentOf('20250101120000'), '2.0250101120000e+13'.replace('0000e', 'e'));
  assert.equal(exponentOf('18.6'), undefined);
});
