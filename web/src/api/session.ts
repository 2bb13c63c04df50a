import type { Http } from "./http.ts";
import type { Me } from "./types.ts";

export function sessionApi(http: Http) {
  return {
    signIn: (token: string) => http.request<void>("POST", "/v1/sign-in", { body: { token } }),
    signOut: () => http.request<void>("POST", "/v1/sign-out"),
    me: () => http.request<Me>("GET", "/v1/me"),
    alive: () => http.request<unknown>("GET", "/health/live"),
  };
}
