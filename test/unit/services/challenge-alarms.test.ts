import assert from "node:assert/strict";
import { createPublicKey, generateKeyPairSync } from "node:crypto";
import type { TenantStore } from "../../../plugin/ports/stores.ts";
import {
  ChallengeAlarms,
  type ChallengeUse,
} from "../../../plugin/services/challenges/challenge-alarms.ts";
import {
  aChallenge,
  aDevice,
  aReservation,
  aSettlement,
  NOW,
} from "../../contract/store/samples.ts";
import { sqliteDatabase } from "../../support/databases.ts";
import { derOf, openssl } from "../../support/openssl.ts";
import { nodeOn } from "./renewal-node.ts";

const useOf = (spki: Uint8Array): ChallengeUse => ({
  ...{ spki, source: "192.0.2.1", transactionId: "t" },
});
const newSpki = (): Buffer =>
  generateKeyPairSync("ec", { namedCurve: "P-256" }).publicKey.export({
    format: "der",
    type: "spki",
  });
/** A certificate for a key that nobody keeps, and that key. */
const certified = async (): Promise<{ readonly der: Buffer; readonly spki: Buffer }> => {
  const der = derOf(
    await openssl([
      ...["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"],
      ...["-subj", "/CN=first", "-keyout", "/dev/null"],
    ]),
  );
  const pem = `-----BEGIN CERTIFICATE-----\n${der.toString("base64")}\n-----END CERTIFICATE-----`;
  return { der, spki: createPublicKey(pem).export({ format: "der", type: "spki" }) };
};

describe("the alarm of a challenge with two keys", () => {
  let opened: Awaited<ReturnType<typeof sqliteDatabase>>;
  let store: TenantStore, alarms: ChallengeAlarms;
  before(async () => {
    opened = await sqliteDatabase();
    const { database } = opened;
    await database.migrate();
    await database.directory.createTenant({ id: "acme", name: "Acme", createdAt: NOW });
    store = database.directory.open("acme");
    await store.devices.save(aDevice());
    alarms = nodeOn(database, () => NOW)(ChallengeAlarms);
  });
  after(() => opened.close());

  /** A challenge with which another node is signing now. */
  const signedElsewhere = async (id: string): Promise<string> => {
    await store.challenges.insert(aChallenge({ id }), id);
    const item = aReservation({ challengeId: id });
    assert.equal((await store.enrolments.reserve(item)).status, "reserved");
    return item.id;
  };
  const told = async (id: string): Promise<number> =>
    (await store.ledger.list({ event: "challenge.alarm", subjectId: id }, { limit: 9 })).items
      .length;

  it("case 37 waits for the key that another node is signing for", async () => {
    const certificate = await signedElsewhere("another");
    const { der, spki } = await certified();
    const look = Promise.all([
      alarms.refused(store, "office", "another", useOf(newSpki()), []),
      alarms.refused(store, "office", "another", useOf(spki), []),
    ]);
    await new Promise((resolve) => setTimeout(resolve, 150));
    assert.equal(await told("another"), 0);
    await store.enrolments.settle(aSettlement(certificate, { der }));
    await look;
    assert.equal(await told("another"), 1, "the same key is a retry");
  });

  it("case 37 no longer than two seconds, and not at all where that node gives up", async () => {
    await signedElsewhere("slow");
    const begun = performance.now();
    await alarms.refused(store, "office", "slow", useOf(newSpki()), []);
    assert.ok(performance.now() - begun >= 1900);
    const certificate = await signedElsewhere("given-up");
    const look = alarms.refused(store, "office", "given-up", useOf(newSpki()), []);
    await store.enrolments.release(certificate, NOW);
    await look;
    assert.deepEqual([await told("slow"), await told("given-up")], [0, 0]);
  });

  it("case 37 knows what is under way on this node, and forgets it with its end", async () => {
    await signedElsewhere("here");
    const [first, retry, other] = [newSpki(), newSpki(), newSpki()];
    retry.set(first);
    const uses = [useOf(first), useOf(retry), useOf(other)] as const;
    for (const use of uses) alarms.enter("here", use);
    const beside = alarms.others("here", uses[1]);
    assert.deepEqual(beside, [uses[0], uses[2]]);
    await alarms.refused(store, "office", "here", uses[1], [uses[0]]);
    assert.equal(await told("here"), 0);
    await alarms.refused(store, "office", "here", uses[2], alarms.others("here", uses[2]));
    assert.equal(await told("here"), 1);
    for (const use of uses) alarms.leave("here", use);
    assert.deepEqual(alarms.others("here", useOf(other)), []);
  });
});
