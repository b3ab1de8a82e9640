/**
 * A window of its own on the demo: the embedded API server with the recorded cluster, a kubeconfig that names it, and the
 * packaged extension. For files of tests whose tests share one window, because a window costs many seconds.
 */
import { after, afterEach, before } from 'node:test';
import { type ApiServer, type ApiServerOptions, startApiServer } from '../support/apiServer/apiServer.ts';
import { asOfNow, readRecording } from '../support/apiServer/recording.ts';
import { type KubeconfigFile, kubeconfigFile } from '../support/kubeconfigFile.ts';
import { type Workbench, type WorkbenchOptions, openWorkbench } from './driver.ts';

export interface Demo {
  readonly server: ApiServer;
  readonly kubeconfig: KubeconfigFile;
  /** Of the kubeconfig as the test wrote it. */
  readonly kubeconfigHash: string;
  readonly window: Workbench;
}

export interface DemoOptions extends WorkbenchOptions {
  readonly server?: ApiServerOptions;
  /** Default: `homelab`. */
  readonly context?: string;
}

/** The recorded demo cluster, as old as if it had been recorded just now. The caller closes it. */
export function startDemoServer(options: ApiServerOptions = {}): Promise<ApiServer> {
  return startApiServer({ recording: asOfNow(readRecording('homelab-flux-2.9'), Date.now()), ...options });
}

/** Opens the window with the Driftline container shown. The caller closes with `closeDemo`. */
export async function openDemo(options: DemoOptions = {}): Promise<Demo> {
  const server = await startDemoServer(options.server);
  const context = options.context ?? 'homelab';
  const kubeconfig = kubeconfigFile(server.kubeconfig('admin', { context }));
  try {
    const window = await openWorkbench({ ...options, env: { KUBECONFIG: kubeconfig.path, ...options.env } });
    try {
      await window.showContainer('Driftline');
    } catch (error) {
      await window.stop('open-demo');
      throw error;
    }
    return { server, kubeconfig, kubeconfigHash: kubeconfig.hash(), window };
  } catch (error) {
    kubeconfig.dispose();
    await server.close();
    throw error;
  }
}

/** With the name of a failed test a picture of the window is kept. */
export async function closeDemo({ server, kubeconfig, window }: Demo, failed?: string): Promise<void> {
  await window.stop(failed);
  await server.close();
  kubeconfig.dispose();
}

/** One demo for all tests of the calling file. The result may be called once the tests run. */
export function demoOfFile(options: DemoOptions = {}): () => Demo {
  const shared: { demo?: Demo; failed?: string } = {};
  before(async () => {
    shared.demo = await openDemo(options);
  });
  afterEach(async (context) => {
    if ('passed' in context && !context.passed && shared.failed === undefined) {
      shared.failed = context.name;
      // Now, for the tests that follow would be seen on a later picture.
      await shared.demo?.window.keepPicture(context.name);
    }
  });
  after(async () => {
    if (shared.demo) {
      await closeDemo(shared.demo, shared.failed === undefined ? undefined : `${shared.failed}-end`);
    }
  });
  return () => {
    if (!shared.demo) {
      throw new Error('The window is open while the tests run, not before.');
    }
    return shared.demo;
  };
}
