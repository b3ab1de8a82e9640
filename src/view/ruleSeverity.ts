/** The severities that a person chooses from, and the edit of a repository's `.driftline.yaml` that states one. */
import type { editField, TextEdit } from '../manifests/editField.ts';
import type { Severity } from '../settings.ts';

export const severityWords: readonly { readonly severity: Severity; readonly says: string }[] = [
  { severity: 'off', says: 'not reported' },
  { severity: 'hint', says: 'dots below the first letters' },
  { severity: 'information', says: 'blue' },
  { severity: 'warning', says: 'yellow' },
  { severity: 'error', says: 'red' },
];

/**
 * `editField` is handed in, for it comes with a YAML library. `undefined` where the file cannot be read, or has something else in
 * that place.
 */
export function ruleEdit(
  text: string,
  { rule, severity }: { readonly rule: string; readonly severity: string },
  edit: typeof editField,
): TextEdit | undefined {
  if (/^\uFEFF?(?:\s*(?:#[^\r\n]*|---[ \t]*)?(?:\r?\n|$))*$/.test(text)) {
    const lineEnd = text.includes('\r\n') ? '\r\n' : '\n';
    const isOpen = text !== '' && !text.endsWith('\n');
    return {
      start: text.length,
      end: text.length,
      text: `${isOpen ? lineEnd : ''}rules:${lineEnd}  ${rule}: '${severity}'${lineEnd}`,
    };
  }
  const result = edit(text, { start: 0, end: text.length }, ['rules', rule], severity);
  return 'edit' in result ? result.edit : undefined;
}
