import assert from "node:assert/strict";
import { CountersignError } from "../../../plugin/errors.ts";
import { buildCertsOnly, readCertsOnly } from "../../../plugin/pki/cms-degenerate.ts";
import { readDer } from "../../../plugin/pki/der-read.ts";
import { HOSTILE, makeIdentity, OpensslDir, type Identity } from "./cms-fixtures.ts";

const buffer = (bytes: Uint8Array): Buffer => Buffer.from(bytes);

describe("pki/cms-degenerate", () => {
  let dir: OpensslDir;
  let all: Identity[];
  let crl: Buffer;

  before(() => {
    dir = new OpensslDir();
    all = ["zulu", "alpha", "mike"].map((name) =>
      makeIdentity(dir, name, ["ec", "-pkeyopt", "ec_paramgen_curve:P-256"]),
    );
    dir.write("index.txt", new Uint8Array(0));
    const config = "[ca]\ndefault_ca=lab\n[lab]\ndatabase=index.txt\ndefault_md=sha256\n";
    dir.write("ca.cnf", Buffer.from(config));
    const ca = "-config ca.cnf -keyfile zulu.key -cert zulu.pem -crldays 1 -out crl.pem";
    dir.run("ca", "-gencrl", ...ca.split(" "));
    crl = dir.run("crl", "-in", "crl.pem", "-outform", "DER");
  });
  after(() => dir.remove());

  it("keeps certificates and CRLs in their order, and openssl reads them so", () => {
    const certificates = all.map(({ certificate }) => certificate);
    const message = buildCertsOnly(certificates, [crl]);
    assert.deepEqual(readCertsOnly(message).certificates.map(buffer), certificates);
    assert.deepEqual(readCertsOnly(message).crls.map(buffer), [crl]);
    dir.write("bag.p7b", message);
    const printed = dir.run("pkcs7", "-inform", "DER", "-in", "bag.p7b", "-print_certs");
    assert.match(printed.toString(), /CN = zulu[^]*CN = alpha[^]*CN = mike/);
  });

  it("has neither content nor signers, and no empty fields", () => {
    const certificates = readDer(buildCertsOnly([all[0]!.certificate])).children[1]!.children[0]!;
    assert.deepEqual(
      certificates.children.map(({ tag }) => tag),
      [0x02, 0x31, 0x30, 0xa0, 0x31],
    );
    assert.equal(certificates.children[2]!.children.length, 1, "no eContent");
    assert.equal(certificates.children[4]!.value.length, 0, "no signers");
    const crls = readDer(buildCertsOnly([], [crl])).children[1]!.children[0]!;
    assert.deepEqual(
      crls.children.map(({ tag }) => tag),
      [0x02, 0x31, 0x30, 0xa1, 0x31],
    );
  });

  it("reads openssl's", () => {
    const files = "-certfile zulu.pem -certfile mike.pem -in crl.pem -outform DER".split(" ");
    const { certificates, crls } = readCertsOnly(dir.run("crl2pkcs7", ...files));
    assert.deepEqual(certificates.map(buffer), [all[0]!.certificate, all[2]!.certificate]);
    assert.deepEqual(crls.map(buffer), [crl]);
  });

  it("answers hostile bytes and truncation with a code", () => {
    for (const [name, bytes] of Object.entries(HOSTILE))
      assert.throws(() => readCertsOnly(bytes()), CountersignError, name);
    const message = buildCertsOnly(all.map(({ certificate }) => certificate));
    for (let end = 0; end < message.length; end++)
      assert.throws(() => readCertsOnly(message.subarray(0, end)), CountersignError);
  });
});
