const PREFIX = "#/chats/";

/** The conversation that the address names, so that a reload or a bookmark comes back to it. */
export function chatInAddress(): string | null {
  return location.hash.startsWith(PREFIX) ? decodeOrNull(location.hash.slice(PREFIX.length)) : null;
}

/** Puts the conversation into the address; `replace` where going back should not lead to what was there before. */
export function putChatInAddress(chatId: string | null, how: "push" | "replace"): void {
  if (chatInAddress() === chatId) return;
  const address = location.pathname + location.search + (chatId === null ? "" : PREFIX + encodeURIComponent(chatId));
  if (how === "push") history.pushState(null, "", address);
  else history.replaceState(null, "", address);
}

function decodeOrNull(text: string): string | null {
  try {
    return decodeURIComponent(text) || null;
  } catch {
    return null;
  }
}
