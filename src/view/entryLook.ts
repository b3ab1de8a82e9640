/**
 * How an object of an inventory looks: icon, words, and how far up it belongs. By its health where it was found, else by why
 * nothing is known of it.
 */
import type { InventoryEntryView } from '../cluster/inventoryReader.ts';
import type { ObjectHealth } from '../flux/healthVerdict.ts';
import { plainText } from './markdown.ts';
import type { RowIcon } from './row.ts';
import { quietColor } from './stateMark.ts';

export interface EntryLook {
  readonly icon: RowIcon;
  readonly text: string;
  /** Lower stands first. */
  readonly trouble: number;
}

/** Healthy. */
export const goodLook: EntryLook = { icon: { id: 'pass', color: 'testing.iconPassed' }, text: '', trouble: 3 };

/** How an entry of an inventory looks as a row. */
export function lookOf(entry: InventoryEntryView): EntryLook {
  switch (entry.state) {
    case 'loading':
      return { icon: { id: 'loading~spin', color: undefined }, text: '', trouble: 3 };
    case 'missing':
      return { icon: { id: 'error', color: 'testing.iconFailed' }, text: 'missing in the cluster', trouble: 0 };
    case 'forbidden':
      return { icon: { id: 'lock', color: quietColor }, text: 'no permission to read it', trouble: 2 };
    case 'notServed':
      return { icon: { id: 'circle-slash', color: 'charts.yellow' }, text: 'its kind is not served', trouble: 1 };
    case 'failed':
      return {
        icon: { id: 'question', color: 'charts.yellow' },
        text: `could not be read: ${plainText(entry.message, 100)}`,
        trouble: 2,
      };
    case 'found':
      return lookOfHealth(entry.health);
  }
}

function lookOfHealth({ status, message }: ObjectHealth): EntryLook {
  const text = plainText(message, 100);
  switch (status) {
    case 'current':
      return goodLook;
    case 'inProgress':
      return { icon: { id: 'sync', color: 'charts.blue' }, text: text === '' ? 'in progress' : text, trouble: 1 };
    case 'failed':
      return { icon: { id: 'error', color: 'testing.iconFailed' }, text: text === '' ? 'failed' : text, trouble: 0 };
    case 'terminating':
      return { icon: { id: 'trash', color: 'charts.blue' }, text: 'being deleted', trouble: 1 };
    case 'unknown':
      return { icon: { id: 'question', color: quietColor }, text: 'health unknown', trouble: 2 };
  }
}

/** For entries whose look says nothing. */
export function stateWord(entry: InventoryEntryView): string {
  return entry.state === 'loading' ? 'being read' : 'healthy';
}

/** The words of the object or of the server, `''` for none; untrusted text. */
export function messageOf(entry: InventoryEntryView): string {
  return (entry.state === 'found' ? entry.health.message : 'message' in entry ? entry.message : undefined) ?? '';
}

/** `1 missing, 2 failing`, `''` when nothing is. */
export function troubleText(entries: readonly InventoryEntryView[]): string {
  const missing = entries.filter((entry) => entry.state === 'missing').length;
  const failing = entries.filter((entry) => entry.state === 'found' && entry.health.status === 'failed').length;
  return [...(missing > 0 ? [`${missing} missing`] : []), ...(failing > 0 ? [`${failing} failing`] : [])].join(', ');
}
