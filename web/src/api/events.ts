export interface EventStream {
  close(): void;
}

/**
 * Server-sent events by name, their data parsed from JSON. The browser reconnects by itself after a dropped
 * connection; `onLost` is called when it gave up because the server refused.
 */
export function openEvents(url: string, handlers: Record<string, (data: unknown) => void>, onLost: () => void): EventStream {
  const source = new EventSource(url);
  for (const [name, handle] of Object.entries(handlers)) {
    source.addEventListener(name, (event) => handle(JSON.parse((event as MessageEvent<string>).data)));
  }
  source.addEventListener("error", (event) => {
    // The server's own event of this name comes with data; the browser's, when the connection breaks, without.
    if (event instanceof MessageEvent) source.close();
    if (source.readyState === EventSource.CLOSED) onLost();
  });
  return source;
}
