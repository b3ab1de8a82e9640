/**
 * The entry of `dist/render.cjs`: what the extension needs of rendering, required when something is first rendered. Adds
 * nothing to what it hands on.
 */
export { engineFiles } from './engineFiles.ts';
export { manifestReader } from './readManifest.ts';
export { renderFolder } from './renderFolder.ts';
export { RepositoryRenderer } from './repositoryRenderer.ts';
export { WorkerEngine } from './workerEngine.ts';
