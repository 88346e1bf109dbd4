import assert from "node:assert/strict";
import { useServedCli } from "./served-cli.ts";

describe("command line: distribution by groups", function () {
  this.timeout(120_000);
  const { cli, refusal } = useServedCli();

  it("P-09 devices carry their groups; a draft is saved, previewed, published and not taken on too early", async () => {
    await cli("authority", "hierarchy", "lab", "--organization", "Lab");
    await cli(
      "template",
      "create",
      "wifi",
      "--authority-id",
      "lab",
      "--subject",
      "CN=%devicename%",
    );
    await cli(
      ...["endpoint", "create", "office", "--authority-id", "lab"],
      ...["--template-ids", "wifi", "--dynamic"],
    );
    const add = (id: string, groups: string) =>
      cli(
        ...["device", "add", id, "--attribute", `devicename=${id}`, "--group", groups],
        ...["--get", "id"],
      );
    const tester = (await add("tester", "phones")).trim();
    await add("boss", "phones,board");
    assert.match(await cli("group", "list"), /manual%?:phones +phones +device +2/);
    const saved = await cli(
      ...["distribution", "save", "wifi", "--includes", "manual:phones"],
      ...["--excludes", "manual:board", "--test-device-id", tester, "--over", "P2D"],
    );
    assert.match(saved, /draft +version 1: manual:phones; without manual:board; test device/);
    assert.match(
      await cli("distribution", "preview", "wifi"),
      /^1 devices: 1 get the profile for the first time, 0 leave; begins with test/,
    );
    assert.match(await cli("distribution", "publish", "wifi"), /trial +version 1, stage test/);
    const early = await refusal("distribution", "advance", "wifi");
    assert.match(early, /the test device has not installed yet/);
  });
});
