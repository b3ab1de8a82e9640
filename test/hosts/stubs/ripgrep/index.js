// The original's install script downloads the program from GitHub. `ripgrep-universal` carries it for every platform.
const { dirname, join } = require('node:path');

const packageFolder = dirname(dirname(require.resolve('@vscode/ripgrep-universal')));
const program = process.platform === 'win32' ? 'rg.exe' : 'rg';
exports.rgPath = join(packageFolder, 'bin', `${process.platform}-${process.arch}`, program);
