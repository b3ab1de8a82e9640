/**
 * The strings on which linters of Kubernetes manifests disagree, as the image of a container, with our verdict. Ports taken
 * for tags, any word taken for a version, patterns taken for images and containers without image are where they err.
 */
import { test } from 'node:test';
import { checkFile } from '../../support/expectedDiagnostics.ts';

const hex = 'a'.repeat(64);

const verdicts: readonly (readonly [image: string, rule: string | undefined])[] = [
  ['foo', 'warning image-untagged'],
  ['foo:latest', 'warning image-latest'],
  ['foo:LATEST', 'information image-channel'],
  ['docker.io/library/foo', 'warning image-untagged'],
  ['host:5000/foo', 'warning image-untagged'],
  ['host:5000/foo:latest', 'warning image-latest'],
  ['host:5000/foo:1.2.3', undefined],
  [`foo@sha256:${hex}`, undefined],
  ['foo@sha256:', 'error image-invalid'],
  ['foo@sha256:abc', 'error image-invalid'],
  [`foo:latest@sha256:${hex}`, undefined],
  [`foo:1.2.3@sha256:${hex}`, undefined],
  ['foo:1.2.3', undefined],
  ['foo:v1.2.3', undefined],
  ['foo:3.1', undefined],
  ['foo:3', undefined],
  ['foo:8-alpine', undefined],
  ['foo:alpine', 'information image-channel'],
  ['foo:bookworm-slim', 'information image-channel'],
  ['foo:stable', 'information image-channel'],
  ['foo:main', 'information image-channel'],
  ['foo:nightly', 'information image-channel'],
  ['foo:edge', 'information image-channel'],
  ['foo:rolling', 'information image-channel'],
  ['ghcr.io/ggml-org/llama.cpp:server', 'information image-channel'],
  [`ghcr.io/ggml-org/llama.cpp:server-vulkan@sha256:${hex}`, undefined],
  ['foo:20250101', undefined],
  ['foo:2026.8.3', undefined],
  ['foo:RELEASE.2025-09-07T16-13-09Z', undefined],
  ['foo:main-83dc94f', undefined],
  ['foo:prod-3c7178c-20260819092217', undefined],
  ['foo:pr-1216', 'information image-channel'],
  ['foo:web-latest', 'warning image-latest'],
  ['foo:latest-alpine', 'warning image-latest'],
  ['${REGISTRY}/foo:${TAG}', undefined],
  ['${REGISTRY}/foo:1.2.3', undefined],
  ['${REGISTRY}/foo:latest', 'warning image-latest'],
  ['foo:${TAG:=1.2.3}', undefined],
  ['foo:${TAG:-latest}', 'warning image-latest'],
  ['', undefined],
  ['*:*', undefined],
  ['!*:latest', undefined],
  ['foo:', 'error image-invalid'],
  ['Foo/Bar:1.0', 'error image-invalid'],
  ['https://x.y/z.png', 'error image-invalid'],
];

for (const [image, rule] of verdicts) {
  test(`a container with the image "${image.replace(hex, '…')}" is ${rule ?? 'left alone'}`, () => {
    const mark = rule === undefined ? '' : ` #! ${rule} "${image}"`;
    checkFile(`apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  containers:\n    - image: "${image}"${mark}\n`);
  });
}

test('a container without image is left alone', () => {
  checkFile(
    'apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  containers:\n    - name: a\n    - image:\n    - image: {a: b}\n',
  );
});
