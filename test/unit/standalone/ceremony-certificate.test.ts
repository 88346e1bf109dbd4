import assert from "node:assert/strict";
import { type CaOrder, prepareCa } from "../../../adapters/standalone/ceremony-certificate.ts";
import { buildCsr, CountersignError, parseDn, toPem } from "../../../plugin/sdk.ts";
import { newKey } from "../pki/pki-fixture.ts";

describe("CA certificates of a key ceremony", () => {
  const [rootKey, subKey] = [newKey("ec-p256"), newKey("ec-p384")];
  const blank = {
    ...{ subject: undefined, csr: undefined, issuer: undefined, signature: undefined },
    ...{ notAfter: undefined, pathLength: undefined, crlUrl: undefined, caUrl: undefined },
  };
  const root: CaOrder = { ...blank, kind: "root", subject: "CN=Root,O=Lab" };
  let sub: CaOrder;
  before(async () => {
    const csr = await buildCsr({ subject: parseDn("CN=Sub"), signer: subKey.signer });
    const issuer = await prepareCa(root, rootKey.signer).sign();
    sub = {
      ...blank,
      kind: "intermediate",
      csr: Buffer.from(toPem(csr, "CERTIFICATE REQUEST")),
      issuer,
    };
  });

  const refused = (order: CaOrder, code: string, words: RegExp, key = rootKey): void => {
    assert.throws(
      () => prepareCa(order, key.signer),
      (error: unknown) => {
        assert.ok(error instanceof CountersignError);
        assert.equal(error.code, code);
        assert.match(error.detail, words);
        return true;
      },
    );
  };

  it("K-04 a request may be PEM or DER, and what was prepared is signed once", async () => {
    const prepared = prepareCa(sub, rootKey.signer);
    assert.equal(prepared.facts["kind"], "intermediate");
    await prepared.sign();
    await assert.rejects(prepared.sign(), /spent once/);
    const der = await buildCsr({ subject: parseDn("CN=Sub"), signer: subKey.signer });
    assert.equal(prepareCa({ ...sub, csr: der }, rootKey.signer).facts["subject"], "CN=Sub");
  });

  it("K-04 refuses what does not fit together, by name, before anything is signed", async () => {
    refused({ ...root, subject: undefined }, "invalid_input", /a root has a --subject/);
    refused({ ...root, csr: sub.csr }, "invalid_input", /a root has a --subject/);
    refused({ ...root, issuer: sub.issuer }, "invalid_input", /no --issuer/);
    refused({ ...root, notAfter: new Date(0) }, "invalid_input", /lies in the past/);
    refused({ ...sub, issuer: undefined }, "invalid_input", /--issuer FILE/);
    refused({ ...sub, csr: undefined }, "invalid_input", /by its --csr/);
    refused({ ...sub, subject: "CN=x" }, "invalid_input", /by its --csr/);
    refused(sub, "invalid_input", /not the certificate of this key/, subKey);
    refused({ ...sub, issuer: Buffer.from("none") }, "invalid_input", /certificates in DER or PEM/);
    refused({ ...sub, csr: Buffer.from("none") }, "bad_csr", /cannot be read/);
    const far = new Date("2190-01-01T00:00:00Z");
    refused({ ...sub, notAfter: far }, "invalid_input", /past the end of the issuer/);
    refused({ ...sub, kind: "issuing", pathLength: 2 }, "invalid_input", /path length 0/);
    const tight = await prepareCa({ ...root, pathLength: 0 }, rootKey.signer).sign();
    refused({ ...sub, issuer: tight }, "invalid_input", /leaves no room/);
    const broken = await buildCsr({
      subject: parseDn("CN=Sub"),
      signer: { ...subKey.signer, publicKey: rootKey.spki },
    });
    refused({ ...sub, csr: broken }, "bad_csr", /does not verify/);
  });
});
