/**
 * Cases met in public Flux repositories and the verdict that each deserves, reduced to the lines that matter. What needs a
 * registry or the content of a chart to be decided (partial versions) stays silent, and that is checked as well.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkFile, checkRepository } from '../../support/expectedDiagnostics.ts';

const digest = `sha256:${'7'.repeat(64)}`;

interface Case {
  readonly what: string;
  readonly text: string;
}

function checkCases(cases: readonly Case[]): void {
  for (const { what, text } of cases) {
    test(what, () => void checkFile(text));
  }
}

const cronJob = (container: string): string => `apiVersion: batch/v1
kind: CronJob
metadata:
  name: cleanup
spec:
  jobTemplate:
    spec:
      template:
        spec:
          containers:
            - name: cleanup
              ${container}
`;

const deployment = (container: string): string => `apiVersion: apps/v1
kind: Deployment
metadata:
  name: app
spec:
  template:
    spec:
      containers:
        - name: app
          ${container}
`;

const release = (values: string): string => `apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata:
  name: app
spec:
  chartRef:
    kind: OCIRepository
    name: app-template
  values:
${values.replace(/^(?=.)/gm, '    ')}
`;

const chart = (lines: string): string => `apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata:
  name: app
spec:
  chart:
    spec:
${lines.replace(/^(?=.)/gm, '      ')}
`;

const fromHelm = 'sourceRef:\n  kind: HelmRepository\n  name: charts';

checkCases([
  {
    what: 'an explicit latest in a container of a CronJob',
    text: cronJob('image: git.example/unifi-cleanup:latest #! warning image-latest git.example/unifi-cleanup:latest'),
  },
  {
    what: 'a container without tag and digest',
    text: deployment('image: linuxserver/openssh-server #! warning image-untagged linuxserver/openssh-server'),
  },
  {
    what: 'containers of app-template are a map, the image an object',
    text: release(`controllers:
  plex:
    initContainers:
      wait:
        image:
          repository: busybox
          tag: latest #! warning image-latest latest`),
  },
  {
    what: 'a word that names no version',
    text: release(
      'initContainers:\n  - image: ghcr.io/home-operations/postgres-init:rolling #! information image-channel',
    ),
  },
  {
    what: 'a base image as tag',
    text: release(
      'image:\n  repository: nginxinc/nginx-unprivileged\n  tag: alpine #! information image-channel alpine',
    ),
  },
  {
    what: 'a digest pins whatever the tag says, in a custom resource too',
    text: `apiVersion: inference.example/v1
kind: Model
metadata:
  name: qwen
spec:
  image: ghcr.io/ggml-org/llama.cpp:server-vulkan@${digest}
`,
  },
  { what: 'two numbers are a version of some projects', text: release('image:\n  repository: mysql\n  tag: 9.7') },
  {
    what: 'a whole number as tag is a version of some projects',
    text: release('image:\n  repository: ghcr.io/mendhak/http-https-echo\n  tag: 41'),
  },
  {
    what: 'commit and time in the tag, written by image automation',
    text: release(
      'image: example.azurecr.io/cath/cath-api:prod-3c7178c-20260819092217 # {"$imagepolicy": "flux-system:cath-api"}',
    ),
  },
  {
    what: 'a build counter before a commit is no major version',
    text: cronJob('image: git.example/kia-collector:9-25d82476 # {"$imagepolicy": "flux-system:kia"}'),
  },
  { what: 'a date as tag', text: release('image:\n  repository: minio/minio\n  tag: RELEASE.2024-04-06T05-26-02Z') },
  {
    what: 'a policy that forbids latest names it as a pattern',
    text: `apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata:
  name: deny-latest
spec:
  rules:
    - name: require-tag
      validate:
        pattern:
          spec:
            containers:
              - image: "*:*"
    - name: deny-latest
      validate:
        pattern:
          spec:
            containers:
              - image: "!*:latest"
`,
  },
  {
    what: 'the tag of an upgrade plan stands in its version',
    text: `apiVersion: upgrade.cattle.io/v1
kind: Plan
metadata:
  name: agent
spec:
  prepare:
    image: rancher/k3s-upgrade
  upgrade:
    image: rancher/k3s-upgrade
  version: v1.36.2+k3s1
`,
  },
  {
    what: 'a policy that generates a Job really makes its container',
    text: `apiVersion: kyverno.io/v1
kind: Policy
metadata:
  name: hugo
spec:
  rules:
    - name: build
      generate:
        kind: Job
        data:
          spec:
            template:
              spec:
                containers:
                  - name: curl
                    image: curlimages/curl:latest #! warning image-latest
`,
  },
  {
    what: 'version: null is dropped, and the default lets in everything',
    text: chart(`chart: eck-operator\nversion: #! warning chart-version-missing version\n${fromHelm}`),
  },
  {
    what: 'a star is the same as no version',
    text: chart(`chart: ingress-nginx\nversion: "*" #! warning chart-version-missing "*"\n${fromHelm}`),
  },
  {
    what: 'a chart from Git needs no version, it is what lies there',
    text: chart('chart: chart-job\nsourceRef:\n  kind: GitRepository\n  name: charts'),
  },
  {
    what: 'no upper end, and pre-releases too',
    text: chart(`chart: cath-api\nversion: ">=0.0.1-0" #! warning chart-open-range ">=0.0.1-0"\n${fromHelm}`),
  },
  {
    what: 'a range within one major version',
    text: chart(`chart: loki\nversion: "4.x" #! information chart-range\n${fromHelm}`),
  },
  {
    what: 'a version that a build fills in',
    text: chart(`chart: cert-manager\nversion: \${CERT_MANAGER_VERSION} # Set by flux patch\n${fromHelm}`),
  },
  { what: 'a leading v is accepted', text: chart(`chart: gpu-operator\nversion: v26.3.3\n${fromHelm}`) },
  {
    what: 'a patch that takes the tag away leaves none',
    text: `apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata:
  name: pre-portal
spec:
  values:
    nodejs:
      image: hmctsprod.azurecr.io/pre/portal #! warning image-untagged
`,
  },
  {
    what: 'a container of a patch without image says nothing about it',
    text: `apiVersion: apps/v1
kind: Deployment
metadata:
  name: mic
spec:
  template:
    spec:
      containers:
        - name: mic
          resources: {}
`,
  },
  {
    what: 'a known field that names a package',
    text: `apiVersion: pkg.crossplane.io/v1
kind: Provider
metadata:
  name: gke
spec:
  package: xpkg.upbound.io/upbound/provider-gcp-gke:v1.1.0
`,
  },
  {
    what: 'a package without version is one that moves',
    text: `apiVersion: pkg.crossplane.io/v1
kind: Provider
metadata:
  name: gke
spec:
  package: xpkg.upbound.io/upbound/provider-gcp-gke #! warning image-untagged
`,
  },
  {
    what: 'FluxInstance follows patch releases as documented',
    text: `apiVersion: fluxcd.controlplane.io/v1
kind: FluxInstance
metadata:
  name: flux
spec:
  distribution:
    version: 2.7.x
    artifact: oci://ghcr.io/controlplaneio-fluxcd/flux-operator-manifests:latest
`,
  },
  {
    what: 'a tag of literal text and open variables is left alone',
    text: `apiVersion: pgv2.percona.com/v2
kind: PerconaPGCluster
metadata:
  name: pg
spec:
  backups:
    pgbackrest:
      image: percona/operator:\${operator_version:-2.6.0}-ppg\${postgres_version}-pgbackrest
`,
  },
  {
    what: 'every version of an artifact is let in',
    text: `apiVersion: source.toolkit.fluxcd.io/v1
kind: OCIRepository
metadata:
  name: charts
spec:
  url: oci://ghcr.io/example/charts
  ref:
    semver: '*' #! warning source-semver-open '*'
---
apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata:
  name: flux-system
spec:
  url: https://example.com/repo
  ref:
    branch: master #! information source-branch master
---
apiVersion: image.toolkit.fluxcd.io/v1
kind: ImageRepository
metadata:
  name: app
spec:
  image: ghcr.io/example/app:latest
`,
  },
]);

test('image automation has not written a version yet: the message says so', () => {
  const [message] = checkFile(
    release(
      'image: example.azurecr.io/my-time/frontend:latest # {"$imagepolicy": "flux-system:my-time"} #! warning image-latest',
    ),
  );
  assert.match(message ?? '', /automation has not written a version yet/);
});

test('a file that is no Kubernetes object is not judged', () => {
  const compose = 'services:\n  gatus:\n    image: gatus:latest\n';
  checkRepository({ '.taskfiles/machine/docker-compose-gatus.yaml': compose, 'stack/other.yaml': compose });
});

checkCases([
  {
    what: 'two numbers are a range',
    text: chart(`chart: a\nversion: "1.2" #! information chart-range "1.2"\n${fromHelm}`),
  },
  {
    what: 'the same with an equals sign',
    text: chart(`chart: a\nversion: "=1.2" #! information chart-range\n${fromHelm}`),
  },
  {
    what: 'tilde zero lets in everything',
    text: chart(`chart: a\nversion: "~0.0.0" #! warning chart-open-range\n${fromHelm}`),
  },
  ...['latest', '==1.2.3', '1.2.3.4'].map((version) => ({
    what: `Helm cannot read ${version}`,
    text: chart(`chart: a\nversion: ${version} #! error chart-version-invalid ${version}\n${fromHelm}`),
  })),
  {
    what: 'numbers and dates as tags',
    text: release(
      'a:\n  image:\n    repository: x/y\n    tag: 1.10 #! error image-value-changed-by-yaml 1.10\nb:\n  image:\n    repository: x/y\n    tag: 2025-01-01 #! error image-value-changed-by-yaml',
    ),
  },
  { what: 'a port is no tag', text: deployment('image: host:5000/foo #! warning image-untagged host:5000/foo') },
  {
    what: 'a digest without its digits',
    text: deployment('image: "foo@sha256:" #! error image-invalid "foo@sha256:"'),
  },
  {
    what: 'a literal latest behind a variable registry',
    text: deployment('image: ${REG}/foo:latest #! warning image-latest'),
  },
  { what: 'a tag that nothing defines', text: deployment('image: ${REG}/foo:${TAG}') },
  {
    what: 'a literal name without tag behind a variable registry',
    text: deployment('image: ${REG}/foo #! warning image-untagged'),
  },
  { what: 'an empty tag is the default of the chart', text: release('image:\n  repository: foo/bar\n  tag: ""') },
]);

test('an operation of a JSON patch inside a block is underlined where it stands', () => {
  const kustomization = `resources: []
patches:
  - target:
      kind: Deployment
    patch: |-
      - op: replace
        path: /spec/template/spec/containers/0/image
        value: foo:latest #! warning image-latest foo:latest
      - op: replace
        path: /spec/template/spec/replicas
        value: 3
`;
  checkFile(kustomization, 'apps/kustomization.yaml');
});

test('an images entry is compared letter by letter: another spelling of the name overrides nothing', () => {
  checkRepository({
    'apps/kustomization.yaml': 'resources: [app.yaml]\nimages:\n  - name: stefanprodan/podinfo\n    newTag: 6.1.0\n',
    'apps/app.yaml': deployment('image: docker.io/stefanprodan/podinfo:latest #! warning image-latest'),
  });
});
