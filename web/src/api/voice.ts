import type { Http } from "./http.ts";

export function voiceApi(http: Http) {
  return {
    /** Opens one socket, once, within a minute. */
    ticket: () => http.request<{ ticket: string }>("POST", "/v1/voice/tickets", { body: { purpose: "voice" } }),
  };
}
