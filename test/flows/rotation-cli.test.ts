import assert from "node:assert/strict";
import { useServedCli } from "./served-cli.ts";

describe("command line: keys that are replaced, and tokens", function () {
  this.timeout(120_000);
  const { cli, json, refusal, server } = useServedCli();
  before(() => cli("authority", "hierarchy", "corp", "--key-algorithm", "ec-p256"));

  it("A-19 renews a CA, and counts who stands on it", async () => {
    const before = await json("authority", "show", "corp");
    const root = await json("authority", "renew", "corp-root");
    assert.equal(root.certificates.length, 2);
    const renewed = await json("authority", "renew", "corp");
    assert.notEqual(renewed.serial, before.serial);
    assert.deepEqual(await json("authority", "usage", "corp"), { devices: 0, endpoints: [] });
    const [ra] = (await json("ra", "list")).items;
    assert.deepEqual(await json("ra", "usage", ra.id), { devices: 0, endpoints: [] });
  });

  it("K-08 starts a roll-over, lists it, calls it off and retires what it made", async () => {
    const roll = await json("roll-over", "start", "corp", "--key-algorithm", "ec-p384");
    assert.deepEqual([roll.state, roll.successorId], ["announced", "corp-g2"]);
    assert.match(await cli("roll-over", "list"), /corp +corp-g2 +announced/);
    assert.equal((await json("roll-over", "show", roll.id)).id, roll.id);
    assert.equal((await json("roll-over", "cancel", roll.id)).state, "cancelled");
    assert.equal((await json("authority", "retire", "corp-g2")).status, "retired");
    assert.match(await refusal("authority", "retire", "corp-g2"), /\(conflict\)/);
  });

  it("revokes a token before its end", async () => {
    const made = await json("token", "create", "ann", "--roles", "owner");
    assert.match(await cli("token", "list"), new RegExp(`${made.id} +ann +owner`));
    await cli("token", "revoke", made.id);
    const answer = await fetch(`${server().ready.admin}/api/v1/whoami`, {
      headers: { authorization: `Bearer ${made.token}` },
    });
    assert.equal(answer.status, 401);
  });
});
