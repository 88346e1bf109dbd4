import assert from "node:assert/strict";
import {
  checkCaImport,
  checkRootImport,
  verifyIssued,
  type CaImport,
} from "../../../plugin/pki/chain.ts";
import { OID } from "../../../plugin/pki/oids.ts";
import type { CertificateSpec } from "../../../plugin/pki/to-be-signed.ts";
import { issue, keyOf, makeCa, NOW, openssl, specOf, years, type TestCa } from "./pki-fixture.ts";
import { readCertificateFile } from "../../../plugin/pki/certificate.ts";

const LATER = new Date(NOW.getTime() + 60_000);
const paths = (issues: readonly { path: string }[]): string[] => issues.map(({ path }) => path);
const pathLen =
  (value: number) =>
  (spec: CertificateSpec): CertificateSpec => ({
    ...spec,
    extensions: { ...spec.extensions, basicConstraints: { cA: true, pathLen: value } },
  });

describe("Chains", () => {
  let root: TestCa;
  let intermediate: TestCa;
  let issuing: TestCa;
  let leaf: Uint8Array;
  const issuingKey = keyOf("ec-p256", "issuing");

  before(async () => {
    root = await makeCa("root", keyOf("ec-p384", "root"));
    intermediate = await makeCa("intermediate", keyOf("rsa-2048", "intermediate"), root);
    issuing = await makeCa("issuing", issuingKey, intermediate);
    leaf = await issue(specOf("subscriber", issuing, keyOf("ec-p256", "leaf")), issuing.key.signer);
  });

  /** openssl signs what our own lint would not let through. */
  const outside = (parent: TestCa, config: string, ...args: string[]): Uint8Array => {
    const pem = (key: TestCa["key"]): string =>
      key.privateKey.export({ format: "pem", type: "pkcs8" }) as string;
    const files = {
      k: pem(keyOf("ec-p256", "issuing")),
      p: pem(parent.key),
      "ca.der": parent.certificate.der,
      ext: `subjectKeyIdentifier=hash\n${config}`,
    };
    const csr = openssl(["req", "-new", "-key", "k", "-subj", "/CN=Made outside"], files).output;
    const certificate = openssl(
      [
        "x509",
        "-req",
        "-in",
        "r",
        "-CA",
        "ca.der",
        "-CAkey",
        "p",
        "-extfile",
        "ext",
        ...args,
      ].concat(args.includes("-days") ? [] : ["-days", "365"]),
      { ...files, r: csr },
    ).output;
    return readCertificateFile(Buffer.from(certificate.replace(/^[^]*?(?=-----BEGIN)/, "")));
  };

  describe("verifyIssued", () => {
    it("wants name and signature", async () => {
      assert.equal(verifyIssued(leaf, issuing.certificate.der), true);
      assert.equal(verifyIssued(root.certificate.der, root.certificate.der), true);
      assert.equal(verifyIssued(leaf, intermediate.certificate.der), false);
      const namesake = await makeCa("issuing", keyOf("ec-p256", "namesake"), intermediate);
      assert.equal(verifyIssued(leaf, namesake.certificate.der), false);
      const renamed = await makeCa("issuing", issuingKey, intermediate, (spec) => ({
        ...spec,
        subject: [[[OID.commonName, "Other"]]],
      }));
      assert.equal(verifyIssued(leaf, renamed.certificate.der), false);
      assert.equal(verifyIssued(leaf.subarray(1), issuing.certificate.der), false);
    });
  });

  describe("Import of an external root (A-17)", () => {
    it("takes a self-signed CA in date", () => {
      assert.deepEqual(checkRootImport(root.certificate.der, LATER), []);
    });

    it("names each fault", () => {
      assert.deepEqual(paths(checkRootImport(issuing.certificate.der, LATER)), ["selfSigned"]);
      assert.deepEqual(paths(checkRootImport(leaf, LATER)), [
        "basicConstraints",
        "keyCertSign",
        "selfSigned",
      ]);
      assert.deepEqual(paths(checkRootImport(root.certificate.der, years(21))), ["dates"]);
      assert.deepEqual(paths(checkRootImport(root.certificate.der, years(-1))), ["dates"]);
      assert.deepEqual(paths(checkRootImport(Buffer.from("no"), LATER)), ["readable"]);
      const broken = Uint8Array.from(root.certificate.der);
      broken[broken.length - 1]! ^= 1;
      assert.deepEqual(paths(checkRootImport(broken, LATER)), ["selfSigned"]);
    });
  });

  describe("Import of a CA certificate (A-18)", () => {
    const wanted = (change: Partial<CaImport> = {}): CaImport => ({
      der: issuing.certificate.der,
      csrPublicKey: issuingKey.spki,
      chain: [intermediate.certificate.der, root.certificate.der],
      now: LATER,
      ...change,
    });
    const faults = (change: Partial<CaImport>): string[] => paths(checkCaImport(wanted(change)));

    it("takes what fits", () => {
      assert.deepEqual(checkCaImport(wanted({ kind: "issuing" })), []);
    });

    it("names a wrong key", () => {
      assert.deepEqual(faults({ csrPublicKey: keyOf("ec-p256", "leaf").spki }), ["key"]);
    });

    it("names what is no CA", () => {
      assert.deepEqual(
        faults({
          der: leaf,
          chain: [issuing.certificate.der, intermediate.certificate.der, root.certificate.der],
        }),
        ["basicConstraints", "keyCertSign", "cRLSign", "key", "pathLength"],
      );
    });

    it("names a key usage that lacks one of the two", () => {
      const chain = [root.certificate.der];
      const faultsWith = (usage: string): string[] => {
        const der = outside(root, `basicConstraints=critical,CA:TRUE\nkeyUsage=critical,${usage}`);
        // openssl dates it itself, in whole seconds.
        return faults({ der, chain, now: new Date(Date.now() + 1000) });
      };
      assert.deepEqual(faultsWith("keyCertSign"), ["cRLSign"]);
      assert.deepEqual(faultsWith("cRLSign"), ["keyCertSign"]);
      assert.deepEqual(faultsWith("keyCertSign,cRLSign"), []);
    });

    it("names a foreign or broken chain", async () => {
      const stranger = await makeCa("root", keyOf("ec-p256", "stranger"));
      assert.deepEqual(faults({ chain: [root.certificate.der] }), ["chain"]);
      assert.deepEqual(faults({ chain: [] }), ["chain"]);
      const [issue] = checkCaImport(
        wanted({ chain: [intermediate.certificate.der, stranger.certificate.der] }),
      );
      assert.match(issue!.message, /does not lead to the imported root/);
      // A chain that ends below a root does not end in a self-signed certificate.
      assert.deepEqual(faults({ chain: [intermediate.certificate.der] }), ["chain"]);
    });

    it("names a path length that leaves no room", async () => {
      const key = keyOf("ec-p256", "tight");
      const tight = await makeCa("root", key, undefined, pathLen(1));
      const inner = outside(
        tight,
        "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign",
      );
      const now = new Date();
      const chain = [tight.certificate.der];
      assert.deepEqual(faults({ der: inner, chain, now, kind: "issuing" }), []);
      assert.deepEqual(faults({ der: inner, chain, now, kind: "intermediate" }), ["pathLength"]);
      const closed = await makeCa("root", key, undefined, pathLen(0));
      assert.deepEqual(faults({ der: inner, chain: [closed.certificate.der], now }), [
        "pathLength",
      ]);
      assert.deepEqual(faults({ kind: "intermediate" }), ["pathLength"]);
    });

    it("names dates, also past the parent's end", () => {
      assert.deepEqual(faults({ now: years(11) }), ["dates"]);
      assert.deepEqual(faults({ now: years(-1) }), ["dates"]);
      const config = "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign";
      const long = outside(root, config, "-days", "9000");
      assert.deepEqual(faults({ der: long, chain: [root.certificate.der], now: new Date() }), [
        "dates",
      ]);
    });

    it("says when it cannot be read", () => {
      assert.deepEqual(faults({ der: new Uint8Array(3) }), ["readable"]);
    });
  });
});
