/**
 * What is said about an image's version: the one place that maps tag classes to rules and words. Where images stand, and
 * what a build makes of them, is others' matter.
 */
import type { Verdict } from './candidate.ts';
import { isDigest, readImageReference } from './imageReference.ts';
import { classifyTag, type TagClass } from './tagClass.ts';

export interface ImageContext {
  /** Name to be shown where the text holds only a tag. */
  readonly name?: string | undefined;
  /** An image without tag is certain to be pulled as latest here, not filled in by a chart or an operator. */
  readonly needsTag: boolean;
  /** The line carries an image automation marker. */
  readonly automated?: boolean;
  readonly pullPolicy?: string | undefined;
  /** Nothing but an image can stand here: a container of a pod. Elsewhere it may be a pattern or somebody's own syntax. */
  readonly certain?: boolean;
}

/** Judges a whole reference (`registry/name:tag@digest`). */
export function judgeReference(text: string, context: ImageContext): Verdict | undefined {
  const image = readImageReference(text);
  if (image.state === 'invalid') {
    return judgeInvalid(text, context.certain ?? false);
  }
  if (image.state !== 'reference' || image.digest !== undefined) {
    return undefined;
  }
  const tagClass = classifyTag(image.tag);
  return tagClass === 'untagged' && !context.needsTag ? undefined : verdictOf(tagClass, image.name, image.tag, context);
}

/** Judges a tag that stands alone, which may hold a digest (`1.2@sha256:…`). */
export function judgeTag(text: string, context: Omit<ImageContext, 'needsTag'>): Verdict | undefined {
  const image = readImageReference(`image:${text}`);
  if (image.state === 'invalid' && text.includes('@')) {
    return judgeInvalid(text, false);
  }
  if (image.state !== 'reference' || image.digest !== undefined || image.tag === undefined) {
    return undefined;
  }
  return verdictOf(classifyTag(image.tag), context.name, image.tag, context);
}

/** Judges a digest that stands alone (`sha256:…`). Bare hex and other words are what some charts make a digest of. */
export function judgeDigest(text: string, name: string | undefined): Verdict | undefined {
  const { state } = readImageReference(`image@${text}`);
  return state === 'invalid' ? judgeInvalid(`${name ?? 'image'}@${text}`, false) : undefined;
}

function verdictOf(
  tagClass: TagClass,
  name: string | undefined,
  tag: string | undefined,
  context: Omit<ImageContext, 'needsTag'>,
): Verdict | undefined {
  const nodes = context.pullPolicy === 'IfNotPresent' ? ', and with IfNotPresent each node keeps the one it has' : '';
  if (tagClass === 'untagged') {
    const message = `${name ?? 'the image'} has no tag: the cluster pulls latest, and a restart can change what runs${nodes}`;
    return { rule: 'image-untagged', message };
  }
  const shown = name === undefined ? `tag ${tag ?? ''}` : `${name}:${tag ?? ''}`;
  if (tagClass === 'pull-request') {
    const message = `${shown} is the build of a pull request: each push to the request replaces what a restart runs${nodes}`;
    return { rule: 'image-channel', message };
  }
  if (tagClass === 'channel') {
    const message = `${shown} names no version: a restart runs whatever was pushed under that name last${nodes}`;
    return { rule: 'image-channel', message };
  }
  if (tagClass !== 'latest') {
    return undefined;
  }
  const why = context.automated
    ? 'image automation has not written a version yet, so a restart can change what runs'
    : 'it moves with every push, so a restart can change what runs';
  return { rule: 'image-latest', message: `${shown} is not a version: ${why}${nodes}` };
}

/**
 * A reference that the runtime refuses, so that the pod ends as InvalidImageName. Where something else than an image may
 * stand, only what can have been meant as nothing else: a digest that is none, or a second tag.
 */
function judgeInvalid(text: string, certain: boolean): Verdict | undefined {
  if (text === '' || /[*?!\s]/.test(text)) {
    return undefined; // nothing, or a pattern
  }
  const [beforeDigest = '', digest] = text.split('@');
  const wrongDigest = digest !== undefined && /^sha\d+:/.test(digest) && !isDigest(digest);
  const lastPart = beforeDigest.slice(beforeDigest.lastIndexOf('/') + 1);
  const twoTags = /^[a-z0-9._-]+(?::[\w.-]+){2}$/.test(lastPart);
  if (!certain && !wrongDigest && !twoTags) {
    return undefined;
  }
  const name = beforeDigest.slice(0, beforeDigest.length - lastPart.length) + (lastPart.split(':')[0] ?? '');
  const why = wrongDigest
    ? `${digest} is no complete digest`
    : twoTags
      ? 'it has two tags'
      : text.includes('://')
        ? 'an image has no scheme'
        : /[A-Z]/.test(name)
          ? 'its name may hold no capital letters'
          : 'it is not written as name:tag or name@digest';
  return { rule: 'image-invalid', message: `${text} is no image that can be pulled: ${why}` };
}
