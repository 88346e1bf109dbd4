import assert from "node:assert/strict";
import { generateKeyPairSync, sign, type KeyObject } from "node:crypto";
import {
  CHAIN_BEGINNING,
  type ChainEnd,
  type SealedEntry,
  type SignedHead,
} from "../../../plugin/domain/events.ts";
import { headBytes, nextEnd } from "../../../plugin/services/ledger/ledger-chain.ts";
import { aLedgerEntry, after } from "../../contract/store/samples.ts";
import { verifyChain } from "./verify-chain.ts";

const TENANT = "acme";

const chainOf = (count: number): SealedEntry[] => {
  let end: ChainEnd = CHAIN_BEGINNING;
  return Array.from({ length: count }, (_, n) => {
    const entry = aLedgerEntry({ at: after(n), subjectId: `c-${n}`, data: { n, serial: "0a" } });
    end = nextEnd(TENANT, end, entry);
    return { ...entry, ...end };
  });
};

const keys = (): { privateKey: KeyObject; publicKey: Uint8Array } => {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  return { privateKey, publicKey: publicKey.export({ type: "spki", format: "der" }) };
};

describe("the chain of the ledger", () => {
  const { privateKey, publicKey } = keys();
  const headOf = (end: ChainEnd, key = privateKey): SignedHead => {
    const head = { tenant: TENANT, sequence: end.sequence, hash: end.hash, at: after(100) };
    return { ...head, signature: sign("sha256", headBytes(head), key) };
  };
  const entries = chainOf(6);
  const head = headOf(entries[5]!);
  const verify = (list: readonly SealedEntry[], of = head) => verifyChain(list, of, publicKey);

  it("holds for what was sealed, and for a JSON copy of it", () => {
    assert.equal(verify(entries), undefined);
    const copied = (JSON.parse(JSON.stringify(entries)) as (SealedEntry & { at: string })[]).map(
      (entry): SealedEntry => ({ ...entry, at: new Date(entry.at) }),
    );
    assert.equal(verify(copied), undefined);
  });

  it("shows every change of a row", () => {
    const changes: readonly Partial<SealedEntry>[] = [
      { event: "certificate.revoked" },
      { principal: "somebody" },
      { at: after(2.001) },
      { subjectId: "c-9" },
      { subjectId: undefined },
      { data: { n: 2, serial: "0b" } },
      { data: {} },
      { hash: "0".repeat(64) },
    ];
    for (const change of changes) {
      const tampered = entries.map((entry, n) => (n === 2 ? { ...entry, ...change } : entry));
      assert.deepEqual(verify(tampered), { sequence: 3, fault: "changed" }, JSON.stringify(change));
    }
  });

  it("shows a change whose hash was made to fit by the row after it, up to the signed head", () => {
    const data = { forged: true };
    const forged: SealedEntry[] = [];
    let end: ChainEnd = CHAIN_BEGINNING;
    for (const [n, entry] of entries.entries()) {
      const content = n === 2 ? { ...entry, data } : entry;
      end = nextEnd(TENANT, end, content);
      forged.push({ ...content, ...end });
      if (n === 2)
        assert.deepEqual(verify([...forged, ...entries.slice(3)]), {
          sequence: 4,
          fault: "changed",
        });
    }
    assert.deepEqual(verify(forged), { sequence: 6, fault: "head" });
  });

  it("shows a missing row, also the first and the last ones", () => {
    const without = (gone: number) => entries.filter((_, n) => n !== gone);
    assert.deepEqual(verify(without(0)), { sequence: 1, fault: "missing" });
    assert.deepEqual(verify(without(3)), { sequence: 4, fault: "missing" });
    assert.deepEqual(verify(without(5)), { sequence: 6, fault: "missing" });
    assert.deepEqual(verify([]), { sequence: 1, fault: "missing" });
    const renumbered = without(3).map((entry, n) => ({ ...entry, sequence: n + 1 }));
    assert.deepEqual(verify(renumbered), { sequence: 4, fault: "changed" });
  });

  it("shows rows in another order, and twice", () => {
    const swapped = [...entries];
    [swapped[1], swapped[2]] = [entries[2]!, entries[1]!];
    assert.deepEqual(verify(swapped), { sequence: 2, fault: "missing" });
    const twice = [...entries.slice(0, 2), entries[1]!, ...entries.slice(2)];
    assert.deepEqual(verify(twice), { sequence: 2, fault: "inserted" });
  });

  it("shows a head of another key, or one that was changed", () => {
    const fault = { sequence: 6, fault: "signature" };
    assert.deepEqual(verify(entries, headOf(entries[3]!)), { sequence: 5, fault: "inserted" });
    assert.deepEqual(verify(entries, headOf(entries[5]!, keys().privateKey)), fault);
    assert.deepEqual(verify(entries, { ...head, at: after(101) }), fault);
    assert.deepEqual(verify(entries, { ...head, tenant: "other" }), fault);
    assert.deepEqual(verify(entries.slice(0, 5), { ...headOf(entries[4]!), sequence: 4 }), {
      sequence: 4,
      fault: "signature",
    });
  });

  it("goes on from a checkpoint", () => {
    const later = entries.slice(3);
    assert.equal(verifyChain(later, head, publicKey, entries[2]), undefined);
    assert.deepEqual(verifyChain(later, head, publicKey, entries[1]), {
      sequence: 3,
      fault: "missing",
    });
  });

  it("is another for another tenant", () => {
    const [one, other] = ["a", "b"].map((tenant) =>
      nextEnd(tenant, CHAIN_BEGINNING, aLedgerEntry()),
    );
    assert.notEqual(one?.hash, other?.hash);
  });
});
