import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";
import { linkRule } from "../src/text/links.ts";

const allowedLink = linkRule(["en.wikipedia.org"]);

describe("linkRule", () => {
  beforeEach(() => {
    Object.assign(globalThis, { location: { href: "https://clara.example/", origin: "https://clara.example" } });
  });

  it("leads to this server only", () => {
    assert.equal(allowedLink("/v1/files/f/content"), "/v1/files/f/content");
    assert.equal(allowedLink("https://clara.example/#/chats/c"), "/#/chats/c");
    for (const href of ["https://evil.example/", "//evil.example/x", "javascript:alert(1)", "data:text/html,x", "http://clara.example/", "https://clara.example.evil.example/", "http://["]) {
      assert.equal(allowedLink(href), null, href);
    }
  });

  it("leads to hosts that the settings name", () => {
    assert.equal(allowedLink("https://en.wikipedia.org/wiki/Cell"), "https://en.wikipedia.org/wiki/Cell");
    for (const href of ["ftp://en.wikipedia.org/", "https://x.en.wikipedia.org/", "https://someone@en.wikipedia.org/", "https://en.wikipedia.org.evil.example/", "https://en.wikipedia.org@evil.example/"]) {
      assert.equal(allowedLink(href), null, href);
    }
  });

  it("signs nobody in", () => {
    for (const href of ["#sign-in=abc", "/#SIGN-IN=abc", "https://clara.example/#sign-in=abc"]) assert.equal(allowedLink(href), null, href);
  });
});
