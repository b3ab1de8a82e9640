// The original clones files copy-on-write where the file system can; an ordinary copy has the same result.
const { cp } = require('node:fs/promises');

exports.isCloneSupported = () => false;
exports.cp = (from, to, options) => cp(from, to, options);
