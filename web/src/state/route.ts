/** What the address names, so that a reload or a bookmark comes back to it. */
export type Place = { kind: "chat"; id: string | null } | { kind: "set"; id: string } | { kind: "review" };

const CHAT = "#/chats/";
const SET = "#/study/";
const REVIEW = "#/review";

export function placeInAddress(): Place {
  const { hash } = location;
  if (hash === REVIEW) return { kind: "review" };
  const setId = idAfter(SET, hash);
  return setId === null ? { kind: "chat", id: idAfter(CHAT, hash) } : { kind: "set", id: setId };
}

/** Puts a place into the address; `replace` where going back should not lead to what was there before. */
export function putInAddress(place: Place, how: "push" | "replace"): void {
  const hash = hashOf(place);
  if (hashOf(placeInAddress()) === hash) return;
  const address = location.pathname + location.search + hash;
  if (how === "push") history.pushState(null, "", address);
  else history.replaceState(null, "", address);
}

function hashOf(place: Place): string {
  if (place.kind === "review") return REVIEW;
  if (place.id === null) return "";
  return (place.kind === "set" ? SET : CHAT) + encodeURIComponent(place.id);
}

function idAfter(prefix: string, hash: string): string | null {
  if (!hash.startsWith(prefix)) return null;
  try {
    return decodeURIComponent(hash.slice(prefix.length)) || null;
  } catch {
    return null;
  }
}
