/** What is repeated of a server's refusal: enough to find who refuses and where, and no value of an object that holds secrets. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Failure } from '../../../src/base/failure.ts';
import { Sealed } from '../../../src/base/sealed.ts';
import { withServerWords } from '../../../src/drift/serverWords.ts';
import type { FieldPath } from '../../../src/render/desired.ts';
import { maskLive } from '../../../src/render/maskLive.ts';
import { desired } from '../../support/rendered.ts';

const dots = '•••';
const leftOut = 'What else the server says is left out, for it may quote a Secret.';

/** An Ingress of which the host comes from a Secret, a key of an annotation too; another host lives. */
const real = desired('Ingress', 'web', {
  spec: { host: 'canary-new', class: 'nginx', rules: [{ 'canary-key': 'x' }] },
});
const masked: readonly FieldPath[] = [
  ['spec', 'host'],
  ['spec', 'rules', 0, dots],
];
const ingress = {
  ...desired('Ingress', 'web', { spec: { host: dots, class: 'nginx', rules: [{ [dots]: dots }] } }, { masked }),
  real: new Sealed(real.object),
};

interface Row {
  readonly title: string;
  readonly said: string;
  readonly expected: string;
  /** No answer of a server. */
  readonly status?: undefined;
}

const rows: readonly Row[] = [
  {
    title: 'a webhook is named',
    said: 'admission webhook "validate.kyverno.svc-fail" denied the request: host canary-old is not allowed',
    expected: `Refused: webhook validate.kyverno.svc-fail. ${leftOut}`,
  },
  {
    title: 'a webhook that cannot be called',
    said: 'Internal error occurred: failed calling webhook "a.example.com": canary-old',
    expected: `Refused: webhook a.example.com. ${leftOut}`,
  },
  {
    title: 'a policy is named',
    said: `ingresses.networking.k8s.io "web" is forbidden: ValidatingAdmissionPolicy 'no-hosts' with binding 'all' denied request: canary-old`,
    expected: `Refused: ValidatingAdmissionPolicy no-hosts. ${leftOut}`,
  },
  {
    title: 'the field is named, and its value is not',
    said: 'Ingress.networking.k8s.io "web" is invalid: [spec.host: Invalid value: "canary-old": field is immutable, spec.class: Required value]',
    expected: `Refused: spec.host. ${leftOut}`,
  },
  {
    title: 'a field with a key out of a Secret is not named',
    said: 'Ingress "web" is invalid: spec.rules[0].canary: Invalid value: 1',
    expected: 'Refused.',
  },
  {
    title: 'a field that nobody knows may be such a key',
    said: 'Ingress "web" is invalid: spec.canary: Invalid value: 1',
    expected: 'Refused.',
  },
  {
    title: 'what only looks like a field is not named',
    said: 'the host canary: "web" is invalid: spec.host: Invalid value',
    expected: 'Refused.',
  },
  {
    title: 'a webhook that is quoted is not named',
    said: 'host canary-old: admission webhook "canary" denied the request',
    expected: 'Refused.',
  },
  { title: 'whatever else a server says', said: 'the host canary-old is taken', expected: 'Refused.' },
  {
    title: 'what was said on this side of the connection, without known secrets',
    said: 'no route to host; canary-new',
    expected: `Refused: no route to host; ${dots}`,
    status: undefined,
  },
];

function said(row: Pick<Row, 'said' | 'status'>, more: Partial<Parameters<typeof withServerWords>[1]> = {}): string {
  const failure = new Failure('invalid', row.said, 'status' in row ? {} : { status: 422 });
  const shownPath = (path: FieldPath): FieldPath => maskLive({ desired: ingress }).shownPath(path);
  const refusal = {
    failure,
    sent: real.object,
    desired: ingress,
    secrets: undefined,
    hidden: false,
    mayQuote: false,
    shownPath,
  };
  return withServerWords('Refused', { ...refusal, ...more });
}

describe('of an object that holds secrets', () => {
  for (const row of rows) {
    test(row.title, () => {
      assert.equal(said(row), row.expected);
      assert.doesNotMatch(said(row, { hidden: true }), /canary|spec/);
    });
  }
});

describe('of others', () => {
  test('a Secret: who refuses is named, and no value', () => {
    const sent = { ...real.object, apiVersion: 'v1', kind: 'Secret' };
    const shown = rows.map((row) => said(row, { sent, desired: { ...real, object: sent, masked: [] } }));
    assert.match(shown[0] ?? '', /^Refused: webhook validate\.kyverno\.svc-fail\./);
    shown.forEach((text) => assert.doesNotMatch(text, /canary-old/));
  });

  test('an object without secrets is told with the first line, without what Secrets of its render hold', () => {
    const row = { said: 'spec.host: Invalid value: "canary-known": field is immutable\n- a\n+ b' };
    const plain = desired('Ingress', 'web', { spec: { host: 'a' } });
    const told = said(row, { sent: plain.object, desired: plain, secrets: new Sealed(['canary-known']) });
    assert.equal(told, `Refused: spec.host: Invalid value: "${dots}": field is immutable`);
    const older = { said: 'Ingress "web" is invalid: spec.host: Invalid value: "canary-old": field is immutable' };
    assert.equal(said(older, { desired: plain, mayQuote: true }), `Refused: spec.host. ${leftOut}`);
  });
});
