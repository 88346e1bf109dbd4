import assert from "node:assert/strict";
import { API_ROUTES } from "../../plugin/http/api/routes.ts";
import type { TestInstallation } from "../support/installation.ts";
import { type Admin, adminOf, openPublished } from "../support/published.ts";

/** One object for each route that changes one, and a body that changes it. */
const EDITS: Readonly<
  Record<string, { readonly path: string; readonly body: object; readonly as?: "operator" }>
> = {
  "PATCH /authorities/:id": { path: "/authorities/main", body: { name: "Other" } },
  "PUT /authorities/:id/profiles": { path: "/authorities/main/profiles", body: { profiles: null } },
  "PATCH /authorities/:id/cap": { path: "/authorities/main/cap", body: { certificates: 7 } },
  "PATCH /tenants/:id/caps": {
    ...{ path: "/tenants/default/caps", body: { certificates: 7 } },
    as: "operator",
  },
  "PATCH /templates/:id/distribution": {
    path: "/templates/wifi/distribution",
    body: { over: "P2D" },
  },
  "PATCH /hosts/:id": { path: "/hosts/memory", body: { mixedGroups: true } },
  "PATCH /templates/:id": { path: "/templates/wifi", body: { name: "Other" } },
  "PATCH /endpoints/:id": { path: "/endpoints/phones", body: { name: "Other" } },
  "PATCH /certificate-profiles/:id": {
    path: "/certificate-profiles/mine",
    body: { description: "Other" },
  },
  "PATCH /people/:id": { path: "/people/ann", body: { firstName: "Other" } },
  "PATCH /authorities/:id/outside": {
    path: "/authorities/elsewhere/outside",
    body: { serverType: "digicert-one" },
  },
  "PATCH /renewals/rules/:id": { path: "/renewals/rules/main", body: { perHour: 7 } },
  "PATCH /alert-rules/:id": { path: "/alert-rules/outbox-stuck", body: { enabled: false } },
  "PATCH /hook-adapters/:id": { path: "/hook-adapters/jamf", body: { enabled: false } },
  "PATCH /credentials/:id": { path: "/credentials/robot", body: { name: "Other" } },
};

describe("concurrent edits", function () {
  this.timeout(60_000);
  let installation: TestInstallation, owner: Admin;
  let operator: Admin;
  before(async function () {
    ({ installation, owner } = await openPublished(this));
    operator = await adminOf(installation.countersign, { operator: true });
    const made = async (path: string, body: object): Promise<void> => {
      const answer = await owner.call("POST", path, body);
      assert.equal(answer.status, 201, answer.text);
    };
    await made("/certificate-profiles", { id: "mine", cloneOf: "scep-digital-signature" });
    await made("/hook-adapters", { id: "jamf", hostId: "memory" });
    const { text } = await owner.call("GET", "/authorities/main/chain");
    const certificates = text
      .split("-----END CERTIFICATE-----")
      .map((block) => block.replace(/-----[A-Z ]+-----|\s/g, ""))
      .filter((der) => der !== "");
    const url = "https://ca.example/scep";
    await made("/authorities/outside", { id: "elsewhere", url, certificates });
    await made("/people", { id: "ann", roles: ["owner"] });
    await made("/credentials", { id: "robot", roles: ["ca-auditor"], encoding: "compatible" });
  });
  after(() => operator.close());

  it("every route that changes an object is here", () => {
    const routes = API_ROUTES.filter(({ method }) => method === "PATCH" || method === "PUT").map(
      ({ method, path }) => `${method} ${path}`,
    );
    assert.deepEqual(
      routes.filter((route) => !(route in EDITS)),
      [],
      "say how it is changed, and heed If-Match",
    );
  });

  for (const [route, { path, body, as }] of Object.entries(EDITS)) {
    it(`${route}: the second of two edits is told, and overwrites nothing`, async () => {
      const method = route.split(" ")[0]!;
      const admin = as === "operator" ? operator : owner;
      const object = path.replace(/\/(?:profiles|outside)$/, "");
      const read = await admin.call("GET", object);
      const etag = read.headers.get("etag") ?? "";
      assert.match(etag, /^"\d+"$/, "it has an ETag");
      const first = await admin.call(method, path, body, { "if-match": etag });
      assert.equal(first.status, 200, first.text);
      assert.notEqual(first.headers.get("etag"), etag);
      const second = await admin.call(method, path, body, { "if-match": etag });
      assert.deepEqual([second.status, second.json.code], [412, "precondition_failed"]);
      assert.equal(
        (await admin.call("GET", object)).headers.get("etag"),
        first.headers.get("etag"),
      );
    });
  }
});
