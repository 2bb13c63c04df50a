import type { LinkRule } from "./markdown.ts";

/**
 * An answer's links lead to places of this server, and to the hosts that its settings name. Never to a sign-in
 * link, with which a text could sign its reader in as somebody else.
 */
export function linkRule(hosts: readonly string[] = []): LinkRule {
  return (href) => {
    let target: URL;
    try {
      target = new URL(href, location.href);
    } catch {
      return null;
    }
    if (!/^https?:$/.test(target.protocol)) return null;
    if (hosts.includes(target.hostname) && target.username === "") return target.href;
    return target.origin === location.origin && !/sign-in/i.test(target.hash) ? target.pathname + target.search + target.hash : null;
  };
}
