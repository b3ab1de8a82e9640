/** Image references: what the runtime accepts, and what can be told when variables stand in the text. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  fluxVariables,
  readImageReference,
  substituteVariables,
  withDefaults,
} from '../../../src/language/imageReference.ts';

const sha256 = `sha256:${'a'.repeat(64)}`;

interface Row {
  readonly text: string;
  /** `name|tag|digest`, `unresolved` or `invalid`. */
  readonly means: string;
}

function checkReference({ text, means }: Row): void {
  const image = readImageReference(text);
  const read =
    image.state === 'reference' ? [image.name, image.tag ?? '-', image.digest ?? '-'].join('|') : image.state;
  assert.equal(read, means, text);
}

const grammar: readonly Row[] = [
  { text: 'foo', means: 'foo|-|-' },
  { text: 'foo:latest', means: 'foo|latest|-' },
  { text: 'foo:LATEST', means: 'foo|LATEST|-' },
  { text: 'docker.io/library/foo', means: 'docker.io/library/foo|-|-' },
  { text: 'localhost/foo:1', means: 'localhost/foo|1|-' },
  { text: 'host:5000', means: 'host|5000|-' },
  { text: 'host:5000/foo', means: 'host:5000/foo|-|-' },
  { text: 'host:5000/foo:latest', means: 'host:5000/foo|latest|-' },
  { text: 'Registry.Example/foo:1', means: 'Registry.Example/foo|1|-' },
  { text: '[::1]:5000/foo:1', means: '[::1]:5000/foo|1|-' },
  { text: 'a/b/c_d/e__f/g-h--i.j:v1', means: 'a/b/c_d/e__f/g-h--i.j|v1|-' },
  { text: `foo@${sha256}`, means: `foo|-|${sha256}` },
  { text: `foo:latest@${sha256}`, means: `foo|latest|${sha256}` },
  { text: `foo@sha512:${'b'.repeat(128)}`, means: `foo|-|sha512:${'b'.repeat(128)}` },
  { text: 'foo@sha256:', means: 'invalid' },
  { text: 'foo@sha256:abc', means: 'invalid' },
  { text: `foo@sha256:${'a'.repeat(63)}`, means: 'invalid' },
  { text: `foo@${'a'.repeat(64)}`, means: 'invalid' },
  { text: 'a'.repeat(64), means: 'invalid' },
  { text: 'foo:', means: 'invalid' },
  { text: 'bar:2:latest', means: 'invalid' },
  { text: 'bad_host.x/foo:1', means: 'invalid' },
  { text: 'host:port/foo:1', means: 'invalid' },
  { text: 'Foo', means: 'invalid' },
  { text: 'Foo:1.0', means: 'invalid' },
  { text: 'Foo/Bar:1.0', means: 'invalid' },
  { text: 'foo/Bar:1.0', means: 'invalid' },
  { text: 'foo:1.2.3+build', means: 'invalid' },
  { text: `foo:${'x'.repeat(129)}`, means: 'invalid' },
  { text: `${'x'.repeat(256)}:1`, means: 'invalid' },
  { text: 'foo..bar', means: 'invalid' },
  { text: '-foo', means: 'invalid' },
  { text: '*:*', means: 'invalid' },
  { text: '!*:latest', means: 'invalid' },
  { text: 'https://x.y/z.png', means: 'invalid' },
  { text: '/data/images', means: 'invalid' },
  { text: 'two words', means: 'invalid' },
  { text: '', means: 'invalid' },
];

test('an image reference is read as the container runtime reads it', () => {
  grammar.forEach(checkReference);
});

const variables: readonly Row[] = [
  { text: '${REG}/foo:1.2.3', means: '${REG}/foo|1.2.3|-' },
  { text: '${REG}/foo:latest', means: '${REG}/foo|latest|-' },
  { text: '${REG}/${TEAM}/foo', means: '${REG}/${TEAM}/foo|-|-' },
  { text: '${REG}/foo', means: '${REG}/foo|-|-' },
  { text: 'reg/${NAME}:latest', means: 'reg/${NAME}|latest|-' },
  { text: '${IMAGE}', means: 'unresolved' },
  { text: 'reg/${NAME}', means: 'unresolved' },
  { text: '${REG}/foo:${TAG}', means: 'unresolved' },
  { text: 'foo:1.2-${SUFFIX}', means: 'unresolved' },
  { text: 'foo@${DIGEST}', means: 'unresolved' },
  { text: 'foo:latest@${DIGEST}', means: 'unresolved' },
  { text: `foo:\${TAG}@${sha256}`, means: `foo|-|${sha256}` },
  { text: 'foo:${TAG:=1.2.3}', means: 'foo|1.2.3|-' },
  { text: 'foo:${TAG:-latest}', means: 'foo|latest|-' },
  { text: 'foo:${A:=${B:=1.2.3}}', means: 'foo|1.2.3|-' },
  { text: 'foo:${A:=${B:-${C:=latest}}}', means: 'foo|latest|-' },
  { text: 'foo:${A:=1.2-${B}}', means: 'unresolved' },
  { text: '${A:=${B}}/${C}/foo:latest', means: '${A:=${B}}/${C}/foo|latest|-' },
  { text: '${REG:=ghcr.io}/foo:${TAG}', means: 'unresolved' },
  { text: '${REG}/foo:${TAG:=latest}', means: '${REG}/foo|latest|-' },
  { text: 'operator:${operator_version:-2.6.0}-ppg${postgres_version}-pgbackrest', means: 'unresolved' },
  { text: '<< inputs.registry >>/foo:latest', means: '<< inputs.registry >>/foo|latest|-' },
  { text: 'foo:<< inputs.tag >>', means: 'unresolved' },
  { text: '{{ .Values.image }}', means: 'unresolved' },
  { text: 'foo:{{ .Chart.AppVersion }}', means: 'unresolved' },
  { text: 'foo:$(VERSION)', means: 'unresolved' },
  { text: 'foo:$VERSION', means: 'unresolved' },
  { text: 'foo:%VERSION%', means: 'unresolved' },
  { text: 'ENC[AES256_GCM,data:x,iv:y,tag:z,type:str]', means: 'unresolved' },
];

test('what stands around a variable is still judged where it is certain', () => {
  variables.forEach(checkReference);
});

test('only Flux variables are listed, once each, and replaced where their value is known', () => {
  const text = '${REG}/foo:${TAG:=1}-${TAG}{{ .x }}';
  assert.deepEqual(fluxVariables(text), ['REG', 'TAG']);
  assert.equal(
    substituteVariables(text, (name) => (name === 'TAG' ? '2' : undefined)),
    '${REG}/foo:2-2{{ .x }}',
  );
});

test('a variable in a default is one of its own, and counts where the outer one is unknown', () => {
  const text = 'foo:${A:=${B:=1}}';
  assert.deepEqual(fluxVariables(text), ['A', 'B']);
  assert.equal(
    substituteVariables(text, (name) => (name === 'A' ? '2' : undefined)),
    'foo:2',
  );
  assert.equal(
    substituteVariables(text, (name) => (name === 'B' ? '3' : undefined)),
    'foo:${A:=3}',
  );
});

test('defaults are put in only when nothing else is open', () => {
  assert.equal(withDefaults('${V:=1.2.3}'), '1.2.3');
  assert.equal(withDefaults('>=${V}'), undefined);
  assert.equal(withDefaults('1.2.3'), '1.2.3');
});

test('hostile texts take no time', { timeout: 5_000 }, () => {
  for (const text of [
    'a-'.repeat(50_000),
    '${'.repeat(50_000),
    '${A:='.repeat(50_000),
    `${'a.'.repeat(50_000)}/x`,
    '<<'.repeat(50_000),
    'a/'.repeat(50_000),
  ]) {
    assert.notEqual(readImageReference(text).state, 'reference');
  }
});
