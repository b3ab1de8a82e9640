/** Where a value comes from, in the few words that fit behind it. */
import type { FieldPath, ValueOrigin } from '../render/desired.ts';
import { plainText } from './markdown.ts';

/** `inline`, `chart values.yaml`, `ConfigMap loki-values key values.yaml (apps/loki/values.yaml)`. */
export function originText(origin: ValueOrigin): string {
  switch (origin.from) {
    case 'inline':
      return 'inline';
    case 'chart':
      return plainText(`chart ${origin.file}`);
    case 'ConfigMap':
    case 'Secret': {
      const target = origin.targetPath === undefined ? '' : ` at ${origin.targetPath}`;
      const where = origin.read === 'cluster' ? ' (cluster)' : origin.path === undefined ? '' : ` (${origin.path})`;
      return plainText(`${origin.from} ${origin.name} key ${origin.key}${target}${where}`);
    }
  }
}

/** `metadata.annotations["checksum/config"]`, `spec.hosts[0]`; the name of the whole for the empty path. */
export function fieldPathText(path: FieldPath): string {
  const text = path
    .map((step) =>
      typeof step === 'number'
        ? `[${step}]`
        : /^[A-Za-z_][\w-]*$/.test(step)
          ? `.${step}`
          : `[${JSON.stringify(step)}]`,
    )
    .join('');
  return path.length === 0 ? 'the whole object' : plainText(text.startsWith('.') ? text.slice(1) : text);
}
