/** Charts of the test cluster as a server gives them: packed, with their digest, over HTTP on loopback. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { driftline, runFolder } from './hostWindow.ts';

export interface ChartArchive {
  readonly bytes: Buffer;
  /** `sha256:…` */
  readonly digest: string;
}

/** `name`: a folder of `test/cluster/charts`. */
export function packChart(name: string): ChartArchive {
  const file = join(runFolder(), `${name}.tgz`);
  const charts = join(driftline().extensionPath, 'test', 'cluster', 'charts');
  execFileSync('tar', ['--create', '--gzip', '--file', file, '--directory', charts, name]);
  const bytes = readFileSync(file);
  rmSync(file);
  return { bytes, digest: `sha256:${createHash('sha256').update(bytes).digest('hex')}` };
}

export interface FileServer {
  readonly port: number;
  /** Paths in the order in which they were asked for. */
  readonly asked: readonly string[];
  close(): Promise<void>;
}

/** Serves texts and bytes by path; whoever starts it closes it. */
export async function serveFiles(
  files: (port: number) => Readonly<Record<string, string | Buffer>>,
): Promise<FileServer> {
  const asked: string[] = [];
  const server = createServer((request, answer) => {
    const path = request.url ?? '';
    asked.push(path);
    const content = files((server.address() as AddressInfo).port)[path];
    answer.writeHead(content === undefined ? 404 : 200).end(content ?? '');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    asked,
    close: () => new Promise((resolve) => void server.close(() => resolve())),
  };
}
