// VS Code's logger without a compiler: the calls that VS Code makes, written at once to the file that it names.
// Never rotates: a test run is short. A log that cannot be written must not end the host, so writing never throws.
const { closeSync, mkdirSync, openSync, writeSync } = require('node:fs');
const { dirname } = require('node:path');

const levels = ['trace', 'debug', 'info', 'warning', 'error', 'critical'];
const off = levels.length;

class Logger {
  #file;
  #level = levels.indexOf('info');
  #formatted = true;

  constructor(path) {
    mkdirSync(dirname(path), { recursive: true });
    this.#file = openSync(path, 'a');
  }

  #write(level, message) {
    if (this.#file === undefined || level < this.#level) {
      return;
    }
    const time = new Date().toISOString().slice(0, -1).replace('T', ' ');
    try {
      writeSync(this.#file, this.#formatted ? `${time} [${levels[level]}] ${message}\n` : String(message));
    } catch {
      this.drop();
    }
  }

  trace(message) {
    this.#write(0, message);
  }
  debug(message) {
    this.#write(1, message);
  }
  info(message) {
    this.#write(2, message);
  }
  warn(message) {
    this.#write(3, message);
  }
  error(message) {
    this.#write(4, message);
  }
  critical(message) {
    this.#write(5, message);
  }

  getLevel() {
    return this.#level;
  }
  setLevel(level) {
    this.#level = Math.min(Math.max(level, 0), off);
  }
  clearFormatters() {
    this.#formatted = false;
  }
  setPattern() {}
  flush() {}
  drop() {
    if (this.#file !== undefined) {
      try {
        closeSync(this.#file);
      } catch {
        // Closed already: nothing is lost.
      }
      this.#file = undefined;
    }
  }
}

const create = (_name, path) => Promise.resolve(new Logger(path));
const nothing = () => undefined;

// One by one: VS Code imports this as a module, and Node finds the names of an object literal's methods not.
exports.version = 0;
exports.Logger = Logger;
exports.createRotatingLogger = create;
exports.createAsyncRotatingLogger = create;
exports.setLevel = nothing;
exports.setFlushOn = nothing;
exports.shutdown = nothing;
