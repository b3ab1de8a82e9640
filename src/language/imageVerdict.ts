/**
 * What is said about an image's version: the one place that maps tag classes to rules and words. Later rules (channel
 * words, partial versions, invalid references) are further cases of the same switch.
 */
import type { Verdict } from './candidate.ts';
import { readImageReference } from './imageReference.ts';
import { classifyTag, type TagClass } from './tagClass.ts';

export interface ImageContext {
  /** Name to be shown where the text holds only a tag. */
  readonly name?: string | undefined;
  /** An image without tag is certain to be pulled as latest here, not filled in by a chart or an operator. */
  readonly needsTag: boolean;
  /** The line carries an image automation marker. */
  readonly automated?: boolean;
  readonly pullPolicy?: string | undefined;
}

/** Judges a whole reference (`registry/name:tag@digest`). */
export function judgeReference(text: string, context: ImageContext): Verdict | undefined {
  const image = readImageReference(text);
  if (image.state !== 'reference' || image.digest !== undefined) {
    return undefined;
  }
  const tagClass = classifyTag(image.tag);
  return tagClass === 'untagged' && !context.needsTag ? undefined : verdictOf(tagClass, image.name, image.tag, context);
}

/** Judges a tag that stands alone, which may hold a digest (`1.2@sha256:…`). */
export function judgeTag(text: string, context: ImageContext): Verdict | undefined {
  const image = readImageReference(`image:${text}`);
  if (image.state !== 'reference' || image.digest !== undefined || image.tag === undefined) {
    return undefined;
  }
  return verdictOf(classifyTag(image.tag), context.name, image.tag, context);
}

function verdictOf(
  tagClass: TagClass,
  name: string | undefined,
  tag: string | undefined,
  context: ImageContext,
): Verdict | undefined {
  const nodes = context.pullPolicy === 'IfNotPresent' ? ', and with IfNotPresent each node keeps the one it has' : '';
  if (tagClass === 'untagged') {
    const message = `${name ?? 'the image'} has no tag: the cluster pulls latest, and a restart can change what runs${nodes}`;
    return { rule: 'image-untagged', message };
  }
  if (tagClass !== 'latest') {
    return undefined;
  }
  const shown = name === undefined ? `tag ${tag ?? ''}` : `${name}:${tag ?? ''}`;
  const why = context.automated
    ? 'image automation has not written a version yet, so a restart can change what runs'
    : 'it moves with every push, so a restart can change what runs';
  return { rule: 'image-latest', message: `${shown} is not a version: ${why}${nodes}` };
}
