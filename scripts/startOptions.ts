/** What `npm start --` takes. */
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';

export interface StartOptions {
  /** `demo`: the embedded API server. `real`: a real API server with the Flux controllers. `own`: a kubeconfig's. */
  readonly cluster:
    | { readonly kind: 'demo' }
    | { readonly kind: 'real' }
    | { readonly kind: 'own'; readonly kubeconfig: string; readonly context?: string };
  /** Of VS Code's page; 0 for any. */
  readonly port: number;
  /** False: print the address, and open nothing. */
  readonly open: boolean;
  /** Opened as it is, instead of a copy of the sample. */
  readonly folder?: string;
}

export const startUsage = `npm start [-- options] [folder]

  --kubeconfig FILE   use a cluster of this file instead of the demo cluster
  --context NAME      the context in that file (default: its current one)
  --cluster           start a real API server with the real Flux controllers (needs Go)
  --port N            port of VS Code's page
  --no-open           open no window; print the address
  --help

  folder              open this one instead of a copy of the sample repository`;

/** Reads the arguments; `help` when they ask for it. Throws an Error with one sentence when they make no sense. */
export function readStartOptions(args: readonly string[], cwd: string): StartOptions | 'help' {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      kubeconfig: { type: 'string' },
      context: { type: 'string' },
      cluster: { type: 'boolean', default: false },
      port: { type: 'string', default: '0' },
      'no-open': { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    return 'help';
  }
  const { kubeconfig, context } = values;
  if (kubeconfig !== undefined && values.cluster) {
    throw new Error('--kubeconfig and --cluster name two clusters; give one of them.');
  }
  if (context !== undefined && kubeconfig === undefined) {
    throw new Error('--context needs --kubeconfig.');
  }
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new Error(`--port ${values.port} is no port.`);
  }
  const [folder, ...more] = positionals;
  if (more.length > 0) {
    throw new Error('One folder can be opened.');
  }
  const own = kubeconfig === undefined ? undefined : { kind: 'own' as const, kubeconfig: resolve(cwd, kubeconfig) };
  return {
    cluster:
      own === undefined
        ? { kind: values.cluster ? 'real' : 'demo' }
        : { ...own, ...(context === undefined ? {} : { context }) },
    port,
    open: !values['no-open'],
    ...(folder === undefined ? {} : { folder: resolve(cwd, folder) }),
  };
}
