import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { parseCertificate } from "../../plugin/pki/certificate.ts";
import { parseCrl } from "../../plugin/pki/crl-read.ts";
import { sameName } from "../../plugin/pki/name.ts";
import { findJscep, type JscepStep, runJscep } from "../support/jscep.ts";
import { cannotDo } from "../support/left-out.ts";
import { Lab, STATIC_SECRET } from "../support/scep/lab.ts";

const valuesOf = (steps: readonly JscepStep[], wanted: string): Buffer[] =>
  steps.flatMap(([step, what]) => (step === wanted ? [Buffer.from(what, "base64")] : []));

describe("interop: jscep", () => {
  let lab: Lab;
  let jscep: string;
  const ends: (() => Promise<void>)[] = [];
  before(async function () {
    const found = findJscep();
    if (found === undefined) return cannotDo(this, "no JDK with jscep is at hand");
    jscep = found;
    lab = await Lab.start({ template: { scepRenewal: "any-time" } });
    ends.push(() => lab.end());
    await lab.addEndpoint("manual", { approval: "manual" });
  });
  after(async () => {
    for (const end of ends) await end();
  });

  const client = (endpoint: string, challenge: string) =>
    runJscep(jscep, {
      url: `http://127.0.0.1:${lab.port}/scep/${endpoint}`,
      // In another order than the template's.
      subject: `O=Lab,CN=jscep-${endpoint}`,
      challenge,
    });

  /** What every device has seen at its end. */
  const lived = (steps: readonly JscepStep[]): void => {
    const [issuing, root] = lab.chain.map((der) => new X509Certificate(der));
    const encoded = (all: readonly Uint8Array[]): string[] =>
      all.map((der) => Buffer.from(der).toString("base64")).sort();
    assert.deepEqual(encoded(valuesOf(steps, "ca")), encoded([lab.ra, ...lab.chain]));
    const [enrolled] = valuesOf(steps, "enrolled");
    const [renewed] = valuesOf(steps, "renewed");
    const [first, second] = [enrolled, renewed].map((der) => new X509Certificate(der!));
    for (const each of [first!, second!]) assert.ok(each.verify(issuing!.publicKey));
    assert.ok(issuing!.verify(root!.publicKey));
    assert.notEqual(second!.serialNumber, first!.serialNumber);
    assert.ok(!second!.publicKey.equals(first!.publicKey), "the renewal has its own key");
    assert.equal(second!.subject, first!.subject);
    assert.deepEqual(valuesOf(steps, "found"), [enrolled]);
    const [crl] = valuesOf(steps, "crl");
    assert.ok(sameName(parseCrl(crl!).issuerRaw, parseCertificate(lab.chain[0]!).subjectRaw));
  };

  it("E-24 enrols, finds its certificate and the CRL, and renews with another key", async () => {
    const { status, stderr, steps } = await client("std", STATIC_SECRET);
    assert.equal(status, 0, stderr);
    lived(steps);
  });

  it("E-24 polls until it is approved, and its renewal likewise", async () => {
    let going = true;
    const approving = (async () => {
      while (going) {
        const { items } = await lab.api("GET", "/approvals?state=pending");
        for (const { id } of items) await lab.api("POST", `/approvals/${id}/approve`);
        await new Promise((resolve) => setTimeout(resolve, 500));
      }
    })();
    try {
      const { status, stderr, steps } = await client("manual", STATIC_SECRET);
      assert.equal(status, 0, stderr);
      assert.ok(steps.some(([step]) => step === "pending"));
      lived(steps);
    } finally {
      going = false;
      await approving;
    }
  });

  it("E-24 is refused with a wrong challenge", async () => {
    const { status, stderr } = await client("std", "close sesame");
    assert.notEqual(status, 0);
    assert.match(stderr, /refused: badRequest/);
  });
});
