/**
 * An answer's links lead nowhere else: only to places of this server, and never to a sign-in link, with which a text
 * could sign its reader in as somebody else.
 */
export function allowedLink(href: string): string | null {
  let target: URL;
  try {
    target = new URL(href, location.href);
  } catch {
    return null;
  }
  const isOurs = target.origin === location.origin && (target.protocol === "http:" || target.protocol === "https:");
  return isOurs && !/sign-in/i.test(target.hash) ? target.pathname + target.search + target.hash : null;
}
