/**
 * Writes to a live object as people's commands and other programs make them: field manager, way of writing and subresource as
 * measured with kubectl 1.36. Knows the API, and nothing of Flux.
 */
import type { ApiClient, ApiObject } from './apiClient.ts';
import { type FieldEdit, type WriteWay, bodyOf } from './fieldEdits.ts';

export interface Writer {
  /** As a person calls it. */
  readonly name: string;
  readonly manager: string;
  /** Ways that it may take; for custom resources `strategic` is `merge`, as kubectl has it. */
  readonly ways: readonly WriteWay[];
}

/** Commands that can edit any field. */
export const editors = {
  edit: { name: 'kubectl edit', manager: 'kubectl-edit', ways: ['strategic'] },
  patch: { name: 'kubectl patch', manager: 'kubectl-patch', ways: ['strategic', 'merge', 'json'] },
  apply: { name: 'kubectl apply', manager: 'kubectl-client-side-apply', ways: ['strategic'] },
  serverSideApply: { name: 'kubectl apply --server-side', manager: 'kubectl', ways: ['apply'] },
  replace: { name: 'kubectl replace', manager: 'kubectl-replace', ways: ['put'] },
  label: { name: 'kubectl label', manager: 'kubectl-label', ways: ['merge'] },
  annotate: { name: 'kubectl annotate', manager: 'kubectl-annotate', ways: ['merge'] },
  set: { name: 'kubectl set', manager: 'kubectl-set', ways: ['strategic'] },
  rollout: { name: 'kubectl rollout', manager: 'kubectl-rollout', ways: ['strategic'] },
} as const satisfies Readonly<Record<string, Writer>>;

/** Programs whose writes the controller does not take over, by the names that such programs have. */
export const operators: readonly Writer[] = [
  'reloader',
  'vpa-updater',
  'cainjector',
  'k9s',
  'node-fetch',
  'Mozilla',
].map((manager) => ({ name: `${manager} (update)`, manager, ways: ['merge', 'json', 'put'] }));

export const applyingOperators: readonly Writer[] = ['keda-operator', 'argocd-controller', 'terraform'].map(
  (manager) => ({
    name: `${manager} (apply)`,
    manager,
    ways: ['apply'],
  }),
);

/** One thing that is done to a live object. */
export type LiveWrite =
  | { readonly do: 'edit'; readonly writer: Writer; readonly way: WriteWay; readonly edits: readonly FieldEdit[] }
  /** `kubectl scale`, or an autoscaler. */
  | { readonly do: 'scale'; readonly manager: string; readonly replicas: number }
  | { readonly do: 'delete' }
  /** Anew, with other content. */
  | { readonly do: 'replace'; readonly object: ApiObject }
  | { readonly do: 'create'; readonly object: ApiObject; readonly manager: string };

const contentTypes: Readonly<Record<WriteWay, string>> = {
  strategic: 'application/strategic-merge-patch+json',
  merge: 'application/merge-patch+json',
  json: 'application/json-patch+json',
  put: 'application/json',
  apply: 'application/apply-patch+yaml',
};

/** Fails when the server refuses: a write that does not come about would prove nothing. */
export async function performWrite(api: ApiClient, path: string, write: LiveWrite): Promise<void> {
  const collection = path.slice(0, path.lastIndexOf('/'));
  switch (write.do) {
    case 'delete':
      return remove(api, path);
    case 'replace':
      await remove(api, path);
      return send(api, 'POST', `${collection}?fieldManager=kustomize-controller`, write.object);
    case 'create':
      return send(api, 'POST', `${collection}?fieldManager=${write.manager}`, write.object);
    case 'scale': {
      const body = { spec: { replicas: write.replicas } };
      return send(api, 'PATCH', `${path}/scale?fieldManager=${write.manager}`, body, contentTypes.merge);
    }
    case 'edit':
      return performEdit(api, path, write);
  }
}

/** A whole object is written of what was read; when somebody was quicker, it is read again, as programs do. */
async function performEdit(api: ApiClient, path: string, write: EditWrite): Promise<void> {
  const method = write.way === 'put' ? 'PUT' : 'PATCH';
  const query = `fieldManager=${write.writer.manager}${write.way === 'apply' ? '&force=true' : ''}`;
  for (let attempt = 1; ; attempt += 1) {
    const live = await api.get(path);
    const body =
      write.writer.name === editors.apply.name ? clientSideApply(live, write) : bodyOf(write.way, live, write.edits);
    const { status, text } = await api.send(method, `${path}?${query}`, { body, type: contentTypes[write.way] });
    if (status >= 200 && status <= 299) {
      return;
    }
    if (status !== 409 || attempt === 5) {
      throw new Error(`${method} ${path}?${query} ${JSON.stringify(write.edits)}: ${status} ${text}`);
    }
  }
}

/** In the background, as kubectl does; waits until it is gone. */
async function remove(api: ApiClient, path: string): Promise<void> {
  await send(api, 'DELETE', `${path}?propagationPolicy=Background`);
  await api.waitFor(path, (object) => object === undefined);
}

async function send(
  api: ApiClient,
  method: string,
  path: string,
  body?: unknown,
  type = 'application/json',
): Promise<void> {
  const { status, text } = await api.send(method, path, { body, type });
  if (status < 200 || status > 299) {
    throw new Error(`${method} ${path} ${JSON.stringify(body)}: ${status} ${text}`);
  }
}

type EditWrite = Extract<LiveWrite, { readonly do: 'edit' }>;

/** `kubectl apply` notes beside the fields what it was given. */
function clientSideApply(live: ApiObject, { way, edits }: EditWrite): unknown {
  const given = JSON.stringify(bodyOf('apply', live, edits));
  const note: FieldEdit = {
    path: ['metadata', 'annotations', 'kubectl.kubernetes.io/last-applied-configuration'],
    set: `${given}\n`,
  };
  return bodyOf(way, live, [...edits, note]);
}
