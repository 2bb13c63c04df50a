import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { reflow } from "../src/text/reflow.ts";

describe("reflow", () => {
  it("joins what the margin broke and keeps what the author broke", () => {
    const page = "A heading\nthe first line is as long as the page is wide\nand the second line is about as long as that\nends.\nA new paragraph starts here, quite as long as\nthe others.";
    assert.equal(
      reflow(page),
      "A heading\nthe first line is as long as the page is wide and the second line is about as long as that ends.\nA new paragraph starts here, quite as long as the others.",
    );
  });

  it("keeps items of a list apart", () => {
    const page = "a line that is as long as they come\n• one thing that is as long as that\n2. another thing, also long enough";
    assert.equal(reflow(page), page);
  });

  it("keeps the rows of a list of terms apart", () => {
    const page = "file the name of the file that is to be read in.\nsep the separator of fields, a single character\nas above.";
    assert.equal(reflow(page), page.replace("character\nas", "character as"));
  });

  it("keeps code", () => {
    const prose = "a line of prose that is as long as the page is wide, and so is this";
    const code = "x <- read.table(file)\nplot(x)\nif (a) {\n  b()\n}";
    assert.equal(reflow(`${prose}\n${prose}\n\n${code}`), `${prose} ${prose}\n\n${code}`);
  });

  it("heals hyphenated words and joins Chinese without a space", () => {
    assert.equal(reflow("water passes the semiperme-\nable membrane of the cells.").replace(/[\u00AD\u2060]/g, ""), "water passes the semipermeable membrane of the cells.");
    assert.equal(reflow("光合作用将光能转化为化\n学能储存在葡萄糖中。啊").replace("\u200B", ""), "光合作用将光能转化为化学能储存在葡萄糖中。啊");
  });

  it("never moves a character", () => {
    const page = "One line of the page 𝑥² with-\nout end\n\nand 😀 another line\nof it";
    const after = reflow(page);
    assert.equal(after.length, page.length);
    for (let at = 0; at < page.length; at += 1) if (!"\n-".includes(page.charAt(at))) assert.equal(after[at], page[at]);
  });
});
