/** The log of the extension as a VS Code output channel. The channel's own level decides what is kept. */
import type * as vscode from 'vscode';
import type { Log } from '../base/log.ts';

export function channelLog(channel: vscode.LogOutputChannel): Log {
  return {
    debug: (message) => channel.debug(message),
    info: (message) => channel.info(message),
    warn: (message) => channel.warn(message),
    error: (message, cause) => channel.error(message, ...(cause === undefined ? [] : [cause])),
  };
}
