/** In which shapes an image is recognised, and which things that look like one are left alone. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkerOf, checkFile, checkRepository } from '../../support/expectedDiagnostics.ts';

const digest = `sha256:${'7'.repeat(64)}`;

const object = (kind: string, apiVersion: string, spec: string): string =>
  `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata:\n  name: thing\nspec:\n${spec.replace(/^(?=.)/gm, '  ')}\n`;

const values = (text: string): string =>
  object(
    'HelmRelease',
    'helm.toolkit.fluxcd.io/v2',
    `chartRef:\n  kind: OCIRepository\n  name: c\nvalues:\n${text.replace(/^(?=.)/gm, '  ')}`,
  );

function checkAll(rows: Readonly<Record<string, string>>): void {
  for (const [what, text] of Object.entries(rows)) {
    test(what, () => void checkFile(text));
  }
}

checkAll({
  'a word beside an image that has its own tag or digest is another thing’s': values(
    `a:\n  image: foo/bar@${digest}\n  tag: stable\nb:\n  image: foo/bar:1.2.3\n  tag: stable`,
  ),
  'the last part of a repository beside its digest': values(
    `image:\n  repository: ghcr.io/foo\n  image: bar:latest\n  digest: ${digest}`,
  ),
  'what no runtime accepts may be no image in values': values('image: Foo/Bar:1.0'),

  'a version beside a repository is an image’s below an image key alone': values(
    'plugin:\n  repository: foo/bar\n  version: latest\nimage:\n  repository: foo/bar\n  version: latest #! warning image-latest',
  ),
  'a tag with half a digest': values(
    'image:\n  repository: foo/bar\n  tag: 1.2.3@sha256:abc #! error image-invalid 1.2.3@sha256:abc',
  ),
  'half a digest at the end of a repository, and in a key of its own': values(
    'image:\n  repository: foo/bar@sha256:abc #! error image-invalid\n  tag: 1.2.3\nsidecar:\n  image:\n    repository: foo/bar\n    tag: 1.2.3\n    digest: sha256:abc #! error image-invalid',
  ),
  'a digest without its algorithm is left to the chart': values(
    'image:\n  repository: foo/bar\n  tag: 1.2.3\n  digest: abcdef',
  ),
  'two tags in values': values('image: foo/bar:1.2:3 #! error image-invalid foo/bar:1.2:3'),

  'every list of containers of a pod': object(
    'Pod',
    'v1',
    `initContainers:
  - {name: a, image: foo} #! warning image-untagged foo
containers:
  - name: b
    image: "foo:latest" #! warning image-latest "foo:latest"
  - name: c
    image: 'foo:1.2.3'
ephemeralContainers:
  - name: d
    image: bar #! warning image-untagged
volumes:
  - name: models
    image:
      reference: quay.io/models/llama #! warning image-untagged
  - name: other
    image:
      reference: quay.io/models/llama:v1.2.3
  - name: broken
    image:
      reference: Models/Llama:v1.2.3 #! error image-invalid`,
  ),
  'container lists of custom resources, whatever they are called': object(
    'EMQX',
    'apps.emqx.io/v2beta1',
    `coreTemplate:
  spec:
    extraContainers:
      - name: exporter
        image: exporter:latest #! warning image-latest`,
  ),
  'fields of custom resources: latest everywhere, no tag only where the operator adds none': [
    object(
      'Cluster',
      'postgresql.cnpg.io/v1',
      'imageName: ghcr.io/cloudnative-pg/postgresql:latest #! warning image-latest',
    ),
    object('Dragonfly', 'dragonflydb.io/v1alpha1', 'image: ghcr.io/dragonflydb/dragonfly #! warning image-untagged'),
    object('CephCluster', 'ceph.rook.io/v1', 'cephVersion:\n  image: quay.io/ceph/ceph:latest #! warning image-latest'),
    object('Widget', 'example.com/v1', 'image: example/widget\nlogo:\n  image: ""'),
    object(
      'EnvoyExtensionPolicy',
      'gateway.envoyproxy.io/v1alpha1',
      'wasm:\n  - code:\n      image:\n        url: oci://ghcr.io/example/wasm:latest #! warning image-latest',
    ),
  ].join('---\n'),
  'the version of another image beside it is none of this one': values(
    `a:
  image: a/b #! warning image-untagged
  reloaderImageTag: v1.2.3
b:
  image: a/b #! warning image-untagged
  apiVersion: v1
c:
  image: a/b
  imageTag: v1.2.3
d:
  reloaderImage: a/b
  reloaderImageTag: v1.2.3
e:
  initImage: a/b
  initTag: v1.2.3`,
  ),
  'an image beside a repository': values(
    `a:
  repository: https://github.com/a/b
  image: a/b:latest #! warning image-latest
b: {repository: quay.io, image: a/b, tag: 1.2.3}
c: {repository: quay.io, image: a/b}`,
  ),
  'containers that Knative hands on': object(
    'Service',
    'serving.knative.dev/v1',
    'template:\n  spec:\n    containers:\n      - image: Foo/Bar:1.0 #! error image-invalid',
  ),
  'a digest in values that is none, wherever it stands': values(
    `image: {repository: a/b, tag: "1.2.3", digest: "sha256:abc"} #! error image-invalid "sha256:abc"
b:
  repository: "a/b@sha256:abc" #! error image-invalid "a/b@sha256:abc"
  tag: 1.2.3
c:
  image: {repository: a/b, digest: "sha256:abc"} #! error image-invalid
d:
  image: a/b
  digest: "sha256:" #! error image-invalid
e:
  image: {repository: a/b, tag: "1.2.3", sha: ${'7'.repeat(64)}}
f:
  image: {repository: a/b, tag: "1.2.3", digest: "\${DIGEST}"}
g:
  image: {repository: a/b, tag: latest, digest: "${digest}"}`,
  ),
  'operations of a JSON patch on the values and the chart of a release': object(
    'Kustomization',
    'kustomize.toolkit.fluxcd.io/v1',
    `patches:
  - target: {kind: HelmRelease}
    patch: |
      - op: replace
        path: /spec/values/image/tag
        value: rolling #! information image-channel
      - op: replace
        path: /spec/values/app/sidecarImage/tag
        value: 1.10 #! error image-value-changed-by-yaml
      - op: replace
        path: /spec/chart/spec/version
        value: 1.10 #! error chart-version-invalid
      - op: replace
        path: /spec/values/git/tag
        value: rolling`,
  ),
  'a patch on one line': object(
    'Kustomization',
    'kustomize.toolkit.fluxcd.io/v1',
    `patches:
  - target: {kind: Deployment}
    patch: '[{"op":"replace","path":"/spec/template/spec/containers/0/image","value":"foo:latest"}]' #! warning image-latest
  - path: patches/other.yaml`,
  ),
  'kinds that hold data, schemas, templates of strings or their version elsewhere': [
    object('CustomResourceDefinition', 'apiextensions.k8s.io/v1', 'schema:\n  containers:\n    - image: foo:latest'),
    'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata:\n  image: foo:latest\n  job.yaml: |\n    containers:\n      - image: foo:latest\n',
    'apiVersion: v1\nkind: Secret\nmetadata:\n  name: a\nstringData:\n  image: foo:latest\n',
    object('ExternalSecret', 'external-secrets.io/v1', 'target:\n  template:\n    data:\n      image: foo/bar:latest'),
    object('GrafanaDashboard', 'grafana.integreatly.org/v1beta1', 'image: foo/bar:latest'),
    object(
      'K8sAllowedRepos',
      'constraints.gatekeeper.sh/v1beta1',
      'parameters:\n  containers:\n    - image: foo:latest',
    ),
    object('ValidatingAdmissionPolicy', 'admissionregistration.k8s.io/v1', 'containers:\n  - image: foo:latest'),
  ].join('---\n'),
  'metadata and status are not what runs':
    'apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\n  annotations:\n    image: foo/bar:latest\nstatus:\n  containers:\n    - image: foo:latest\n',
  'objects of a List, and of a ResourceSet': [
    'apiVersion: v1\nkind: List\nitems:\n  - apiVersion: v1\n    kind: Pod\n    metadata: {name: a}\n    spec:\n      containers:\n        - image: foo:latest #! warning image-latest\n',
    object(
      'ResourceSet',
      'fluxcd.controlplane.io/v1',
      'resources:\n  - apiVersion: v1\n    kind: Pod\n    metadata: {name: a}\n    spec:\n      containers:\n        - image: << inputs.registry >>/foo:latest #! warning image-latest\n        - image: foo:<< inputs.tag >>',
    ),
  ].join('---\n'),
  'an encrypted document is never judged':
    'apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\nspec:\n  containers:\n    - image: foo:latest\nsops:\n  mac: ENC[x]\n  lastmodified: "2026-01-01T00:00:00Z"\n',
  'a mutation really changes pods, its condition does not': `apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata:
  name: sidecar
spec:
  rules:
    - name: add
      match:
        any:
          - resources:
              containers:
                - image: foo:latest
      mutate:
        patchStrategicMerge:
          spec:
            containers:
              - name: sidecar
                image: sidecar:latest #! warning image-latest
`,
});

checkAll({
  'values: objects below an image key, of any spelling': values(`image:
  registry: ghcr.io
  repository: a/b
  tag: latest #! warning image-latest latest
initImage:
  repository: a/b
  tag: "latest" #! warning image-latest "latest"
sidecar_image:
  tag: web-latest #! warning image-latest
metrics:
  image:
    name: a/b
    version: latest #! warning image-latest`),
  'values: a repository with a tag is an image under any key': values(`redis:
  repository: public.ecr.aws/docker/library/redis
  tag: latest-alpine #! warning image-latest
git:
  repository: https://example.com/repo.git
  tag: latest-release`),
  'values: latest as a tag means an image even alone': values(
    'sidecar:\n  tag: latest #! warning image-latest\nother:\n  imageTag: latest #! warning image-latest',
  ),
  'values: the default of the chart is no finding': values(`a:
  image:
    repository: foo/bar
b:
  image:
    repository: foo/bar
    tag: ""
c:
  image:
    repository: foo/bar
    tag: null
d:
  image:
    repository: foo/bar
    tag: ~
e:
  image:
    repository: foo/bar
    tag:
f:
  image:
    repository: foo/bar
    tag: '{{ .Chart.AppVersion }}'`),
  'values: a digest anywhere pins': values(`a:
  image: {repository: foo/bar, tag: "latest@${digest}"}
b:
  image:
    repository: foo/bar
    tag: latest
    digest: ${digest}
c:
  image:
    repository: foo/bar
    tag: latest
    sha: ${'7'.repeat(64)}
d:
  image:
    repository: foo/bar@${digest}
    tag: latest
e:
  image: foo/bar:latest@${digest}`),
  'values: strings below an image key': values(`image: ghcr.io/foo/bar:latest #! warning image-latest
initImage: ghcr.io/foo/bar #! warning image-untagged
imageName: foo/bar:1.2.3
short:
  image: busybox`),
  'values: a name whose tag stands beside it': values(`a:
  image: ghcr.io/foo/bar
  tag: latest #! warning image-latest latest
b:
  image: ghcr.io/foo/bar
  imageTag: 1.2.3
c:
  image: ghcr.io/foo/bar
  tag: ""
d:
  image: ghcr.io/foo/bar
  digest: ${digest}
e:
  image: ghcr.io/foo/bar
  version: v1.2.3`),
  'values: lists of containers are what they are in pods': values(`extraContainers:
  - name: a
    image: busybox #! warning image-untagged
initContainers:
  - name: b
    image: busybox:1.36.1`),
  'values: what only sounds like an image': values(`imageRegistry: docker.io/library
global:
  imageRegistry: ghcr.io/foo
imagePullPolicy: Always
imageFeatures: layering/latest
images: /data/images
backgroundImage: assets/background.jpg
image: https://example.com/logo.png
env:
  SIDECAR_IMAGE: foo/bar:latest
  image: foo/bar:latest
RELATED_IMAGE: foo/bar:latest
podAnnotations:
  image: foo/bar:latest
restic:
  repository: restic-secret`),
  'values that valuesFrom writes over are not the last word': object(
    'HelmRelease',
    'helm.toolkit.fluxcd.io/v2',
    `valuesFrom:
  - kind: Secret
    name: a
    targetPath: web.image.tag
  - kind: ConfigMap
    name: b
    targetPath: list[0].image
values:
  web:
    image: {repository: a/b, tag: latest}
  api:
    image:
      repository: a/b
      tag: latest #! warning image-latest
  list:
    - image: a/b:latest
    - image: a/c:latest #! warning image-latest`,
  ),
  'a post-renderer gives an image its version': object(
    'HelmRelease',
    'helm.toolkit.fluxcd.io/v2',
    `values:
  image: {registry: ghcr.io, repository: a/b, tag: latest}
  other:
    image: a/c:latest #! warning image-latest
postRenderers:
  - kustomize:
      images:
        - name: ghcr.io/a/b
          newTag: 1.2.3
        - name: a/d
          newTag: latest #! warning image-latest latest
        - name: a/c
          newName: ghcr.io/a/c`,
  ),
  'a post-renderer patches the image of the rendered object': object(
    'HelmRelease',
    'helm.toolkit.fluxcd.io/v2',
    `values:
  image: a/b:latest
  other:
    image: a/c:latest #! warning image-latest
postRenderers:
  - kustomize:
      patches:
        - target: {kind: Deployment}
          patch: |
            - op: replace
              path: /spec/template/spec/containers/0/image
              value: a/b:1.2.3`,
  ),
  'a repository with an address is no image': values(`git:
  repository: https://example.com/repo.git
  tag: latest`),
  'patches in strings, wherever kustomize fields are': [
    object(
      'Kustomization',
      'kustomize.toolkit.fluxcd.io/v1',
      `patches:
  - patch: |
      apiVersion: apps/v1
      kind: Deployment
      metadata:
        name: a
      spec:
        template:
          spec:
            containers:
              - name: a
                image: foo:latest #! warning image-latest foo:latest
images:
  - name: bar
    newTag: latest #! warning image-latest
  - name: baz
    newTag: latest
    digest: ${digest}
  - name: qux
    newTag: 1.2.3`,
    ),
    object(
      'FluxInstance',
      'fluxcd.controlplane.io/v1',
      'kustomize:\n  patches:\n    - patch: |\n        - op: add\n          path: /spec/template/spec/containers/-\n          value:\n            name: x\n            image: foo:latest #! warning image-latest foo:latest\n      target:\n        kind: Deployment',
    ),
  ].join('---\n'),
});

test('a marker in a patch string is no comment of the file, so automation is not promised', () => {
  const [message] = checkFile(
    object(
      'Kustomization',
      'kustomize.toolkit.fluxcd.io/v1',
      'patches:\n  - patch: |\n      - op: replace\n        path: /spec/values/image\n        value: foo/bar:latest # {"$imagepolicy": "a:b"} #! warning image-latest',
    ),
  );
  assert.doesNotMatch(message ?? '', /automation/);
});

test('IfNotPresent makes it worse, and the message says why', () => {
  const [message] = checkFile(
    object('Pod', 'v1', 'containers:\n  - image: foo #! warning image-untagged\n    imagePullPolicy: IfNotPresent'),
  );
  assert.match(message ?? '', /each node keeps the one it has/);
});

test('a value used through an alias is one finding, at the anchor', () => {
  checkFile(
    object(
      'Pod',
      'v1',
      'containers:\n  - name: a\n    image: &img foo:latest #! warning image-latest\n  - name: b\n    image: *img\n  - &c\n    name: c\n    image: bar:latest #! warning image-latest\n  - <<: *c\n    name: d\n  - <<: *c\n    name: e\n    image: bar:1.2.3',
    ),
  );
});

test('CRLF and a byte order mark move no underline', () => {
  const text = `\uFEFF${object('Pod', 'v1', 'containers:\n  - image: foo:latest #! warning image-latest foo:latest')}`;
  checkFile(text.replaceAll('\n', '\r\n'));
});

test('underlines in patches stand right with CRLF and blank lines too', () => {
  const text = object(
    'Kustomization',
    'kustomize.toolkit.fluxcd.io/v1',
    'patches:\n  - patch: |-\n\n      - op: replace\n\n        path: /spec/values/image\n        value: foo/bar:latest #! warning image-latest foo/bar:latest',
  );
  checkFile(text);
  checkFile(text.replaceAll('\n', '\r\n'));
});

test('a patch in quotes is underlined as a whole: its lines stand nowhere', () => {
  const text = object(
    'Kustomization',
    'kustomize.toolkit.fluxcd.io/v1',
    'patches:\n  - patch: "- op: replace\\n  path: /spec/values/image\\n  value: foo/bar:latest\\n" #! warning image-latest',
  );
  checkFile(text);
});

test('every image of a quoted patch is told, although all of them have one place', () => {
  const containers = "[{name: a, image: 'foo:${T}'}, {name: b, image: 'foo:latest'}, {name: c, image: bar}]";
  const patch = `apiVersion: apps/v1\\nkind: Deployment\\nspec: {template: {spec: {containers: ${containers}}}}\\n`;
  const text = object('Kustomization', 'kustomize.toolkit.fluxcd.io/v1', `patches:\n  - patch: "${patch}"`);
  const codes = checkerOf({ 'a.yaml': text })
    .diagnostics('a.yaml')
    .map(({ code }) => code);
  assert.deepEqual(codes, ['image-latest', 'image-untagged']);
});

test('an overlay that sets the tag beside an image makes the finding go away', () => {
  const files = (tag: string, mark: string) => ({
    'base/release.yaml': values(`image: foo/bar\nimageTag: latest${mark}`),
    'base/kustomization.yaml': 'resources: [release.yaml]\n',
    'lab/kustomization.yaml': 'resources: [../base]\npatches:\n  - path: patch.yaml\n',
    'lab/patch.yaml': values(tag),
  });
  checkRepository(files('imageTag: 1.2.3', ''));
  checkRepository(files('other: 1.2.3', ' #! warning image-latest'));
});
