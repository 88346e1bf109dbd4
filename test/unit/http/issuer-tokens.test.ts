import assert from "node:assert/strict";
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from "jose";
import { IssuerTokens } from "../../../plugin/http/issuer-tokens.ts";
import { systemClock } from "../../../plugin/clock.ts";

describe("the host's own token issuer", () => {
  let sign: (claims: JWTPayload) => Promise<string>;
  let tokens: IssuerTokens;
  const good = {
    iss: "https://idp.example",
    aud: "countersign",
    sub: "ann",
    org: "acme",
    groups: ["owner", "golfers"],
  };
  before(async () => {
    const { publicKey, privateKey } = await generateKeyPair("ES256");
    sign = (claims) =>
      new SignJWT(claims)
        .setProtectedHeader({ alg: "ES256", kid: "k" })
        .setExpirationTime("1m")
        .sign(privateKey);
    const jwks = { keys: [{ ...(await exportJWK(publicKey)), kid: "k" }] };
    const settings = {
      issuer: good.iss,
      audience: good.aud,
      jwks,
      tenantClaim: "org",
      rolesClaim: "groups",
    };
    tokens = new IssuerTokens(settings, systemClock);
  });

  it("gives a principal with the tenant and those roles that are ours", async () => {
    assert.deepEqual(await tokens.verify(await sign(good)), {
      id: "ann",
      kind: "user",
      tenant: "acme",
      roles: ["owner"],
    });
  });

  for (const [name, change] of Object.entries({
    "another issuer": { iss: "https://evil.example" },
    "another audience": { aud: "mail" },
    "no tenant": { org: undefined },
    "no subject": { sub: undefined },
  })) {
    it(`refuses ${name}`, async () => {
      await assert.rejects(
        async () => tokens.verify(await sign({ ...good, ...change } as JWTPayload)),
        { code: "unauthenticated" },
      );
    });
  }

  it("refuses a token signed with a shared secret, and an operator's claim makes no operator", async () => {
    const forged = await new SignJWT(good)
      .setProtectedHeader({ alg: "HS256" })
      .setExpirationTime("1m")
      .sign(new Uint8Array(32));
    await assert.rejects(tokens.verify(forged), { code: "unauthenticated" });
    assert.equal((await tokens.verify(await sign({ ...good, kind: "operator" }))).kind, "user");
  });
});
