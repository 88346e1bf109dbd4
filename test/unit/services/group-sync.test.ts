import assert from "node:assert/strict";
import { memoryHost } from "../../../adapters/mdm/memory.ts";
import type { MdmHost } from "../../../plugin/ports/mdm-host.ts";
import type { TenantStore } from "../../../plugin/ports/stores.ts";
import { GroupSync } from "../../../plugin/services/distribution/group-sync.ts";
import { pagesOf } from "../../../plugin/services/distribution/host-pages.ts";
import { NOW } from "../../contract/store/samples.ts";
import { fails } from "../../contract/store/subject.ts";
import { newTenant, sqliteDatabase, type TestDatabase } from "../../support/databases.ts";
import { nodeOn } from "./renewal-node.ts";

const MINUTE = 60_000;

describe("reading the groups of a host", () => {
  let opened: TestDatabase;
  let store: TenantStore;
  let now = NOW.getTime();
  const good = memoryHost("jamf", { pageSize: 2 });
  before(async () => {
    opened = await sqliteDatabase();
    store = await newTenant(opened, "acme");
  });
  after(() => opened.close());

  const readBy = async (host: MdmHost): Promise<void> => {
    now += MINUTE;
    const sync = nodeOn(opened.database, () => new Date(now), [host])(GroupSync);
    await sync.sync(store);
    const group = await store.hostGroups.get("jamf:all");
    assert.ok(group);
    await sync.members(store, group);
  };
  const has = (...members: readonly string[]): void => {
    good.setGroup({ groupId: "all", name: "All", kind: "device", members }, "acme");
  };
  const known = async () => {
    const group = await store.hostGroups.get("jamf:all");
    const members = await store.hostGroups.members("jamf:all", undefined, 10);
    return { members, problem: group?.problem, syncedAt: group?.syncedAt };
  };

  it("P-09 who was on none of the host's pages leaves the group", async () => {
    has("1", "2", "3", "4", "5");
    await readBy(good);
    assert.deepEqual((await known()).members, ["1", "2", "3", "4", "5"]);
    has("1", "3", "5");
    await readBy(good);
    assert.deepEqual(await known(), {
      ...{ members: ["1", "3", "5"], problem: undefined },
      syncedAt: new Date(now),
    });
  });

  it("P-09 a host whose cursor runs in a circle takes nobody out, and the group says why", async () => {
    const before = await known();
    const circle: MdmHost = {
      ...good,
      groups: (_tenant, cursor = "") =>
        Promise.resolve({
          items: [{ groupId: `new${cursor}`, name: "New", kind: "device" }],
          cursor: cursor === "b" ? "a" : "b",
        }),
      groupMembers: (_tenant, _group, cursor) =>
        Promise.resolve({ items: ["1", "6"], cursor: cursor === "a" ? "b" : "a" }),
    };
    await readBy(circle);
    const { members, problem, syncedAt } = await known();
    assert.deepEqual(members, ["1", "3", "5", "6"], "who was read has come, nobody has left");
    assert.match(problem ?? "", /cursor runs in a circle: it gave page a of group all twice/);
    assert.deepEqual(syncedAt, before.syncedAt, "it was not read to its end");
    assert.ok(await store.hostGroups.get("jamf:newb"), "the groups that it did name are kept");
    await readBy(good);
    const healed = await known();
    assert.deepEqual([healed.members, healed.problem], [["1", "3", "5"], undefined]);
  });

  it("P-09 a list without an end is given up, not taken for whole", async () => {
    let page = 0;
    const read = async (): Promise<void> => {
      const endless = () => Promise.resolve({ items: [], cursor: String((page += 1)) });
      for await (const items of pagesOf("group all", endless)) assert.deepEqual(items, []);
    };
    await fails(read(), "conflict");
    assert.equal(page, 100_000);
  });
});
