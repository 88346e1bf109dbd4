import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { useServedCli } from "./served-cli.ts";

describe("command line: status of certificates", function () {
  this.timeout(120_000);
  const { cli, json, refusal, file } = useServedCli();
  before(async () => {
    await cli(
      ...["authority", "hierarchy", "lab", "--key-algorithm", "ec-p256"],
      ...["--delta-crl", "--crl-shards", "2"],
    );
    await cli("ra", "issue", "lab");
  });

  it("C-17 suspends, unsuspends and revokes; the CRL is published by hand", async () => {
    const [first] = (await json("certificate", "list", "--role", "ra")).items;
    const id = first.id as string;
    await cli("certificate", "suspend", id, "--until", "2999-01-01T00:00:00Z");
    assert.equal((await json("certificate", "show", id)).revocationReason, "certificateHold");
    assert.equal((await json("certificate", "unsuspend", id)).status, "issued");
    const before = (await json("authority", "crl", "lab")).items;
    assert.deepEqual(
      before.map(({ shard, kind }: { shard: number; kind: string }) => `${shard} ${kind}`),
      ["0 complete", "1 complete"],
    );
    const after = (await json("authority", "publish-crl", "lab")).items;
    assert.equal(after.length, 4);
    assert.ok(after.every(({ behind }: { behind: number }) => behind === 0));
    assert.match(await cli("authority", "crl", "lab"), /shard +kind +number/);
    assert.match(await refusal("certificate", "unsuspend", id), /is issued/);
  });

  it("C-19 revokes a list, and says of each line what became of it", async () => {
    const { items } = await json("certificate", "list", "--role", "ra");
    const list = file("list.csv");
    const rows = (items as { serial: string }[]).map(({ serial }) => `x,${serial.toUpperCase()}\n`);
    await writeFile(list, `Name,Serial\n${rows.join("")}y,0bad\nz,nonsense\n`);
    const answer = await json(
      "certificate",
      "bulk",
      "revoke",
      list,
      "--reason",
      "superseded",
      "--publish-now",
    );
    assert.deepEqual([answer.done, answer.refused], [rows.length, 2]);
    const codes = (answer.items as { code?: string }[]).map(({ code }) => code ?? "done");
    assert.deepEqual(codes.slice(-2), ["not_found", "invalid_input"]);
    assert.equal(
      (await json("certificate", "list", "--role", "ra", "--status", "revoked")).items.length,
      rows.length,
    );
    assert.deepEqual((await json("outbox", "list", "--state", "dead")).items, []);
    assert.equal((await json("outbox", "resend-dead")).sent, 0);
  });

  it("C-16 a device is reported compromised since a date, and one that is to come is refused", async () => {
    const { id } = await json("device", "add", "dated");
    const compromised = (since: string) => ["device", "compromised", id, "--since", since];
    const said = await refusal(...compromised("2999-01-01T00:00:00Z"));
    assert.match(said, /since: lies in the future/);
    assert.equal((await json("device", "show", id)).status, "enrolled");
    await cli(...compromised("2026-01-01T00:00:00Z"));
    const { items } = await json("ledger", "list", "--event", "device.compromised");
    assert.equal(items[0].data.since, "2026-01-01T00:00:00.000Z");
    assert.match(
      await cli("device", "compromised", id, "--since", "2026-01-02T00:00:00Z"),
      /no certificate changed/,
    );
  });

  it("L-08 reports a lost, a found and a compromised device and a disabled user", async () => {
    const device = await json("device", "add", "d1", "--attribute", "username=eve");
    for (const [command, status] of [
      ["lost", "lost"],
      ["found", "enrolled"],
      ["compromised", "compromised"],
      ["found", "enrolled"],
    ] as const) {
      await cli("device", command, device.id as string);
      assert.equal((await json("device", "show", device.id as string)).status, status);
    }
    await cli("hook", "device-lost", "manual", "d1");
    await cli("hook", "device-found", "manual", "d1");
    await cli("hook", "device-compromised", "manual", "d1", "--since", "2026-01-01T00:00:00Z");
    const { devices } = await json("hook", "user-disabled", "manual", "eve");
    assert.equal(devices.length, 1);
    await cli("hook", "user-enabled", "manual", "eve");
  });
});
