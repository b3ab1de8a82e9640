/** What a lens over a document hands to a command: the file, and the object that the document states. */
import type { FluxDocument } from '../manifests/fluxDocuments.ts';
import type { FluxName } from '../render/desired.ts';

export interface DocumentArgument {
  readonly uri: string;
  readonly name: FluxName;
}

/** `namespace` is empty where the document has none. */
export function nameOf({ kind, namespace = '', name }: FluxDocument): FluxName {
  return { kind, namespace, name };
}
