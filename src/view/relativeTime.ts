/**
 * Time as a person reads it in a narrow row: how long ago, how long from now, at which time of day. `now` is always handed
 * in; nothing here asks a clock.
 */

const minute = 60;
const hour = 60 * minute;
const day = 24 * hour;

/** `40s`, `4m`, `3h`, `3d`: whole units, rounded down. A moment in the future (two clocks that differ) reads `0s`. */
export function durationText(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < minute) {
    return `${seconds}s`;
  }
  if (seconds < hour) {
    return `${Math.floor(seconds / minute)}m`;
  }
  return seconds < 2 * day ? `${Math.floor(seconds / hour)}h` : `${Math.floor(seconds / day)}d`;
}

/** The age of a moment, in milliseconds since the epoch or as the API writes it; `undefined` when it is none. */
export function ageText(moment: number | string | undefined, now: number): string | undefined {
  const at = typeof moment === 'string' ? Date.parse(moment) : moment;
  return at === undefined || Number.isNaN(at) ? undefined : durationText(now - at);
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `10:42` in the machine's time zone; with the date once it is half a day away, when the time alone would mislead. */
export function clockText(at: number, now: number): string {
  const date = new Date(at);
  const time = [date.getHours(), date.getMinutes()].map((part) => String(part).padStart(2, '0')).join(':');
  return Math.abs(now - at) < 12 * hour * 1000 ? time : `${date.getDate()} ${months[date.getMonth()] ?? ''} ${time}`;
}
