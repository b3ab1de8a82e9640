/** The form of a handler in `operations.ts`, for those who make one. */

/**
 * What a command does. The arguments are VS Code's: what was clicked (a row's id, a lens's argument, nothing from the
 * palette), and behind it all selected rows.
 */
export type OperationHandler = (argument: unknown, selection: unknown) => Promise<void>;
