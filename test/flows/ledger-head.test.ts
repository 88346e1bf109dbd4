import assert from "node:assert/strict";
import { hash } from "node:crypto";
import type { SealedEntry, SignedHead } from "../../plugin/domain/events.ts";
import { verifyChain } from "../unit/services/verify-chain.ts";
import { enrol } from "../support/scep/enrolment.ts";
import { Lab } from "../support/scep/lab.ts";

describe("ledger head", () => {
  let lab: Lab;
  before(async () => {
    lab = await Lab.start();
  });
  after(() => lab.end());

  it("E-11 the signed head over the API vouches for every row that the API lists", async () => {
    await enrol(lab);
    await enrol(lab, { challenge: "wrong secret" });
    const { items } = await lab.api("GET", "/ledger?limit=500");
    let head = await lab.api("GET", "/ledger/head").catch(() => undefined);
    for (let i = 0; i < 50 && (head?.sequence ?? 0) < items.length; i++) {
      await new Promise((resolve) => setTimeout(resolve, 100));
      head = await lab.api("GET", "/ledger/head").catch(() => undefined);
    }
    const sealed = (await lab.api("GET", "/ledger?limit=500")).items;
    const rows: SealedEntry[] = sealed
      .filter(({ sequence }: { sequence?: number }) => sequence !== undefined)
      .map((row: SealedEntry & { at: string }) => ({ ...row, at: new Date(row.at) }))
      .reverse();
    const key = Buffer.from(head.publicKey, "base64");
    assert.equal(head.keyFingerprint, hash("sha256", key, "hex"));
    const signed: SignedHead = {
      ...head,
      at: new Date(head.at),
      signature: Buffer.from(head.signature, "base64"),
    };
    assert.ok(signed.sequence >= items.length);
    assert.equal(verifyChain(rows, signed, key, undefined, "default"), undefined);
    const [first, ...others] = rows;
    assert.ok(first);
    assert.equal(verifyChain(others, signed, key, undefined, "default")?.fault, "missing");
    const changed = [{ ...first, principal: "somebody else" }, ...others];
    assert.equal(verifyChain(changed, signed, key, undefined, "default")?.fault, "changed");
    const longer = { ...signed, sequence: signed.sequence + 1 };
    assert.equal(verifyChain(rows, longer, key, undefined, "default")?.fault, "signature");
  });
  it("E-11 the head is for those who may read the ledger, of their own tenant", async () => {
    const ask = async (tenant: string): Promise<number> => {
      const token = await lab.installation.countersign.tokens.mint({
        ...{ subject: "auditor", tenant, roles: ["ca-auditor"], lifetimeSeconds: 60 },
      });
      const url = `http://127.0.0.1:${lab.port}/api/v1/ledger/head`;
      return (await fetch(url, { headers: { authorization: `Bearer ${token}` } })).status;
    };
    assert.equal(await ask("default"), 200);
    assert.notEqual(await ask("nobody"), 200);
    assert.equal((await fetch(`http://127.0.0.1:${lab.port}/api/v1/ledger/head`)).status, 401);
  });
});
