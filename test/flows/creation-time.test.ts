import assert from "node:assert/strict";
import { freshToken, requireSoftHsm, type SoftToken, tokenStore } from "../support/softhsm.ts";
import { type Served, serve } from "./served.ts";

interface Line {
  readonly step?: number;
  readonly of?: number;
  readonly result?: {
    readonly issuing: { readonly signingKey: string; readonly keyStore: string };
  };
}

describe("flows: how long it takes to make a CA on a token", () => {
  let token: SoftToken;
  let served: Served;
  before(async function () {
    requireSoftHsm(this);
    this.timeout(60_000);
    token = await freshToken();
    served = await serve({ keys: [tokenStore(token)] });
  });
  after(async () => {
    await served.end();
    await token.remove();
  });

  it("A-25 root, issuing CA and RA with RSA-4096 keys on a token are there within 60 seconds each, and every step is told as it begins", async function () {
    this.timeout(180_000);
    const bearer = await served.countersign.tokens.mint({
      ...{ subject: "a", tenant: "default", roles: ["owner"], lifetimeSeconds: 600 },
    });
    const response = await fetch(`${served.url}/api/v1/hierarchies`, {
      method: "POST",
      headers: {
        ...{ authorization: `Bearer ${bearer}`, "content-type": "application/json" },
        accept: "application/x-ndjson",
      },
      body: JSON.stringify({ id: "big", keyAlgorithm: "rsa-4096" }),
    });
    assert.equal(response.status, 200);
    assert.ok(response.body);
    const came: { readonly line: Line; readonly at: number }[] = [];
    let rest = "";
    for await (const text of response.body.pipeThrough(new TextDecoderStream())) {
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) came.push({ line: JSON.parse(line) as Line, at: Date.now() });
    }
    assert.deepEqual(
      came.map(({ line }) => line.step),
      [1, 2, 3, 4, 5, 6, 7, 8, 9, undefined],
    );
    const { issuing } = came.at(-1)?.line.result ?? {};
    assert.match(issuing?.signingKey ?? "", /4096/);
    assert.equal(issuing?.keyStore, "pkcs11");
    const at = (index: number): number => came[index]?.at ?? Infinity;
    for (const [what, took] of [
      ["root", at(4) - at(0)],
      ["issuing CA", at(8) - at(4)],
    ] as const)
      assert.ok(took < 60_000, `${what}: ${took} ms`);
    assert.ok(at(9) - at(0) > 100, "the steps came one by one");
  });
});
