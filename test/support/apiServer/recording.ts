/**
 * The state of a real cluster as a file: discovery, objects, and pairs of dry-run applies with their answers. Written by
 * `npm run record`, replayed by the embedded API server.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../sourceFiles.ts';
import { type ApiObject, isJsonObject, type JsonObject } from './apiObject.ts';
import type { DiscoveryDocuments } from './discovery.ts';

/** One server-side apply with `dryRun=All` and what the real server answered. */
export interface RecordedDryRun {
  /** With query. */
  readonly path: string;
  readonly body: JsonObject;
  readonly status: number;
  readonly response: JsonObject;
}

export interface Recording {
  readonly about: { readonly flux: string; readonly kubernetes: string; readonly recordedFrom: string };
  /** The answer of `/version`. */
  readonly version: JsonObject;
  readonly discovery: DiscoveryDocuments;
  readonly objects: readonly ApiObject[];
  readonly dryRuns: readonly RecordedDryRun[];
}

/** Reads a recording from `test/fixtures/recorded/`. Throws when the file is no recording. */
export function readRecording(name: string): Recording {
  const file = join(projectRoot, 'test', 'fixtures', 'recorded', `${name}.json`);
  const raw: unknown = JSON.parse(readFileSync(file, 'utf8'));
  if (
    !isJsonObject(raw) ||
    !isJsonObject(raw['version']) ||
    !isJsonObject(raw['discovery']) ||
    !Array.isArray(raw['objects']) ||
    !Array.isArray(raw['dryRuns'])
  ) {
    throw new Error(`${file} is not a recording: version, discovery, objects and dryRuns are needed`);
  }
  return raw as unknown as Recording;
}

const timePattern = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?Z$/;

function mapStrings(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') {
    return change(value);
  }
  if (Array.isArray(value)) {
    return value.map((item) => mapStrings(item, change));
  }
  return isJsonObject(value)
    ? Object.fromEntries(Object.entries(value).map(([key, item]) => [key, mapStrings(item, change)]))
    : value;
}

/**
 * The recording as if it had been made just now: all times move by the same amount, so that the newest is `now` (ms since
 * the epoch). Otherwise a demo says that everything happened months ago.
 */
export function asOfNow(recording: Recording, now: number): Recording {
  const state = JSON.stringify(recording.objects);
  const times = (state.match(/\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?Z/g) ?? []).map((text) => Date.parse(text));
  const shift = now - times.reduce((newest, time) => Math.max(newest, time), Number.NEGATIVE_INFINITY);
  if (!Number.isFinite(shift)) {
    return recording;
  }
  const moved = (text: string): string => {
    if (!timePattern.test(text)) {
      return text;
    }
    const later = new Date(Date.parse(text) + shift).toISOString();
    return text.includes('.') ? later : later.replace(/\.\d{3}Z$/, 'Z');
  };
  return { ...recording, objects: mapStrings(recording.objects, moved) as readonly ApiObject[] };
}
