import assert from "node:assert/strict";
import { readSerials } from "../../../adapters/standalone/serial-list.ts";

describe("lists of serials", () => {
  const serials = (text: string): readonly string[] =>
    readSerials(text).map(({ serial }) => serial);

  it("C-18 have the serial in the second column, with or without a heading", () => {
    assert.deepEqual(serials("CN=a,0A\nCN=b,0b\n"), ["0A", "0b"]);
    assert.deepEqual(serials('Subject,Number\r\n"CN=a, O=x",00:0A\r\n\r\n'), ["00:0A"]);
  });

  it("C-19 find it by its heading, one a line, with reasons, and in the utility's report", () => {
    assert.deepEqual(serials("0A\n0xff\n7 f\n"), ["0A", "0xff", "7 f"]);
    assert.deepEqual(readSerials("reason,Serial Number\nKEYCOMPROMISE,1\n,2\nwhy,3\n"), [
      { serial: "1", reason: "keyCompromise" },
      { serial: "2" },
      { serial: "3", reason: "why" },
    ]);
    const report =
      '"Action","Issued Date","Status","Subject","Expiry Date","Serial Number","Certificate"\n' +
      '"x","y","ISSUED","CN=""a"", O=b","z","4F:01","MII"\n';
    assert.deepEqual(serials(report), ["4F:01"]);
  });

  it("C-19 keep lines without a serial, for the answer to say so, and refuse nothing at all", () => {
    assert.deepEqual(serials("serial\nnone\n"), ["none"]);
    assert.deepEqual(serials("a,1\nb\n"), ["1", ""]);
    assert.throws(() => readSerials(" \n"), /empty/);
  });
});
