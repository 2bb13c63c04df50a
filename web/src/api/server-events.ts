/** One server-sent event, its data parsed from JSON. */
export interface ServerEvent {
  id: string | null;
  event: string;
  data: unknown;
}

/** Reads server-sent events from pieces of a body, wherever those are cut. */
export class EventReader {
  #rest = "";

  read(piece: string): ServerEvent[] {
    const body = this.#rest + piece;
    // A return at the very end may be half of a line's end.
    const half = body.endsWith("\r") ? "\r" : "";
    const parts = body.slice(0, body.length - half.length).replace(/\r\n?/g, "\n").split("\n\n");
    this.#rest = (parts.pop() ?? "") + half;
    return parts.map(eventOf).filter((event) => event !== null);
  }
}

function eventOf(block: string): ServerEvent | null {
  let id: string | null = null;
  let event = "message";
  const data: string[] = [];
  for (const line of block.split("\n")) {
    const [, name, value] = /^([^:]*):? ?(.*)$/.exec(line) ?? [];
    if (name === "id") id = value ?? "";
    else if (name === "event") event = value ?? "";
    else if (name === "data") data.push(value ?? "");
  }
  return data.length === 0 ? null : { id, event, data: JSON.parse(data.join("\n")) };
}
