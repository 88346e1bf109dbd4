import assert from "node:assert/strict";
import { cannotDo } from "../support/left-out.ts";
import { findSchemathesis } from "../support/schemathesis.ts";
import { run } from "../support/tools.ts";
import { type Served, serve } from "./served.ts";

const CHECKS = [
  "not_a_server_error",
  "status_code_conformance",
  "content_type_conformance",
  "response_schema_conformance",
];

describe("the admin API against its own document", function () {
  this.timeout(180_000);
  let served: Served;
  before(async () => {
    served = await serve();
    const api = await served.api();
    await api.post("/hierarchies", { id: "office", keyAlgorithm: "ec-p256" });
    await api.post("/templates", {
      ...{ id: "wifi", authorityId: "office", subject: "CN=%serialnumber%" },
    });
    await api.post("/endpoints", {
      ...{ id: "phones", authorityId: "office", templateIds: ["wifi"] },
      policies: [{ kind: "dynamic" }],
    });
    await api.post("/devices", {
      ...{ hostId: "mdm", deviceId: "d1", platform: "apple", attributes: { serialnumber: "S1" } },
    });
  });
  after(() => served.end());

  it("O-11 answers nothing that is not described, and no 5xx, whatever schemathesis asks", async function () {
    const program = findSchemathesis();
    if (program === undefined)
      return cannotDo(this, "schemathesis (Python) is not there and could not be fetched");
    const token = await served.countersign.tokens.mint({
      ...{ subject: "schemathesis", tenant: "default", roles: ["owner"], lifetimeSeconds: 3600 },
    });
    const { status, stdout, stderr } = await run(
      program,
      [
        ...["run", `${served.url}/api/openapi.json`, "--url", `${served.url}/api/v1`],
        ...["--header", `Authorization: Bearer ${token}`, "--checks", CHECKS.join()],
        ...["--phases", "fuzzing", "--max-examples", "6", "--seed", "1", "--no-color"],
      ],
      { deadline: 170_000, cwd: served.folder },
    );
    const said = stdout.toString();
    assert.equal(status, 0, said + stderr);
    const asked = Number(/(\d+) generated/.exec(said)?.[1]);
    assert.ok(asked > 500, said);
  });
});
