/** Where the followed commit is kept in the workspace's memory; of its own, for activation asks only whether there is one. */
export const followedKey = 'driftline.followed';
