import assert from "node:assert/strict";
import { enrol } from "../support/scep/enrolment.ts";
import { isIssued, isRefused } from "../support/scep/expect.ts";
import { Lab } from "../support/scep/lab.ts";

interface Row {
  readonly subjectId?: string;
  readonly principal: string;
  readonly data: Readonly<Record<string, unknown>>;
}

describe("SCEP: caps", () => {
  let lab: Lab;
  before(async () => {
    lab = await Lab.start({ template: { allowDuplicates: true, validity: "P10D" } });
  });
  after(() => lab.end());
  const issue = async (options: Parameters<typeof enrol>[1] = {}): ReturnType<typeof enrol> => {
    const reply = await enrol(lab, options);
    isIssued(lab, reply, reply.sent);
    return reply;
  };
  const cap = (certificates: number | null) =>
    lab.api("PATCH", "/authorities/lab/cap", { certificates });
  const events = async (event: string): Promise<readonly Row[]> =>
    (await lab.api("GET", `/ledger?event=${event}&limit=500`)).items as Row[];

  it("O-02 a reached cap refuses with badRequest and a clear text, spends no challenge, and is in the ledger; revoking frees the place", async () => {
    await issue();
    assert.deepEqual(await cap(2), { active: 1, cap: 2, version: 1 });
    const second = await issue();
    const { secret, deviceId } = await lab.mint();
    const refused = await enrol(lab, { challenge: secret });
    isRefused(refused, "2");
    assert.equal(refused.text, "The cap on active certificates or authorities is reached");
    const [row] = await events("certificate.refused");
    assert.equal(row?.subjectId, deviceId);
    assert.equal(row.data["label"], "cap_reached");
    assert.match(String(row.data["detail"]), /authority lab has as many .* its cap allows: 2/);
    assert.deepEqual(await lab.api("GET", "/authorities/lab/cap"), {
      active: 2,
      cap: 2,
      version: 1,
    });

    const { serialNumber } = lab.checkIssued(second.certificates[0], second.sent.key.spki);
    const { items } = await lab.api("GET", `/certificates?serial=${serialNumber}`);
    const [found] = items as { readonly id: string }[];
    await lab.api("POST", `/certificates/${found?.id ?? ""}/revoke`, { reason: "superseded" });
    assert.equal((await lab.api("GET", "/authorities/lab/cap")).active, 1);
    const reply = await enrol(lab, { challenge: secret });
    isIssued(lab, reply, reply.sent);
  });

  it("O-02 expiry frees places too, and what a cap refused does not count against the device", async () => {
    for (let n = 0; n < 12; n += 1) isRefused(await enrol(lab, { devicename: "patient" }), "2");
    lab.time.ahead += 11 * 86_400_000;
    await issue({ devicename: "patient" });
    assert.deepEqual(await lab.api("GET", "/authorities/lab/cap"), {
      active: 1,
      cap: 2,
      version: 1,
    });
    assert.deepEqual(await cap(null), { active: 1, version: 2 });
    for (let n = 0; n < 3; n += 1) await issue({ devicename: "patient" });
    const [changed] = await events("cap.changed");
    assert.deepEqual(changed?.data, { certificates: { from: 2, to: null } });
    assert.match(changed.principal, /lab/);
  });
});
