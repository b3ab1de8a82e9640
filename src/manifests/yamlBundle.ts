/**
 * What of this folder the extension needs now and then, as the entry of a bundle of its own: the YAML library behind it is
 * half of what activation may load in all. Loaded by `import()`; everything else imports the files themselves.
 */
export { DiskRepository } from './diskRepository.ts';
export { findField } from './findField.ts';
export { editField } from './editField.ts';
export { becomes, namingsOf, objectPlaces } from './objectPlaces.ts';
export { parseYaml } from './parseManifests.ts';
export { plainValue } from './plainValue.ts';
export { printYaml } from './printYaml.ts';
export { readBuildGraph } from './reachableFiles.ts';
