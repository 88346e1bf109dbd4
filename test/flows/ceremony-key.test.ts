import assert from "node:assert/strict";
import { join } from "node:path";

import { openSoftKeys } from "../../hsm/soft-keys.ts";
import { isPure } from "../../plugin/domain/algorithm.ts";
import { SIGNING_LABELS } from "../../plugin/domain/signing-label.ts";
import { assertVerifies, certificateText, crlText } from "../support/openssl.ts";
import { Api } from "./api.ts";
import { until } from "./lazy-host.ts";
import { type Served, serve } from "./served.ts";
import { fetchCrl } from "./site.ts";

describe("flows: keys of a ceremony, and PSS", () => {
  let served: Served;
  let api: Api;
  before(async () => {
    served = await serve();
    api = await served.api();
  });
  after(() => served.end());

  it("K-04 an authority takes up a key that was made before, once", async () => {
    const keys = await openSoftKeys({
      folder: join(served.folder, "keys"),
      passphrase: "a passphrase",
      inProcess: true,
    });
    const keyRef = await keys.generate({ algorithm: "ec-p384", usage: "sign", label: "root" });
    await keys.close();
    const body = { kind: "root", subject: "CN=Root", keyAlgorithm: "ec-p384", keyRef };
    const wrong = await api.refused("POST", "/authorities", {
      ...{ ...body, id: "wrong", keyAlgorithm: "ec-p256" },
    });
    assert.equal(wrong.issues[0]?.path, "keyAlgorithm");
    const missing = await api.refused("POST", "/authorities", {
      ...{ ...body, id: "none", keyRef: `soft:${"0".repeat(32)}` },
    });
    assert.equal(missing.code, "key_not_found");
    const made = await api.post("/authorities", { ...body, id: "root" });
    assert.equal(made.signingKey, "ECDSAP384+SHA384");
    const again = await api.refused("POST", "/authorities", { ...body, id: "other" });
    assert.equal(again.code, "conflict");
  });

  it("K-04 no key is taken up that has a use already, in whatever tenant", async () => {
    await api.post("/hierarchies", { id: "ours", keyAlgorithm: "ec-p256" });
    const { tokens } = served.countersign;
    const installer = new Api(
      served.url,
      await tokens.mint({ subject: "i", operator: true, lifetimeSeconds: 600 }),
    );
    await installer.post("/tenants", { id: "other" });
    const { token } = await installer.post("/tenants/other/owner-token", { subject: "o" });
    const others = new Api(served.url, token as string);
    await until("the ledger is signed", async () =>
      api.get("/ledger/head").then(
        () => true,
        () => false,
      ),
    );
    const keys = await openSoftKeys({
      folder: join(served.folder, "keys"),
      passphrase: "a passphrase",
      inProcess: true,
    });
    const held = (await keys.list?.()) ?? [];
    await keys.close();
    const labels = held.map(({ label }) => label.split(" ")[0]);
    for (const use of ["CA", "RA", "OCSP", "Countersign"])
      assert.ok(labels.includes(use), `${use} among ${labels.join()}`);
    for (const [index, { ref, algorithm, label }] of held.entries()) {
      const body = { id: `k${index}`, kind: "root", subject: "CN=R", keyRef: ref };
      const asked = { ...body, keyAlgorithm: algorithm };
      for (const [who, tenant] of [
        [api, "ours"],
        [others, "another's"],
      ] as const) {
        const { code } = await who.refused("POST", "/authorities", asked);
        assert.ok(["conflict", "key_unsupported"].includes(code), `${tenant}: ${label}: ${code}`);
      }
    }
  });

  it("K-01 an authority signs certificates and CRLs with PSS, and warns of Apple's clients", async () => {
    const root = await api.post("/authorities", {
      ...{ kind: "root", id: "pss", subject: "CN=PSS", keyAlgorithm: "rsa-2048", signature: "pss" },
    });
    assert.equal(root.signingKey, "RSA-2048+PSS-SHA256");
    assert.match(root.warnings[0], /Apple/);
    await api.post("/authorities", {
      ...{
        kind: "issuing",
        id: "leafs",
        parentId: "pss",
        subject: "CN=L",
        keyAlgorithm: "ec-p256",
      },
    });
    const der = (id: string): Promise<Buffer> =>
      api.bytes(`/authorities/${id}/certificate?format=der`);
    assert.match(await certificateText(await der("leafs")), /rsassaPss/);
    await assertVerifies(await der("leafs"), [await der("pss")]);
    assert.match(await crlText(await fetchCrl(api, "pss")), /rsassaPss/);
    const ec = await api.refused("POST", "/authorities", {
      ...{ kind: "root", id: "ec", subject: "CN=E", keyAlgorithm: "ec-p256", signature: "pss" },
    });
    assert.equal(ec.issues[0]?.path, "signature");
  });

  it("K-01 every label fixes key, way of signing and hash", () => {
    for (const { label, scheme, keyAlgorithm } of SIGNING_LABELS) {
      if (isPure(keyAlgorithm)) {
        assert.deepEqual([scheme, label.toLowerCase()], [keyAlgorithm, keyAlgorithm]);
        continue;
      }
      const [, hash = ""] = /SHA(\d+)$/.exec(label) ?? [];
      assert.ok(scheme.endsWith(`sha${hash}`), label);
      assert.equal(scheme.includes("pss"), label.includes("PSS"));
      assert.equal(scheme.startsWith("ecdsa-"), label.startsWith("ECDSA"));
    }
  });
});
