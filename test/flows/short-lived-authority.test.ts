import assert from "node:assert/strict";
import type { Api } from "./api.ts";
import { DAY, type Served, serve } from "./served.ts";

const inDays = (days: number): string => new Date(Date.now() + days * DAY).toISOString();
const ENOUGH = 3 * 366;
const LITTLE = 3 * 365 - 10;

describe("flows: authorities that end soon", () => {
  let served: Served;
  let api: Api;
  const start = async (shortLivedAuthority?: "warn" | "refuse"): Promise<void> => {
    served = await serve(
      shortLivedAuthority === undefined ? {} : { endpoints: { shortLivedAuthority } },
    );
    api = await served.api();
    await api.post("/authorities", {
      ...{ kind: "root", id: "top", subject: "CN=Top", keyAlgorithm: "ec-p256" },
    });
    for (const [id, days] of [
      ["long", ENOUGH],
      ["short", LITTLE],
    ] as const) {
      await api.post("/authorities", {
        ...{ kind: "issuing", id, parentId: "top", subject: `CN=${id}`, keyAlgorithm: "ec-p256" },
        notAfter: inDays(days),
      });
      await api.post("/templates", { id: `${id}-wifi`, authorityId: id, subject: "CN=%serial%" });
    }
  };
  afterEach(() => served.end());
  const endpoint = (id: string, authority: string) => ({
    ...{ id, authorityId: authority, templateIds: [`${authority}-wifi`] },
    policies: [{ kind: "dynamic" }],
  });

  it("A-27 binding one with under three years of life to an endpoint is warned about, at once and afterwards", async () => {
    await start();
    assert.deepEqual((await api.post("/endpoints", endpoint("one", "long"))).warnings, []);
    const { warnings } = await api.post("/endpoints", endpoint("two", "short"));
    assert.match(String(warnings), /CA short ends on .*, in less than 3 years/);
    assert.deepEqual((await api.get("/endpoints/two")).warnings, warnings);
    const move = { authorityId: "short", templateIds: ["short-wifi"] };
    assert.deepEqual((await api.patch("/endpoints/one", move)).warnings, warnings);
  });

  it("A-27 by setting it is refused: for a new endpoint, for one that moves, and for a roll-over; what is bound stays", async () => {
    await start("refuse");
    const refused = await api.refused("POST", "/endpoints", endpoint("two", "short"));
    assert.deepEqual(
      [refused.code, refused.issues.map(({ path }) => path)],
      ["invalid_input", ["authorityId"]],
    );
    assert.match(refused.issues[0]?.message ?? "", /in less than 3 years/);
    await api.post("/endpoints", endpoint("one", "long"));
    const move = { authorityId: "short", templateIds: ["short-wifi"] };
    assert.equal((await api.refused("PATCH", "/endpoints/one", move)).code, "invalid_input");
    const over = await api.refused("POST", "/endpoints/one/roll-over", {
      ...{ authorityId: "short", from: inDays(30) },
    });
    assert.equal(over.issues[0]?.path, "authorityId");
    served.clock.advance(60 * DAY);
    const changed = await api.patch("/endpoints/one", { name: "Still there" });
    assert.match(String(changed.warnings), /CA long ends on/);
  });
});
