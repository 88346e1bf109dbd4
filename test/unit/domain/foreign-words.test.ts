import assert from "node:assert/strict";
import { foreignWords } from "../../../plugin/domain/foreign-words.ts";

describe("words of others", () => {
  it("are kept as they are, but for NUL, halves of characters, and what is too long", () => {
    const plain = "Gerät „7“\nnicht da 😀";
    assert.equal(foreignWords(plain), plain);
    assert.equal(foreignWords("a\0b\ud83dc\ude00"), "a\ufffdb\ufffdc\ufffd");
    assert.equal(foreignWords("abc😀", 4), "abc\ufffd", "a character is not cut in two");
    assert.equal(foreignWords("x".repeat(5000)).length, 2000);
  });
});
