import assert from "node:assert/strict";
import { useServedCli } from "./served-cli.ts";

describe("countersign template, rule by rule", function () {
  this.timeout(120_000);
  const { cli, json, refusal } = useServedCli();

  it("L-05 L-08 T-24 sets attempt limits, what events do and the required domain, and a change leaves the rest", async () => {
    await cli("authority", "hierarchy", "lab", "--key-algorithm", "ec-p256");
    const create = [
      "template",
      "create",
      "wifi",
      "--authority-id",
      "lab",
      "--subject",
      "CN=%username%",
    ];
    await cli(...create, "--attempts-limit", "3", "--revocation", "lost:keep,wiped:superseded");
    const made = await json("template", "show", "wifi");
    assert.deepEqual(made.attempts, { limit: 3, interval: "PT1M", lock: "PT1H", wipe: false });
    assert.deepEqual(made.revocation, { lost: "keep", wiped: "superseded" });
    const update = ["template", "update", "wifi"];
    await cli(...update, "--attempts-lock", "PT2H", "--attempts-wipe");
    await cli(...update, "--revocation", "lost:default", "--revocation", "userDisabled:keep");
    await cli(...update, "--required-domain", "net.example");
    const changed = await json("template", "show", "wifi");
    assert.deepEqual(changed.attempts, { limit: 3, interval: "PT1M", lock: "PT2H", wipe: true });
    assert.deepEqual(changed.revocation, { wiped: "superseded", userDisabled: "keep" });
    assert.equal(changed.requiredDomain, "net.example");
    await cli(...update, "--required-domain", "none");
    const last = await json("template", "show", "wifi");
    assert.equal(last.requiredDomain, undefined);
    assert.deepEqual([last.attempts, last.revocation], [changed.attempts, changed.revocation]);
  });

  it("L-08 refuses a rule that is none, and one that would let a wiped device's certificate live", async () => {
    const update = (rule: string) => refusal("template", "update", "wifi", "--revocation", rule);
    assert.match(await update("lost:burn"), /lost:burn.*write event:rule/);
    assert.match(await update("stolen:keep"), /stolen:keep.*write event:rule/);
    assert.match(await update("wiped:keep"), /must be a reason that revokes for good/);
  });
});
