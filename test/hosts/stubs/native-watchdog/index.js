// Ends the extension host when the server that started it has gone without a word. The original uses a native thread,
// so that it also ends a host whose event loop hangs; a timer is enough where the runner kills the process group.
const lostParent = 87; // the exit code that VS Code expects of it

exports.start = (parent) => {
  const timer = setInterval(() => {
    try {
      process.kill(parent, 0);
    } catch (error) {
      if (error.code === 'ESRCH') {
        process.exit(lostParent);
      }
    }
  }, 1000);
  timer.unref();
};
exports.exit = (code) => process.exit(code);
