import assert from "node:assert/strict";
import {
  copyDatabase,
  type CopyProgress,
  type DatabaseInput,
  migrateDatabase,
} from "../../../plugin/index.ts";
import type { PendingRequest } from "../../../plugin/ports/challenge-store.ts";
import type { Database } from "../../../plugin/ports/stores.ts";
import { type DatabasePlace, openDatabase } from "../../../plugin/store/database.ts";
import {
  aCertificate,
  aChallenge,
  aCredential,
  aCrl,
  aDeployment,
  aDevice,
  aDistribution,
  aHookAdapter,
  aHostEvent,
  aHostGroup,
  aHostRules,
  aGroup,
  aLedgerEntry,
  aMove,
  anAlertRule,
  anAuthority,
  anEndpoint,
  anInventoryItem,
  anRa,
  aRollOver,
  aReservation,
  aSettlement,
  aPerson,
  aProfile,
  aTarget,
  aTemplate,
  aToken,
  aWalk,
  after as later,
  bytes,
  NOW,
} from "../../contract/store/samples.ts";
import { everything, fails } from "../../contract/store/subject.ts";
import { postgresDatabase, sqliteDatabase, type TestDatabase } from "../../support/databases.ts";
import { postgresServer, type PostgresServer } from "../../support/postgres.ts";

const clock = { now: () => new Date() };
const CERTIFICATES = 1_300;
const SCOPE = { authorityId: "wifi-ca", shard: 0 };

const aPending: PendingRequest = {
  id: "p",
  endpointId: "office",
  transactionId: "transaction",
  signerKey: "00ff",
  csr: bytes(48, 0, 255),
  templateId: "wifi",
  deviceId: "device-1",
  subjectSource: "{}",
  replaces: "0a",
  state: "denied",
  createdAt: NOW,
  expiresAt: later(60),
  decidedBy: "someone",
  decidedAt: later(1),
  reason: "no",
  certificateId: undefined,
  requestedBy: "ann",
};

/** A place as the configuration names it. */
const inputOf = (place: DatabasePlace): DatabaseInput => {
  if (place.client === "sqlite3") return { file: place.file };
  const { connection } = place;
  assert.ok(typeof connection === "string");
  return { client: "pg", connection: { url: () => connection } };
};

/** Something in every table, in two tenants. */
const fill = async (database: Database): Promise<void> => {
  await database.migrate();
  await database.check();
  const { directory } = database;
  await directory.setting("epoch", async () => bytes(0, 1, 255));
  for (const id of ["one", "two"]) {
    await directory.createTenant({ id, name: `Tenant ${id} Ünï`, createdAt: NOW });
    const store = directory.open(id);
    await store.authorities.insert(anAuthority());
    await store.authorities.insert(
      anAuthority({ id: "bare", certificate: undefined, keyRef: undefined }),
    );
    await store.ras.insert(anRa());
    await store.rollOvers.insert(aRollOver());
    await store.tokens.insert(aToken({ id: "token" }));
    await store.templates.insert(aTemplate());
    await store.endpoints.insert(anEndpoint());
    await store.devices.save(aDevice());
    await store.devices.save(
      aDevice({ id: "device-2", hostDeviceId: "43", userDisabledAt: later(3) }),
    );
    await store.disabledUsers.add("jamf", "Zoë", later(3));
    await store.deployments.save(aDeployment());
    await store.inventories.replace("device-1", NOW, [anInventoryItem()]);
    assert.equal(await store.hostEvents.begin(aHostEvent(), later(9)), undefined);
    await store.hookAdapters.insert(aHookAdapter({ id: `hook-${id}` }));
    await store.challenges.insert(aChallenge(), "aa");
    const list = aCrl(5n, { parts: [new Uint8Array(900_000).fill(7)] });
    await store.crls.stage(list);
    await store.crls.insert(list);
    await store.crls.markDirty(SCOPE, NOW);
    await store.leases.take("crl", "node", NOW, later(9));
    await store.alerts.saveRule(anAlertRule());
    await store.alerts.raise({ rule: "crl-size", subject: "x", text: "y", since: NOW });
    await store.profiles.insert(aProfile());
    await store.people.insert(aPerson());
    await store.credentials.insert(aCredential());
    await store.caps.set("certificates", 7, NOW);
    await store.outbox.add({ kind: "publish-profile", deploymentId: "x" }, NOW);
    await store.pending.insert(aPending);
    await store.renewals.change([{ id: "deployment-1", from: undefined, to: later(5) }]);
    await store.renewals.countStarted("wifi-ca", NOW, 3, 0);
    await store.renewalRules.save({
      ...{ authorityId: "wifi-ca", version: 1, updatedAt: NOW },
      rules: { perHour: 5, perDay: "off", quietHours: undefined },
    });
    await store.renewalGroups.insert(aGroup(), [
      { deploymentId: "deployment-1", state: "started", certificateId: "c", startedAt: NOW },
    ]);
    await store.templateMoves.save(aMove());
    await store.hostGroups.save(aHostGroup());
    await store.hostGroups.add("jamf:sales", ["42", "zoë@example.com"], NOW);
    await store.hostRules.insert(aHostRules());
    await store.distributions.insert(aDistribution());
    await store.walks.save(aWalk());
    await store.targets.save([aTarget()]);
    await store.renewals.lease("node", NOW, later(9));
    await store.ledger.append(aLedgerEntry({ data: { text: "a\0b", der: bytes(1) } }));
    const lease = { holder: "node", now: NOW, until: later(3) };
    const opened = await store.chain.open(lease, 1);
    assert.ok(opened);
    const seals = opened.entries.map(({ id: row }) => ({ id: row, sequence: 1, hash: "ab" }));
    assert.equal(await store.chain.seal(lease, opened.end, seals), true);
    const item = aReservation({
      challengeId: "challenge-1",
      ciphertext: { digest: "d", content: "c" },
    });
    await store.enrolments.reserve(item);
    await store.enrolments.settle(aSettlement(item.id));
    await store.terms.take([item.id]);
    await store.terms.moveMark(NOW);
  }
  await directory.open("one").run(async (tx) => {
    for (let n = 0; n < CERTIFICATES; n += 1)
      await tx.certificates.insert(aCertificate(), new Uint8Array(100 + (n % 900)).fill(n));
  });
};

/** What both tenants hold, by the stores. */
const contents = async (database: Database): Promise<unknown> => {
  const all: unknown[] = [await database.directory.tenants()];
  for (const { id } of await database.directory.tenants()) {
    const store = database.directory.open(id);
    const certificates = await everything((page) => store.certificates.list({}, page), 500);
    const order = (a: { id: string }, b: { id: string }): number => (a.id < b.id ? -1 : 1);
    all.push([
      await store.authorities.list(),
      await store.ras.list(),
      await store.rollOvers.list(),
      await store.tokens.get("token"),
      await store.templates.list(),
      await store.endpoints.list(),
      await store.profiles.list(),
      await store.people.list(),
      await store.credentials.list(),
      await store.caps.list(),
      await store.devices.byAttribute("serialnumber", "C02XG", 9),
      await everything((page) => store.devices.list(page), 500),
      await everything((page) => store.deployments.list({}, page), 500),
      (await store.challenges.presented("office", "aa"))?.challenge,
      await store.inventories.get("device-1"),
      await everything((page) => store.hostEvents.ofDevice("device-1", page), 500),
      await store.devices.get("device-2"),
      await store.disabledUsers.since("jamf", ["zoë"]),
      await store.hookAdapters.list(),
      await store.crls.latest(SCOPE),
      await store.crls.revisions(SCOPE),
      await store.alerts.rule("ra-expiry"),
      await store.alerts.standing(),
      await store.chain.head(),
      await everything((page) => store.pending.list({}, page), 500),
      await everything((page) => store.ledger.list({}, page), 500),
      await store.renewals.started("wifi-ca", NOW),
      await store.renewalRules.list(),
      await store.renewalGroups.running(),
      await store.renewalGroups.members("group-1"),
      await store.templateMoves.running(),
      [...certificates].sort(order),
      await store.certificates.der(certificates[0]!.id),
    ]);
  }
  return all;
};

describe("copying a database", () => {
  let server: PostgresServer;
  let source: TestDatabase & { readonly file: string };
  let expected: unknown;
  before(async function () {
    server = await postgresServer(this);
    source = await sqliteDatabase();
    await fill(source.database);
    expected = await contents(source.database);
  });
  after(() => source.close());

  let target: TestDatabase;
  beforeEach(async () => {
    target = await postgresDatabase(server);
  });
  afterEach(() => target.close());

  const copy = (more: Parameters<typeof copyDatabase>[2] = {}) =>
    copyDatabase(inputOf(source.place), inputOf(target.place), more);
  /** Stops it once so many rows are copied. */
  const copySome = async (rows: number): Promise<void> => {
    const stopping = new AbortController();
    const { finished } = await copy({
      signal: stopping.signal,
      onProgress: ({ done }) => {
        if (done >= rows) stopping.abort();
      },
    });
    assert.equal(finished, false);
  };

  it("from SQLite to PostgreSQL brings everything, and the target goes on from there", async () => {
    const seen: CopyProgress[] = [];
    const { finished, tables } = await copy({ onProgress: (progress) => seen.push(progress) });
    assert.equal(finished, true);
    assert.equal(tables["countersign_certificates"]?.rows, CERTIFICATES + 2);
    // Whoever adds a table puts a row of it in `fill`.
    const untested = Object.keys(tables).filter((name) => tables[name]?.rows === 0);
    assert.deepEqual(untested, []);
    assert.deepEqual(await target.database.migrate(), []);
    assert.deepEqual(await contents(target.database), expected);
    for (const phase of ["copy", "check"] as const) {
      const mine = seen.filter((progress) => progress.phase === phase);
      const last = mine.at(-1);
      assert.equal(last?.done, last?.total);
      assert.ok(mine.every(({ done }, n) => n === 0 || done >= mine[n - 1]!.done));
    }
    const store = target.database.directory.open("one");
    const item = aReservation();
    assert.deepEqual(await store.enrolments.reserve(item), { status: "reserved" });
    assert.equal(await store.enrolments.settle(aSettlement(item.id)), "issued");
    await store.outbox.add({ kind: "publish-profile", deploymentId: "new" }, NOW);
    assert.equal((await store.outbox.claim(9, NOW, later(1))).length, 2);
    // And back again.
    const back = await sqliteDatabase();
    try {
      const returned = await copyDatabase(inputOf(target.place), inputOf(back.place));
      assert.equal(returned.finished, true);
      assert.deepEqual(await contents(back.database), await contents(target.database));
      await back.database.directory.open("one").ledger.append(aLedgerEntry());
    } finally {
      await back.close();
    }
  }).timeout(40_000);

  it("goes on where it was stopped; until then nobody can work on the target", async () => {
    await copySome(200);
    await fails(target.database.migrate(), "database_unusable");
    await copySome(900);
    const start: number[] = [];
    const { finished } = await copy({ onProgress: ({ done }) => start.push(done) });
    assert.ok(start[0]! >= 900, String(start[0]));
    assert.equal(finished, true);
    await target.database.migrate();
    assert.deepEqual(await contents(target.database), expected);
  }).timeout(40_000);

  it("refuses a target that holds anything, a finished copy too", async () => {
    await target.database.migrate();
    await target.database.directory.open("one").devices.save(aDevice());
    await fails(copy(), "already_initialised");
    assert.equal((await target.database.directory.tenants()).length, 0);
    const other = await postgresDatabase(server);
    try {
      const again = () => copyDatabase(inputOf(source.place), inputOf(other.place));
      await again();
      await fails(again(), "already_initialised");
    } finally {
      await other.close();
    }
  }).timeout(40_000);

  it("refuses to go on with another source, or from a half copy", async () => {
    await copySome(100);
    const other = await sqliteDatabase();
    try {
      await other.database.migrate();
      await other.database.directory.createTenant({ id: "x", name: "X", createdAt: NOW });
      await fails(copyDatabase(inputOf(other.place), inputOf(target.place)), "already_initialised");
      await fails(copyDatabase(inputOf(target.place), inputOf(other.place)), "database_unusable");
    } finally {
      await other.close();
    }
  });

  it("finds what was changed while it was stopped", async () => {
    const store = source.database.directory.open("one");
    await copySome(CERTIFICATES);
    await store.authorities.update(anAuthority({ name: "changed", version: 2 }));
    try {
      await assert.rejects(copy(), /conflict: countersign_authorities differs/);
      await fails(target.database.migrate(), "database_unusable");
    } finally {
      const dialect = await openDatabase({ ...source.place, clock });
      await dialect.directory.open("one").authorities.update(anAuthority({ version: 3 }));
      await dialect.close();
      expected = await contents(source.database);
    }
  }).timeout(40_000);

  it("keeps writers from the source meanwhile", async () => {
    const other = await openDatabase({ ...source.place, clock, busyMs: 20 });
    try {
      let tried: Promise<void> | undefined;
      const { finished } = await copy({
        onProgress: () => {
          tried ??= fails(other.directory.open("one").devices.save(aDevice()), "database_locked");
        },
      });
      assert.equal(finished, true);
      await tried;
    } finally {
      await other.close();
    }
  }).timeout(40_000);

  it("says what is wrong with its ends", async () => {
    const to = inputOf(target.place);
    await fails(copyDatabase({ file: "/nowhere/x.db" }, to), "database_unusable");
    await fails(copyDatabase({ file: "" }, to), "database_unusable");
    const empty = await sqliteDatabase();
    try {
      await fails(copyDatabase(inputOf(empty.place), to), "schema_outdated");
      assert.deepEqual((await migrateDatabase(inputOf(empty.place))).slice(0, 1), ["0001-first"]);
      assert.deepEqual(await migrateDatabase(inputOf(empty.place)), []);
      assert.equal((await copyDatabase(inputOf(empty.place), to)).finished, true);
    } finally {
      await empty.close();
    }
  });
});
