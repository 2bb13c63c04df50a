/** A failed request, as something that can be shown: RFC 9457 when the server spoke, our own words when it could not. */
export class Problem extends Error {
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly requestId: string | null;
  /** What else the server said: how much is left, when it resets. */
  readonly facts: Readonly<Record<string, unknown>>;

  constructor(status: number, code: string, detail: string, requestId: string | null = null, facts: Record<string, unknown> = {}) {
    super(detail);
    this.name = "Problem";
    this.status = status;
    this.code = code;
    this.detail = detail;
    this.requestId = requestId;
    this.facts = facts;
  }

  /** The server never answered: nothing is known about what it did. */
  get isUnreachable(): boolean {
    return this.status === 0;
  }

  /** The same request may succeed another time: it isn't what was sent that is wrong. */
  get isPassing(): boolean {
    return this.status < 400 || this.status >= 500 || [401, 408, 409, 429].includes(this.status);
  }
}

export function unreachable(): Problem {
  return new Problem(0, "unreachable", "Clara’s server can’t be reached. Check that it is running and that you are online.");
}

/** Builds the problem of an answer whose status is not 2xx. */
export function problemFrom(status: number, body: string): Problem {
  return problemOf(status, parseObject(body));
}

/** Builds a problem of its members, as answers and events carry them. */
export function problemOf(status: number, members: Record<string, unknown>): Problem {
  const detail = text(members["detail"]) ?? text(members["title"]) ?? `The server answered with status ${status}.`;
  return new Problem(status, text(members["code"]) ?? `http_${status}`, detail, text(members["instance"]), members);
}

export function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  return new Problem(-1, "page_error", error instanceof Error ? error.message : "Something went wrong in the page.");
}

function parseObject(body: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

function text(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}
