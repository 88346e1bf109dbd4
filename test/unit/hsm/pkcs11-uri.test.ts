import assert from "node:assert/strict";

import { parsePkcs11Uri } from "../../../hsm/pkcs11-uri.ts";
import { CountersignError } from "../../../plugin/sdk.ts";

describe("a PKCS#11 URI", () => {
  it("names a key, its token and its module", () => {
    const uri =
      "pkcs11:model=SoftHSM%20v2;manufacturer=SoftHSM%20project;serial=4f2c;token=my%20token;slot-id=7;id=%01%ab%FF;object=CA%c3%a9;type=private?module-path=/usr/lib/x.so&pin-source=file:/etc/pin";
    assert.deepEqual(parsePkcs11Uri(uri), {
      object: "CAé",
      id: Uint8Array.of(1, 0xab, 0xff),
      token: "my token",
      slot: 7,
      serial: "4f2c",
      manufacturer: "SoftHSM project",
      model: "SoftHSM v2",
      module: "/usr/lib/x.so",
      pinFile: "/etc/pin",
    });
    assert.equal(parsePkcs11Uri("pkcs11:object=a&b=c").object, "a&b=c");
    assert.equal(parsePkcs11Uri("pkcs11:object=a?pin-source=/p").pinFile, "/p");
    assert.equal(parsePkcs11Uri("pkcs11:object=a?module-path=/x?b").module, "/x?b");
    assert.equal(parsePkcs11Uri("pkcs11:").object, undefined);
  });

  it("K-07 with an unknown attribute is refused, and says which ones there are", () => {
    assert.throws(
      () => parsePkcs11Uri("pkcs11:token=a;objekt=b"),
      (error: CountersignError) => {
        assert.equal(error.code, "invalid_input");
        assert.match(error.detail, /objekt/);
        assert.match(error.detail, /there are token, serial, .*object/);
        assert.ok(error.facts.nextStep.length > 0);
        return true;
      },
    );
  });

  for (const [uri, word] of [
    ["http://x", "pkcs11:"],
    ["pkcs11:objekt=a", "objekt"],
    ["pkcs11:object=a;x-vendor=1", "x-vendor"],
    ["pkcs11:object=a?pin-value=1234", "pin-value"],
    ["pkcs11:object=a?module-name=x", "module-name"],
    ["pkcs11:library-version=3", "library-version"],
    ["pkcs11:object=a;object=b", "object stands there twice"],
    ["pkcs11:object", '"object"'],
    ["pkcs11:object=a;", '""'],
    ["pkcs11:object=a b", "object"],
    ["pkcs11:object=a%2", "object"],
    ["pkcs11:object=a/b", "object"],
    ["pkcs11:object=%ff", "object"],
    ["pkcs11:type=cert", "type=cert"],
    ["pkcs11:slot-id=0x1", "slot-id"],
    ["pkcs11:id=", "id"],
    ["pkcs11:object=a?pin-source=|cat", "pin-source"],
    ["pkcs11:object=a?pin-source=https://x/", "pin-source"],
  ] as const) {
    it(`is refused: ${uri}`, () => {
      assert.throws(
        () => parsePkcs11Uri(uri),
        (error: CountersignError) =>
          error.code === "invalid_input" &&
          error.detail.includes(word) &&
          !error.detail.includes("1234"),
      );
    });
  }
});
