/**
 * Takes out of a recording what belongs to one run on one machine: addresses, random names, ids, versions, times, the
 * content of Secrets. What is left is the same in every run but for durations and the order of events. Pure.
 */
import { createHash } from 'node:crypto';
import { type Recording } from '../support/apiServer/recording.ts';

type JsonObject = Record<string, unknown>;

interface ObjectName {
  readonly name: string;
  readonly namespace?: string;
  readonly generateName?: string;
}

/** The newest time of a cleaned recording; all others keep their distance to it. */
export const recordedAt = Date.parse('2026-01-01T12:00:00Z');

/** Stands for every value of every Secret. */
export const secretPlaceholder = Buffer.from('recorded').toString('base64');

/** Addresses of the two nodes, from the block for documentation (RFC 5737). */
const nodeAddress = (index: number) => `192.0.2.${11 + index}`;

interface Draft {
  readonly discovery: Record<string, JsonObject>;
  readonly objects: readonly JsonObject[];
  readonly dryRuns: readonly { readonly body: JsonObject; readonly response: JsonObject }[];
}

/** The recording that may be committed. The input is not changed. */
export function cleanRecording(recording: Recording): Recording {
  const draft = structuredClone(recording) as unknown as Draft;
  delete draft.discovery['/api']?.['serverAddressByClientCIDRs'];
  for (const object of [...draft.objects, ...draft.dryRuns.flatMap(({ body, response }) => [body, response])]) {
    hideSecret(object);
    hideAddresses(object, draft.objects);
  }
  // Pods before events, whose names begin with their pods' and whose order depends on them.
  const named = rewrite(sorted(draft), (text, objects) => replaceWords(text, generatedNames(objects)));
  const events = rewrite(sorted(named), (text, objects) => replaceWords(text, eventNames(objects)));
  const cleaned = rewrite(sorted(events), (text, objects) =>
    moveTimes(replaceIds(text, objects)),
  ) as unknown as Recording;
  renumber(cleaned);
  return cleaned;
}

function sorted(draft: Draft): Draft {
  return { ...draft, objects: draft.objects.toSorted((a, b) => compareText(sortKey(a), sortKey(b))) };
}

/** A change of names goes through the whole text: an object's name stands in many places. */
function rewrite(draft: Draft, change: (text: string, objects: readonly JsonObject[]) => string): Draft {
  return JSON.parse(change(JSON.stringify(draft), draft.objects)) as Draft;
}

const compareText = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

/** The kind first, so that neighbours in the file are alike. */
function sortKey(object: JsonObject): string {
  const metadata = object['metadata'] as JsonObject;
  return [object['apiVersion'], object['kind'], metadata['namespace'], steadyName(object)].join('\0');
}

/** An object's name with what was made up for this run taken off. */
function steadyName(object: JsonObject): string {
  const { name, generateName } = object['metadata'] as ObjectName;
  if (object['kind'] === 'Event') {
    const involved = object['involvedObject'] as JsonObject;
    return [involved['kind'], involved['name'], object['reason'], object['firstTimestamp'], object['message']].join(
      ' ',
    );
  }
  return generateName ?? name;
}

function hideSecret(object: JsonObject): void {
  if (object['kind'] !== 'Secret') {
    return;
  }
  for (const field of ['data', 'stringData']) {
    const data = object[field] as JsonObject | undefined;
    if (data !== undefined) {
      object[field] = Object.fromEntries(Object.keys(data).map((key) => [key, secretPlaceholder]));
    }
  }
}

/** Every node and its kubelet live on loopback here. */
function hideAddresses(object: JsonObject, all: readonly JsonObject[]): void {
  const nodes = all.filter(({ kind }) => kind === 'Node').map(({ metadata }) => (metadata as { name: string }).name);
  const addressOf = (node: unknown) => nodeAddress(Math.max(0, nodes.indexOf(String(node))));
  const status = object['status'] as JsonObject | undefined;
  if (status === undefined) {
    return;
  }
  if (object['kind'] === 'Pod' && status['hostIP'] !== undefined) {
    const address = addressOf((object['spec'] as JsonObject)['nodeName']);
    status['hostIP'] = address;
    status['hostIPs'] = [{ ip: address }];
  }
  if (object['kind'] === 'Node') {
    const { name } = object['metadata'] as { name: string };
    status['addresses'] = [
      { type: 'InternalIP', address: addressOf(name) },
      { type: 'Hostname', address: name },
    ];
    status['daemonEndpoints'] = { kubeletEndpoint: { Port: 10250 } };
  }
}

/** Names that end in five random letters get letters made of what the name begins with. */
function generatedNames(objects: readonly JsonObject[]): ReadonlyMap<string, string> {
  const count = counter();
  return new Map(
    objects.flatMap((object) => {
      const { name, namespace, generateName } = object['metadata'] as ObjectName;
      return generateName !== undefined && name.startsWith(generateName)
        ? [[name, `${generateName}${letters(digest(generateName, count(namespace, generateName)), 5)}`] as const]
        : [];
    }),
  );
}

/** An event's name is its object's and a time. */
function eventNames(objects: readonly JsonObject[]): ReadonlyMap<string, string> {
  const count = counter();
  return new Map(
    objects
      .filter(({ kind }) => kind === 'Event')
      .map((event) => {
        const { name, namespace } = event['metadata'] as ObjectName;
        const involved = (event['involvedObject'] as ObjectName).name;
        return [name, `${involved}.${digest(involved, count(namespace, involved)).slice(0, 16)}`] as const;
      }),
  );
}

/** How often it was called with these words before. */
function counter(): (...words: readonly unknown[]) => number {
  const counts = new Map<string, number>();
  return (...words) => {
    const key = words.join('/');
    const count = counts.get(key) ?? 0;
    counts.set(key, count + 1);
    return count;
  };
}

/** As Kubernetes makes them: no vowels, nothing that is easily mistaken. */
function letters(hex: string, count: number): string {
  const alphabet = 'bcdfghjklmnpqrstvwxz2456789';
  return Array.from(
    { length: count },
    (_, i) => alphabet[parseInt(hex.slice(2 * i, 2 * i + 2), 16) % alphabet.length],
  ).join('');
}

function digest(...parts: readonly unknown[]): string {
  return createHash('sha256').update(parts.join('\0')).digest('hex');
}

/** Each uid becomes one made of kind, namespace and name, wherever it is referred to. */
function replaceIds(text: string, objects: readonly JsonObject[]): string {
  const known = new Map<string, string>();
  for (const object of objects) {
    const metadata = object['metadata'] as JsonObject;
    const hex = digest(object['kind'], metadata['namespace'], steadyName(object), known.size);
    known.set(String(metadata['uid']), uuid(hex));
  }
  let unknown = 0;
  return text.replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, (id) => {
    const fresh = known.get(id) ?? uuid(digest('other', (unknown += 1)));
    known.set(id, fresh);
    return fresh;
  });
}

function uuid(hex: string): string {
  return [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join(
    '-',
  );
}

function replaceWords(text: string, words: ReadonlyMap<string, string>): string {
  // The longest first: an event's name begins with its pod's.
  const pattern = [...words.keys()]
    .sort((a, b) => b.length - a.length || compareText(a, b))
    .map((word) => word.replaceAll('.', String.raw`\.`))
    .join('|');
  return pattern === '' ? text : text.replace(new RegExp(pattern, 'g'), (word) => words.get(word) ?? word);
}

function moveTimes(text: string): string {
  const pattern = /\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?Z/g;
  const newest = (text.match(pattern) ?? []).reduce((latest, time) => Math.max(latest, Date.parse(time)), 0);
  return text.replace(pattern, (time) => {
    const moved = new Date(Date.parse(time) - newest + recordedAt).toISOString();
    const fraction = /\.(\d+)Z$/.exec(time)?.[1];
    // Kubernetes refuses a time with another number of digits than the field has.
    return fraction === undefined ? moved.replace(/\.\d+Z$/, 'Z') : moved.replace(/\.\d+Z$/, `.${fraction}Z`);
  });
}

/** Resource versions become the rank of the change, so that their order still tells which came first. */
function renumber(recording: Recording): void {
  const holders = [
    ...recording.objects,
    ...recording.objects.map((object) => object['involvedObject']),
    ...recording.dryRuns.map(({ response }) => response),
  ]
    .map((object) => (object as { metadata?: JsonObject } | undefined)?.metadata ?? (object as JsonObject | undefined))
    .filter((holder): holder is JsonObject => typeof holder?.['resourceVersion'] === 'string');
  const versions = [...new Set(holders.map((holder) => Number(holder['resourceVersion'])))].sort((a, b) => a - b);
  const rank = new Map(versions.map((version, index) => [version, String(1000 + index)]));
  for (const holder of holders) {
    holder['resourceVersion'] = rank.get(Number(holder['resourceVersion']));
  }
}

/** One object per line: small, and a change of one object is a change of one line. */
export function recordingText(recording: Recording): string {
  const lines = (items: readonly unknown[]) => `[\n${items.map((item) => JSON.stringify(item)).join(',\n')}\n]`;
  const documents = Object.entries(recording.discovery)
    .map(([path, document]) => `${JSON.stringify(path)}:${JSON.stringify(document)}`)
    .join(',\n');
  return `{
"about":${JSON.stringify(recording.about)},
"version":${JSON.stringify(recording.version)},
"discovery":{
${documents}
},
"objects":${lines(recording.objects)},
"dryRuns":${lines(recording.dryRuns)}
}
`;
}
