/**
 * The entry of `dist/render.cjs`: what extension and CLI need of rendering, required when something is first rendered. Adds
 * nothing to what it hands on.
 */
export { engineFiles } from './engineFiles.ts';
export { WorkerEngine } from './workerEngine.ts';
