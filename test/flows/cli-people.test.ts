import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { openssl } from "../support/openssl.ts";
import { useServedCli } from "./served-cli.ts";

describe("command line: end entities, outside CAs and refusals", function () {
  this.timeout(120_000);
  const { cli, json, refusal, file } = useServedCli();

  it("R-06 R-07 lists end entities, turns one off and on, and decommissions it for good", async () => {
    const { id } = await json("device", "add", "laptop-1");
    const activation = async () => (await json("end-entity", "show", id)).activation;
    assert.match(await cli("end-entity", "list"), /identifier +activation[^]*laptop-1 +active/);
    assert.equal((await json("end-entity", "deactivate", id)).activation, "deactivated");
    assert.match(await refusal("end-entity", "deactivate", id), /is deactivated/);
    assert.equal((await json("end-entity", "activate", id)).activation, "active");
    assert.deepEqual((await json("end-entity", "decommission", id)).revoked, []);
    assert.equal(await activation(), "decommissioned");
    assert.match(await refusal("end-entity", "activate", id), /is decommissioned/);
    assert.match(await refusal("end-entity", "show", "nobody"), /not_found/);
  });

  it("F-01 takes an outside CA, and changes what is known of it, its code never on the command line", async () => {
    const made = async (name: string): Promise<string> => {
      await openssl([
        ...["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", `/CN=${name}`],
        ...["-keyout", file("key.pem"), "-out", file(`${name}.pem`)],
        ...["-addext", "keyUsage=critical,keyCertSign,cRLSign"],
      ]);
      return file(`${name}.pem`);
    };
    const [first, second] = [await made("Outer"), await made("Newer")];
    await writeFile(file("code"), "a code of theirs\n");
    const created = await json(
      ...["authority", "outside", "outer", first, "--scep-url", "http://ca.example/scep"],
      ...["--code-file", file("code")],
    );
    assert.deepEqual([created.kind, created.outside.url], ["outside", "http://ca.example/scep"]);
    assert.equal(created.outside.codeSet, true);
    const change = (...more: string[]) => json("authority", "change-outside", "outer", ...more);
    const moved = await change("--scep-url", "http://new.example/scep", "--name", "The outer CA");
    assert.deepEqual(
      [moved.outside.url, moved.name, moved.subject],
      ["http://new.example/scep", "The outer CA", "CN=Outer"],
    );
    assert.equal((await change("--certificate", second)).subject, "CN=Newer");
    const bare = await change("--no-code");
    assert.notEqual(bare.outside.codeSet, true);
    assert.match(await refusal("authority", "change-outside", "outer"), /nothing is to change/);
    assert.match(
      await refusal(
        ...["authority", "change-outside", "outer", "--no-code"],
        ...["--code-file", file("code")],
      ),
      /exclude each other/,
    );
    assert.match(
      await refusal("authority", "change-outside", "outer", "--name", "x", "--if-version", "1"),
      /version/,
    );
    const ledger = await cli("ledger", "list", "--event", "authority.changed", "--json");
    assert.ok(!ledger.includes("a code of theirs"));
  });

  it("E-26 says what was refused, and how far it looked", async () => {
    assert.match(await cli("ledger", "refused", "tablet"), /0 refusals since \S+ looked at/);
    const { complete, items } = await json("ledger", "refused", "--at", "2026-01-31T09:00:00Z");
    assert.deepEqual([complete, items], [true, []]);
  });
});
