import assert from "node:assert/strict";
import { countersign, countersignOutput, served, type Serving } from "../support/standalone.ts";
import { type WorkFolder, workFolder } from "../support/tools.ts";

describe("command line: distribution by groups", function () {
  this.timeout(120_000);
  let folder: WorkFolder;
  let server: Serving;
  let data: string;
  const cli = (...args: string[]) => countersignOutput([...args, "--data", data]);
  before(async () => {
    folder = await workFolder();
    data = folder.file("data");
    server = await served(data);
  });
  after(async () => {
    await server.stop("SIGKILL");
    await folder.remove();
  });

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
    const early = await countersign(["distribution", "advance", "wifi", "--data", data]);
    assert.notEqual(early.status, 0);
    assert.match(early.stderr, /the test device has not installed yet/);
  });
});
