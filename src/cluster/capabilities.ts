/**
 * What templates see as `.Capabilities`: the server's version, and every group, version and kind that it serves, as Helm
 * collects them (helm pkg/action/action.go, GetVersionSet, over client-go discovery/aggregated_discovery.go). Two requests to a
 * server since Kubernetes 1.26; one for each group and version before.
 */
import { Failure, isFailure } from '../base/failure.ts';
import { compareText } from '../base/compareText.ts';
import { asList, asText, fieldAt } from '../flux/untyped.ts';
import type { Capabilities } from './clusterApi.ts';
import { Slots } from './slots.ts';

type Read = (path: string, accept?: string) => Promise<unknown>;

const aggregated = ['v2', 'v2beta1']
  .map((version) => `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`)
  .concat('application/json')
  .join(',');

/** How many documents an old server is asked for at once. */
const parallel = 8;

/** `read` gives `undefined` for what is not served. Throws the Failure of what every answer depends on. */
export async function readCapabilities(read: Read, signal: AbortSignal): Promise<Capabilities> {
  const [version, core, groups] = await Promise.all([
    read('/version'),
    read('/api', aggregated),
    read('/apis', aggregated),
  ]);
  const names = new Set<string>();
  for (const document of [core, groups]) {
    if (fieldAt(document, 'kind') === 'APIGroupDiscoveryList') {
      addAggregated(names, document);
    } else {
      await addEach(names, groupVersionsOf(document), read, signal);
    }
  }
  const kubeVersion = asText(fieldAt(version, 'gitVersion')) ?? '';
  if (names.size === 0 || kubeVersion === '') {
    throw new Failure('invalid', 'the server does not tell its version or what it serves');
  }
  return { kubeVersion, apiVersions: [...names].sort(compareText) };
}

function addAggregated(names: Set<string>, document: unknown): void {
  for (const group of items(document, 'items')) {
    const groupName = asText(fieldAt(group, 'metadata', 'name')) ?? '';
    for (const version of items(group, 'versions')) {
      const versionName = asText(fieldAt(version, 'version')) ?? '';
      // Of an API service that does not answer the server remembers what was; client-go leaves it out, so Helm does.
      if (versionName === '' || fieldAt(version, 'freshness') === 'Stale') {
        continue;
      }
      const groupVersion = groupName === '' ? versionName : `${groupName}/${versionName}`;
      names.add(groupVersion);
      for (const resource of items(version, 'resources')) {
        for (const one of [resource, ...items(resource, 'subresources')]) {
          addKind(names, groupVersion, fieldAt(one, 'responseKind', 'kind'));
        }
      }
    }
  }
}

/** One document for each group and version. Helm goes on without those that fail, as an API service that is down. */
async function addEach(
  names: Set<string>,
  groupVersions: readonly string[],
  read: Read,
  signal: AbortSignal,
): Promise<void> {
  const slots = new Slots(parallel);
  const lists = groupVersions.map((groupVersion) =>
    slots.run(signal, async () => {
      names.add(groupVersion);
      const path = `${groupVersion.includes('/') ? '/apis' : '/api'}/${groupVersion}`;
      const list = await read(path).catch((error: unknown) => {
        if (isFailure(error) && error.status !== undefined && error.reason !== 'unauthorized') {
          return undefined;
        }
        throw error;
      });
      for (const resource of items(list, 'resources')) {
        addKind(names, groupVersion, fieldAt(resource, 'kind'));
      }
    }),
  );
  await Promise.all(lists);
}

/** Of `APIVersions` (the core group) or an `APIGroupList`. */
function groupVersionsOf(document: unknown): string[] {
  const core = items(document, 'versions').flatMap((version) => asText(version) ?? []);
  const named = items(document, 'groups')
    .flatMap((group) => items(group, 'versions'))
    .flatMap((version) => asText(fieldAt(version, 'groupVersion')) ?? []);
  return [...core, ...named];
}

/** Kinds of subresources too (`apps/v1/Scale`): Helm takes them in. */
function addKind(names: Set<string>, groupVersion: string, kind: unknown): void {
  if (typeof kind === 'string' && kind !== '') {
    names.add(`${groupVersion}/${kind}`);
  }
}

function items(value: unknown, field: string): readonly unknown[] {
  return asList(fieldAt(value, field)) ?? [];
}
