/** How strict kustomize-controller is with variables, read out of its Deployments. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { strictSubstitutionOf } from '../../../src/cluster/substitutionStrictness.ts';
import type { KubernetesObject } from '../../../src/flux/objects.ts';

interface Given {
  readonly name?: string;
  readonly image?: string;
  readonly command?: readonly unknown[];
  readonly args?: readonly unknown[];
  /** `app.kubernetes.io/version`. */
  readonly flux?: string;
}

const newest = 'ghcr.io/fluxcd/kustomize-controller:v1.9.4';
const older = 'ghcr.io/fluxcd/kustomize-controller:v1.8.2';

function controller(given: Given = {}): KubernetesObject {
  const { name = 'kustomize-controller', image = newest, command, args, flux } = given;
  const manager = { name: 'manager', image, ...(command ? { command } : {}), ...(args ? { args } : {}) };
  const sidecar = { name: 'proxy', image: 'x:v0.1.0', args: ['--feature-gates=StrictPostBuildSubstitutions=false'] };
  const labels = flux === undefined ? {} : { labels: { 'app.kubernetes.io/version': flux } };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: 'flux-system', ...labels },
    spec: { template: { spec: { containers: [sidecar, manager] } } },
  };
}

function checkStrict(title: string, deployments: readonly KubernetesObject[], strict: boolean | undefined): void {
  test(title, () => assert.equal(strictSubstitutionOf(deployments), strict));
}

function checkArgs(title: string, args: readonly unknown[], strict: boolean, image = newest): void {
  checkStrict(`arguments: ${title}`, [controller({ args, image })], strict);
}

const gate = 'StrictPostBuildSubstitutions';

checkStrict('the default is strict since 1.9', [controller()], true);
checkStrict('and was not before', [controller({ image: older })], false);
checkStrict('a pre-release has it', [controller({ image: 'mirror:5000/kc:v1.9.0-rc.1' })], true);
checkStrict(
  'an image by digest goes by the release of Flux',
  [controller({ image: 'k@sha256:ab', flux: 'v2.9.0' })],
  true,
);
checkStrict('an image by digest of an older Flux', [controller({ image: 'k@sha256:ab', flux: 'v2.8.5' })], false);
checkStrict('a tag that is no version goes by Flux too', [controller({ image: 'k:main', flux: 'v2.9.1' })], true);
checkStrict('neither tells', [controller({ image: 'k@sha256:ab' })], undefined);
checkStrict(
  'a gate tells even where the version does not',
  [controller({ image: 'k', args: [`--feature-gates=${gate}=true`] })],
  true,
);

checkArgs('off', ['--log-level=info', `--feature-gates=${gate}=false`], false);
checkArgs('on, for an older controller', [`--feature-gates=${gate}=true`], true, older);
checkArgs('among others', [`--feature-gates=CacheSecrets=true,${gate}=false,DisableStatusPollerCache=true`], false);
checkArgs('as a word of its own', ['--feature-gates', `${gate}=false`], false);
checkArgs('a flag without its word', [`--feature-gates=${gate}=false`, '--feature-gates'], false);
checkArgs('the last one wins', [`--feature-gates=${gate}=false`, `--feature-gates=${gate}=true`], true);
checkArgs('other gates leave it as it is', ['--feature-gates=StrictPostBuildSubstitutionsToo=false'], true);
checkArgs('the name of the gate as another flag', [`--${gate}=false`], true);
checkArgs('a value of Go', [`--feature-gates=${gate}=F`], false);
checkArgs('a value that is none', [`--feature-gates=${gate}=off`], true);
checkArgs('no texts', [null, 3, { feature: 'gates' }, `--feature-gates=${gate}=false`], false);

checkStrict(
  'a command that is written out',
  [controller({ command: ['/kc', `--feature-gates=${gate}=false`] })],
  false,
);
checkStrict(
  'other controllers are not asked',
  [controller({ name: 'helm-controller', image: older }), controller()],
  true,
);
checkStrict('none', [], undefined);
checkStrict('none of its name', [controller({ name: 'helm-controller' })], undefined);
checkStrict('a shard alone', [controller({ name: 'kustomize-controller-shard1', image: older })], false);
checkStrict('shards that agree', [controller(), controller({ name: 'kustomize-controller-shard1' })], true);
checkStrict(
  'shards that differ',
  [controller(), controller({ name: 'kustomize-controller-shard1', image: older })],
  undefined,
);
checkStrict(
  'no containers',
  [{ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'kustomize-controller' } }],
  undefined,
);
