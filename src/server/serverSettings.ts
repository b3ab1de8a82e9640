/** Reads settings that came over the wire: whatever does not fit is the default, so a bad setting never stops the checks. */
import type { ServerSettings } from '../protocol.ts';
import { defaultSettings, readSettings, settingKeys } from '../settings.ts';

export function readServerSettings(raw: unknown): ServerSettings {
  const values = new Map(typeof raw === 'object' && raw !== null ? Object.entries(raw) : []);
  // The table of settings knows what fits; its keys are those of package.json, ours are the fields of the message.
  const { diagnosticsEnabled, ruleSeverity, diagnosticsIgnore } = readSettings((key) => {
    const name = (Object.keys(defaultSettings) as (keyof typeof settingKeys)[]).find((n) => settingKeys[n] === key);
    return name === undefined ? undefined : values.get(name);
  });
  return { diagnosticsEnabled, ruleSeverity, diagnosticsIgnore };
}
