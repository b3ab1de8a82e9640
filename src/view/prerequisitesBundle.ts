/**
 * The entry of `dist/prerequisites.cjs`: what *Check prerequisites* asks and says, required when somebody asks. Adds nothing to
 * what it hands on.
 */
export { checkPrerequisites } from '../cluster/prerequisites.ts';
export { prerequisitesReport } from './prerequisitesReport.ts';
