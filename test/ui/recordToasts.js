// Runs in the page, before VS Code does: keeps the texts of all notifications. They go by themselves, and a test of "at
// most one notification" must know of those that went. The same text counts once, for it is drawn anew whenever another one
// comes. driver.ts reads `shownToasts`.
globalThis.shownToasts = [];
const seen = new Set();
new MutationObserver(() => {
  for (const item of document.querySelectorAll('.notifications-toasts .notification-list-item-message')) {
    const text = item.textContent.trim();
    if (text !== '' && !seen.has(text)) {
      seen.add(text);
      globalThis.shownToasts.push(text);
    }
  }
}).observe(document, { subtree: true, childList: true, characterData: true });
