/**
 * How helm-controller names a release and where it puts it (spec drift 5.1). Reads the HelmRelease alone; which release is
 * really there is told by its history.
 */
import { createHash } from 'node:crypto';
import type { FluxObject } from './objects.ts';

/** Helm takes no longer names. */
const longest = 53;
const hashLength = 12;

/**
 * `spec.releaseName`, else the name with the target namespace before it; shortened where Helm would refuse it.
 * Flux before 2.2 did not shorten, and its installs failed.
 */
export function releaseNameOf(release: FluxObject): string {
  const { releaseName, targetNamespace } = release.spec ?? {};
  if (isGiven(releaseName)) {
    return shortenReleaseName(releaseName);
  }
  const { name } = release.metadata;
  return shortenReleaseName(isGiven(targetNamespace) ? `${targetNamespace}-${name}` : name);
}

/** The first 40 bytes, `-`, and 12 hexadecimal digits of the whole name's SHA-256 (helm-controller internal/release/name.go). */
export function shortenReleaseName(name: string): string {
  const bytes = Buffer.from(name);
  if (bytes.length <= longest) {
    return name;
  }
  const hash = createHash('sha256').update(bytes).digest('hex').slice(0, hashLength);
  return `${bytes.subarray(0, longest - hashLength - 1).toString()}-${hash}`;
}

/** Where the objects of the release go that name no namespace. */
export function releaseNamespaceOf(release: FluxObject): string {
  const { targetNamespace } = release.spec ?? {};
  return isGiven(targetNamespace) ? targetNamespace : (release.metadata.namespace ?? '');
}

/**
 * Where Helm keeps its record. The status is the truth about the release that is there: the spec says where the next one will
 * be. Never the target namespace.
 */
export function storageNamespaceOf(release: FluxObject): string {
  const { storageNamespace: present } = release.status ?? {};
  const { storageNamespace: wanted } = release.spec ?? {};
  return isGiven(present) ? present : isGiven(wanted) ? wanted : (release.metadata.namespace ?? '');
}

/** The controllers read an empty text as none. */
function isGiven(text: string | undefined): text is string {
  return text !== undefined && text !== '';
}
