import assert from "node:assert/strict";
import { memoryHost, type MemoryHost } from "../../adapters/mdm/memory.ts";
import type { CountersignConfig } from "../../plugin/config.ts";
import type { Api, Json } from "./api.ts";
import { ask, newKey } from "./device.ts";
import { DAY, eventually, HOUR, serve, type Served } from "./served.ts";
import { makeDevice, makeSite, type SiteIds } from "./site.ts";

/** Distribution by the host's groups, over the API, with a host that hands its groups over. */
export const describeDistribution = (
  open: (test: Mocha.Context) => Promise<Partial<CountersignConfig>>,
): void => {
  let served: Served;
  let api: Api;
  let site: SiteIds;
  let host: MemoryHost;
  const devices = new Map<string, string>();
  before(async function () {
    this.timeout(60_000);
    const changes = await open(this);
    host = memoryHost("mdm", { pageSize: 2, mixedGroups: false });
    served = await serve(changes, { hosts: [host] });
    api = await served.api();
    site = await makeSite(api);
    for (const [name, user] of [
      ["tester", "tess"],
      ["pilot-1", "paul"],
      ["pilot-2", "pia"],
      ["phone-1", "ann"],
      ["phone-2", "bob"],
      ["board-1", "carl"],
    ] as const)
      devices.set(name, await makeDevice(api, name, { username: user }));
    const group = (groupId: string, kind: "device" | "user", ...members: string[]) => {
      host.setGroup({ groupId, name: groupId.toUpperCase(), kind, members });
    };
    group("pilot", "device", "pilot-1", "pilot-2");
    group("phones", "device", "phone-1", "phone-2", "board-1", "pilot-1");
    group("board", "device", "board-1");
    group("staff", "user", "Ann", "bob");
    await api.post("/groups/refresh");
  });
  after(() => served.end());

  const path = () => `/templates/${site.template}/distribution`;
  const names = async (): Promise<string[]> => {
    const live = await api.all(`/deployments?template=${site.template}`);
    const byId = new Map([...devices].map(([name, id]) => [id, name]));
    return live
      .filter(({ state }) => state !== "removed")
      .map(({ deviceId }) => byId.get(deviceId) ?? deviceId)
      .sort();
  };
  const settled = async (): Promise<void> =>
    eventually(async () => (await api.get(path())).walk.state !== "running");
  /** The host's device takes its profile, asks, and says that it has installed. */
  const install = async (name: string): Promise<void> => {
    const deviceId = devices.get(name);
    assert.ok(deviceId);
    const find = async (): Promise<Json> =>
      (await api.all(`/deployments?device=${deviceId}&template=${site.template}`)).find(
        ({ state }) => state !== "removed",
      );
    await eventually(async () => ["queued", "delivered"].includes((await find())?.state));
    const { id, commandId } = await find();
    const { secret } = await api.post("/challenges", { deviceId, templateId: site.template });
    const url = `${served.url}/scep/${site.endpoint}`;
    await ask(url, { subject: `CN=${name},O=Lab`, challenge: secret, key: await newKey() });
    await api.post("/hooks/commandAcknowledged", {
      ...{ hostId: "mdm", deviceId: name, deploymentId: id, commandId },
    });
    assert.equal((await find()).state, "installed");
  };
  const refused = (method: string, rest: string, body?: unknown) =>
    api.refused(method, `${path()}${rest}`, body);

  it("P-09 hands groups over page by page, with counts; members once a distribution names them", async () => {
    const { items } = await api.get("/groups?host=mdm");
    assert.deepEqual(
      items.map(({ id, kind, hostCount, members }: Json) => [id, kind, hostCount, members]).sort(),
      [
        ["mdm:board", "device", 1, 0],
        ["mdm:phones", "device", 4, 0],
        ["mdm:pilot", "device", 2, 0],
        ["mdm:staff", "user", 2, 0],
      ],
    );
    assert.deepEqual((await api.get("/groups?q=PHO")).items.length, 1);
  });

  it("P-09 says at saving that the host does not mix user and device groups across include and exclude", async () => {
    const mixed = { includes: ["mdm:staff"], excludes: ["mdm:board"] };
    const problem = await refused("PATCH", "", mixed);
    assert.equal(problem.code, "invalid_input");
    assert.deepEqual(
      problem.issues.map(({ path: at }) => at),
      ["excludes.0"],
    );
    assert.match(problem.detail, /does not mix user and device groups/);
    const all = await refused("PATCH", "", { everybody: "users", excludes: ["mdm:board"] });
    assert.equal(all.issues[0]?.path, "excludes.0");
    await api.patch("/hosts/mdm", { mixedGroups: true });
    const saved = await api.patch(path(), mixed);
    assert.equal(saved.draft.number, 1);
    await api.patch("/hosts/mdm", { mixedGroups: null });
    const unknown = await refused("PATCH", "", { includes: ["mdm:nobody"] });
    assert.equal(unknown.issues[0]?.path, "includes.0");
    const tester = { testDeviceId: devices.get("board-1"), includes: [], excludes: ["mdm:board"] };
    const excluded = await refused("PATCH", "", tester);
    assert.equal(excluded.issues[0]?.path, "testDeviceId");
  });

  it("P-08 Save keeps a draft that delivers nothing; P-09 the preview counts and plans it", async () => {
    const draft = {
      ...{ includes: ["mdm:phones"], excludes: ["mdm:board"], over: "P2D" },
      ...{ testDeviceId: devices.get("tester"), stagedGroupId: "mdm:pilot" },
    };
    const saved = await api.patch(path(), draft);
    assert.deepEqual([saved.draft.number, saved.serving, saved.trial], [1, undefined, undefined]);
    const preview = await api.post(`${path()}/preview`, {});
    assert.deepEqual(
      [preview.firstStage, preview.devices, preview.fresh, preview.staged, preview.leaving],
      ["test", 5, 5, 3, 0],
    );
    assert.equal(
      preview.days.reduce(
        (sum: number, { planned }: { readonly planned: number }) => sum + planned,
        0,
      ),
      5,
    );
    const everybody = await api.post(`${path()}/preview`, { everybody: "devices" });
    assert.match(
      everybody.warnings[0],
      /^All devices: 5 devices are meant, 5 of them .* spread over \d days with at most \d+ an hour\.$/,
    );
    assert.deepEqual(await names(), []);
    const { items } = await api.get("/ledger?event=distribution.drafted");
    assert.equal(items[0].data.number, 1);
  });

  it("P-09 goes to the test device first, and offers the next stage once it has installed", async () => {
    const published = await api.post(`${path()}/publish`);
    assert.deepEqual([published.trial.stage, published.draft], ["test", undefined]);
    assert.deepEqual(await names(), ["tester"]);
    assert.deepEqual([published.next.stage, published.next.ok], ["group", false]);
    const early = await refused("POST", "/advance");
    assert.deepEqual(
      [early.code, early.detail],
      ["conflict", "the test device has not installed yet"],
    );
    await install("tester");
    assert.equal((await api.get(path())).next.ok, true);
    const grouped = await api.post(`${path()}/advance`);
    assert.equal(grouped.trial.stage, "group");
    assert.deepEqual(await names(), ["pilot-1", "pilot-2", "tester"]);
  });

  it("P-09 an admin may force the next stage with a reason, and the ledger says so", async () => {
    const silent = await refused("POST", "/advance", { force: true });
    assert.equal(silent.issues[0]?.path, "reason");
    const forced = await api.post(`${path()}/advance`, {
      force: true,
      reason: "pilots on holiday",
    });
    assert.deepEqual([forced.trial, forced.serving.number], [undefined, 1]);
    const { items } = await api.get("/ledger?event=distribution.forced");
    assert.equal(items[0].data.because, "pilots on holiday");
    await settled();
    const view = await api.get(path());
    assert.deepEqual([view.progress.devices, view.progress.sent], [5, 3]);
    served.clock.advance(2 * DAY + HOUR);
    await eventually(async () => (await names()).length === 5);
    assert.deepEqual(await names(), ["phone-1", "phone-2", "pilot-1", "pilot-2", "tester"]);
  });

  it("P-09 delivers to who joins a group, takes back from who leaves; excluded goes before included", async () => {
    const event = { hostId: "mdm", groupId: "board" };
    await api.post("/hooks/groupChanged", { ...event, added: ["phone-2"], removed: ["board-1"] });
    await eventually(async () => (await names()).includes("board-1"));
    assert.deepEqual(await names(), ["board-1", "phone-1", "pilot-1", "pilot-2", "tester"]);
    host.setGroup({ groupId: "board", name: "BOARD", kind: "device", members: [] });
    await api.post("/groups/refresh");
    await eventually(async () => (await names()).includes("phone-2"));
    const late = await makeDevice(api, "late");
    devices.set("late", late);
    const id = `/devices/${late}/groups`;
    assert.deepEqual((await api.get(id)).items, []);
    await served.countersign.hooks.deviceGroups({
      ...{ hostId: "mdm", deviceId: "late", groups: ["phones"] },
    });
    assert.deepEqual(
      (await api.get(id)).items.map(({ groupId }: Json) => groupId),
      ["phones"],
    );
    await eventually(async () => (await names()).includes("late"));
    await served.countersign.hooks.deviceGroups({ hostId: "mdm", deviceId: "late", groups: [] });
    assert.equal((await names()).includes("late"), false);
    const { items } = await api.get("/ledger?event=deployment.removed");
    assert.match(items[0].data.why, /no longer meant/);
  });

  it("P-08 a change of what is published is a new draft version; the one before serves until the new one is through", async () => {
    const draft = await api.patch(path(), { change: { validity: "P90D" } });
    assert.deepEqual([draft.draft.number, draft.serving.number], [2, 1]);
    assert.deepEqual(draft.draft.plan.includes, ["mdm:phones"]);
    const before = await api.get(`/templates/${site.template}`);
    assert.equal((await api.post(`${path()}/publish`)).trial.number, 2);
    assert.deepEqual(
      await api
        .get(`/templates/${site.template}`)
        .then(({ validity, version }: Json) => [validity, version]),
      [before.validity, before.version],
    );
    const lifeOf = async (name: string): Promise<number> => {
      const { items } = await api.get(`/certificates?device=${devices.get(name)}`);
      const [{ notBefore, notAfter }] = items;
      return Math.round((Date.parse(notAfter) - Date.parse(notBefore)) / DAY);
    };
    await install("tester");
    assert.equal(await lifeOf("tester"), 90, "the test device has the new version");
    await install("phone-1");
    assert.equal(await lifeOf("phone-1"), 365, "everybody else has the one before");
    const busy = await api.refused("PATCH", `/templates/${site.template}`, { name: "Other" });
    assert.match(busy.detail, /on trial/);
    await api.post(`${path()}/advance`);
    await install("pilot-1");
    assert.equal(await lifeOf("pilot-1"), 90);
    const done = await api.post(`${path()}/advance`, { force: true, reason: "enough" });
    assert.deepEqual([done.serving.number, done.trial], [2, undefined]);
    const after = await api.get(`/templates/${site.template}`);
    assert.deepEqual([after.validity, after.version], ["P90D", Number(before.version) + 1]);
    const { items } = await api.get("/ledger?event=template.changed");
    assert.equal(items[0].data.moveOver, "P2D");
  });

  it("P-08 a version withdrawn from its trial leaves what was there before", async () => {
    await api.patch(path(), { change: { validity: "P30D" } });
    await api.post(`${path()}/publish`);
    const back = await api.post(`${path()}/withdraw`);
    assert.deepEqual([back.trial, back.serving.number], [undefined, 2]);
    assert.equal((await api.get(`/templates/${site.template}`)).validity, "P90D");
    const { items } = await api.get("/ledger?event=distribution.withdrawn");
    assert.equal(items[0].data.number, 3);
  });

  it("P-09 everybody needs the count that was shown", async () => {
    await api.patch(path(), { everybody: "devices", testDeviceId: null, stagedGroupId: null });
    const problem = await refused("POST", "/publish");
    assert.equal(problem.code, "confirmation_needed");
    assert.match(problem.detail, /All devices: 7 devices are meant/);
    assert.equal((await refused("POST", "/publish", { expect: 3 })).code, "confirmation_needed");
    const published = await api.post(`${path()}/publish`, { expect: 7 });
    assert.equal(published.serving.plan.everybody, "devices");
  });

  it("P-09 keeps tenants apart, asks for the role, and refuses an older version", async () => {
    const operator = await served.operator();
    await operator.post("/tenants", { id: "other", name: "Other" });
    const other = await served.api("other");
    assert.deepEqual((await other.get("/groups")).items, []);
    assert.equal((await other.refused("GET", path())).code, "not_found");
    const auditor = await served.api("default", ["ca-auditor"]);
    assert.ok((await auditor.get(path())).serving);
    for (const [method, rest, body] of [
      ["PATCH", "", { over: "P1D" }],
      ["POST", "/publish", {}],
      ["POST", "/advance", {}],
      ["POST", "/withdraw", undefined],
    ] as const)
      assert.equal((await auditor.refused(method, `${path()}${rest}`, body)).code, "forbidden");
  });
};
