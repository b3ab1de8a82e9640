/** Waits until something on the page reads as expected, and says what it reads instead when it never does. */
import assert from 'node:assert/strict';
import { isDeepStrictEqual } from 'node:util';
import type { Locator, Page } from 'playwright-core';

/** Generous, for a busy machine: what must be quick is measured elsewhere. */
const patienceMs = 60_000;

/** Resolves with the text once it matches. `pseudo` reads what CSS writes (`::after`), where VS Code keeps badges. */
export async function seen(what: Locator, text: RegExp, pseudo?: '::after'): Promise<string> {
  const end = performance.now() + patienceMs;
  for (;;) {
    await what.waitFor();
    const last = await read(what, pseudo);
    if (text.test(last)) {
      return last;
    }
    assert.ok(performance.now() < end, `It reads "${last}", not ${String(text)}`);
    await nextFrame(what.page());
  }
}

/**
 * Resolves once the reading equals what is expected. A list is drawn row by row: what is read when one row is there may lack
 * the next.
 */
export async function seenRows(
  page: Page,
  read: () => Promise<readonly string[]>,
  expected: readonly string[],
): Promise<void> {
  const end = performance.now() + patienceMs;
  for (;;) {
    const last = await read();
    if (isDeepStrictEqual(last, expected)) {
      return;
    }
    if (performance.now() >= end) {
      assert.deepEqual(last, expected);
    }
    await nextFrame(page);
  }
}

/** The page's own function: these programs know no DOM. */
interface PageGlobal {
  getComputedStyle(element: unknown, pseudo: string): { readonly content: string };
}

async function read(what: Locator, pseudo: string | undefined): Promise<string> {
  if (pseudo === undefined) {
    return (await what.innerText()).replaceAll(/\s+/g, ' ').trim();
  }
  return what.evaluate(
    (element, name) => (globalThis as unknown as PageGlobal).getComputedStyle(element, name).content,
    pseudo,
  );
}

async function nextFrame(page: Page): Promise<void> {
  await page.evaluate('new Promise((resolve) => requestAnimationFrame(() => resolve()))');
}
