import assert from "node:assert/strict";
import fc from "fast-check";
import {
  decodeGetMessage,
  GET_MESSAGE_LIMIT,
  parseScepQuery,
} from "../../../plugin/http/get-message.ts";

// Has + and / and a padding.
const octets = Buffer.from([0xfb, 0xef, 0xbe, 0xff, 0xff, 0xff, 0x30, 0x82, 0x01, 0x00]);
const base64 = octets.toString("base64");

describe("SCEP GET message", () => {
  it("the sample has what makes trouble", () => {
    assert.match(base64, /\+.*\/.*=$/);
  });

  const dialects: Record<string, string> = {
    "fully escaped": encodeURIComponent(base64),
    raw: base64,
    "with + turned into a space": base64.replaceAll("+", " "),
    "with + turned into an escaped space": encodeURIComponent(base64.replaceAll("+", " ")),
    "escaped twice": encodeURIComponent(encodeURIComponent(base64)),
    "without padding": base64.replace(/=+$/, ""),
    base64url: octets.toString("base64url"),
    "with line breaks": encodeURIComponent(`${base64.slice(0, 8)}\r\n${base64.slice(8)}\n`),
    "folded with spaces": `${base64.slice(0, 8).replace(/\+/g, "-")} ${base64.slice(8)}`,
  };
  for (const [name, text] of Object.entries(dialects)) {
    it(`case 12: ${name}`, () => assert.deepEqual(decodeGetMessage(text), octets));
  }

  it("any octets survive escaping and a form decoder", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 200 }), (bytes) => {
        const text = Buffer.from(bytes).toString("base64");
        assert.deepEqual(new Uint8Array(decodeGetMessage(encodeURIComponent(text))), bytes);
        assert.deepEqual(new Uint8Array(decodeGetMessage(text.replaceAll("+", " "))), bytes);
      }),
    );
  });

  for (const bad of ["", "%", "%ZZ", "a", "ab*d", "====", "YWJj=YWJj", "%00", "YQ==="]) {
    it(`refuses ${JSON.stringify(bad)}`, () =>
      assert.throws(() => decodeGetMessage(bad), { code: "invalid_input" }));
  }

  it("refuses more than 32 KiB of text", () => {
    assert.throws(() => decodeGetMessage("A".repeat(GET_MESSAGE_LIMIT + 4)), {
      code: "uri_too_long",
    });
  });

  it("case 2: names without regard to case, any order, others ignored, the raw value kept", () => {
    assert.deepEqual(parseScepQuery("message=a+b%2F=&x=1&OPERATION=GetCACaps&operation=second"), {
      operation: "GetCACaps",
      message: "a+b%2F=",
    });
    assert.deepEqual(parseScepQuery(""), { operation: undefined, message: undefined });
  });
});
