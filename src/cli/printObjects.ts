/**
 * Rendered objects as text to be read or piped on: YAML documents with a comment on where each comes from, or one JSON list.
 * Prints what is fit to be shown and never asks for more.
 */
import { printYaml } from '../manifests/printYaml.ts';
import type { DesiredObject, FieldPath } from '../render/desired.ts';
import type { Rendered } from './renderTarget.ts';

/** One document for each object, in the order of the build; each begins with `---`, so that outputs can be joined. */
export function objectsAsYaml(rendered: Rendered): string {
  return rendered.objects
    .map((desired) => {
      const comments = commentsOn(desired, rendered).map((comment) => `# ${oneLine(comment)}\n`);
      return `---\n${comments.join('')}${printYaml({ ...desired.object })}`;
    })
    .join('');
}

/** A `List`, which every tool for Kubernetes reads. */
export function objectsAsJson(all: readonly Rendered[]): string {
  const items = all.flatMap(({ objects }) => objects.map(({ object }) => object));
  return `${JSON.stringify({ apiVersion: 'v1', kind: 'List', items }, null, 2)}\n`;
}

function commentsOn({ template, role, unstable, encrypted }: DesiredObject, rendered: Rendered): string[] {
  const comments: string[] = [];
  if (template !== undefined) {
    comments.push(`Source: ${rendered.kind === 'HelmRelease' ? `${rendered.chart.name}/` : ''}${template}`);
  }
  if (role && 'hook' in role) {
    comments.push(`Hook: ${role.hook.join(', ')}`);
  } else if (role && 'skipped' in role) {
    const once = role.skipped === 'ssa IfNotPresent';
    comments.push(once ? `Created once, then left alone (${role.skipped})` : `Not applied (${role.skipped})`);
  } else if (role) {
    comments.push(role.crds === 'Skip' ? 'CRD of the chart, not applied (Skip)' : `CRD of the chart (${role.crds})`);
  }
  if (encrypted) {
    comments.push('Encrypted by SOPS: keys without values');
  }
  if (unstable.length > 0) {
    comments.push(`Differs with each render: ${unstable.map(fieldName).join(', ')}`);
  }
  return comments;
}

/** `spec.containers[0].env` */
function fieldName(path: FieldPath): string {
  return path.map((key, at) => (typeof key === 'number' ? `[${key}]` : at === 0 ? key : `.${key}`)).join('');
}

/** A file's name with a line break in it would end the comment and become part of the document. */
export function oneLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\u2028\u2029]+/gu, ' ');
}
