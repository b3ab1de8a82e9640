/** What the refusal of a dry-run means. Messages are those of a real server 1.36 unless said otherwise. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Failure, type FailureReason } from '../../../src/base/failure.ts';
import { dryRunVerdict } from '../../../src/drift/dryRunVerdict.ts';

interface Row {
  readonly title: string;
  readonly answer: readonly [status: number, message: string];
  readonly missing?: true;
  readonly force?: true;
  readonly verdict: string;
  readonly words?: RegExp;
}

const selector =
  'Deployment.apps "d" is invalid: spec.selector: Invalid value: {"matchLabels":{"app":"e"}}: field is immutable';
const replicas = 'Deployment.apps "d" is invalid: spec.replicas: Invalid value: -1: must be greater than or equal to 0';
const type =
  'Secret "x" is invalid: [type: Invalid value: "kubernetes.io/tls": field is immutable, data[tls.crt]: Required value]';

const rows: readonly Row[] = [
  { title: 'a selector', answer: [422, selector], verdict: 'unknown immutable' },
  { title: 'a selector, with force', answer: [422, selector], force: true, verdict: 'recreate immutable' },
  {
    title: 'the role of a binding, with force',
    answer: [422, 'RoleBinding "b" is invalid: roleRef: Invalid value: {"Name":"y"}: cannot change roleRef'],
    force: true,
    verdict: 'recreate immutable',
  },
  {
    title: 'an address of a Service, with force',
    answer: [422, 'Service "s" is invalid: spec.clusterIPs[0]: Invalid value: ["10.96.0.77"]: may not change once set'],
    force: true,
    verdict: 'recreate immutable',
  },
  {
    title: 'a field of a StatefulSet, with force',
    answer: [
      422,
      `StatefulSet.apps "t" is invalid: spec: Forbidden: updates to statefulset spec for fields other than 'replicas' and 'template' are forbidden`,
    ],
    force: true,
    verdict: 'recreate immutable',
  },
  {
    title: 'a volume claim',
    answer: [
      422,
      'PersistentVolumeClaim "p" is invalid: spec: Forbidden: spec is immutable after creation except resources',
    ],
    verdict: 'unknown immutable',
  },
  { title: 'what is not valid', answer: [422, replicas], verdict: 'unknown invalid' },
  {
    title: 'what is not valid, with force: Flux deletes it and fails',
    answer: [422, replicas],
    force: true,
    verdict: 'unknown invalid',
    words: /deletes the object in the cluster and then cannot/,
  },
  {
    title: 'immutable and not valid, with force: no object could be made of it',
    answer: [422, type],
    force: true,
    verdict: 'unknown invalid',
    words: /deletes the object/,
  },
  {
    title: 'not valid, and there is no object',
    answer: [422, replicas],
    missing: true,
    force: true,
    verdict: 'unknown invalid',
    words: /^The API server refuses it$/,
  },
  {
    title: 'a conflict, with force: Flux takes it for immutable',
    answer: [409, 'Operation cannot be fulfilled on secrets "x": the object has been modified'],
    force: true,
    verdict: 'unknown invalid',
    words: /deletes the object/,
  },
  {
    title: 'a webhook that says immutable, with force',
    answer: [400, 'admission webhook "x" denied the request: the spec is immutable'],
    force: true,
    verdict: 'recreate immutable',
  },
  {
    title: 'a webhook with effects',
    answer: [400, 'admission webhook "x" does not support dry run'],
    verdict: 'unknown webhook',
  },
  {
    title: 'a webhook that cannot be reached',
    answer: [500, 'Internal error occurred: failed calling webhook "x"'],
    verdict: 'unknown webhook',
  },
  { title: 'another refusal', answer: [400, 'metadata.managedFields must be nil'], verdict: 'unknown invalid' },
  {
    title: 'a field of another type',
    answer: [
      500,
      'failed to create typed patch object (a/d; apps/v1, Kind=Deployment): .spec.replicas: expected numeric, got string',
    ],
    verdict: 'unknown invalid',
  },
  {
    title: 'no base64',
    answer: [
      500,
      'failed to convert new object (a/x; /v1, Kind=Secret) to proper version: unable to convert unstructured object',
    ],
    verdict: 'unknown invalid',
  },
  { title: 'another error', answer: [500, 'etcdserver: request timed out'], verdict: 'unknown unreachable' },
  { title: 'no connection', answer: [0, 'closed'], verdict: 'unknown unreachable' },
  { title: 'no right', answer: [403, 'cannot patch'], verdict: 'unknown forbidden', words: /^The server refused$/ },
  {
    title: 'no right to create',
    answer: [403, 'cannot create'],
    missing: true,
    verdict: 'unknown forbidden',
    words: /^Missing or not permitted$/,
  },
  {
    title: 'a namespace of the same build',
    answer: [404, 'namespaces "built" not found'],
    missing: true,
    verdict: 'create afterNamespace',
  },
  {
    title: 'a namespace of nobody',
    answer: [404, 'namespaces "nope" not found'],
    missing: true,
    verdict: 'unknown namespaceMissing',
  },
  {
    title: 'a kind that is not served',
    answer: [404, '404 page not found'],
    missing: true,
    verdict: 'unknown notServed',
  },
  {
    title: 'the same, in other words',
    answer: [404, 'the server could not find the requested resource'],
    missing: true,
    verdict: 'unknown notServed',
  },
];

const reasons: Readonly<Record<number, FailureReason>> = {
  0: 'unreachable',
  400: 'invalid',
  403: 'forbidden',
  404: 'notFound',
  409: 'conflict',
  422: 'invalid',
  500: 'unreachable',
};

for (const { title, answer, missing, force, verdict, words = /./ } of rows) {
  test(`${answer[0]}, ${title}: ${verdict}`, () => {
    const [status, message] = answer;
    const failure = new Failure(reasons[status] ?? 'invalid', message, status === 0 ? {} : { status });
    const found = dryRunVerdict(failure, {
      object: { apiVersion: 'x.io/v1', kind: 'Thing', metadata: { name: 'x' } },
      exists: missing !== true,
      force: force === true,
      buildsNamespace: (name) => name === 'built',
    });
    assert.equal(`${found.change} ${found.because}`, verdict);
    assert.match(found.words, words);
  });
}
