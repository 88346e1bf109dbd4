import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import type { ProfileInput } from "../../../plugin/ports/profile-renderer.ts";
import {
  agentAlias,
  type AgentKeyProfile,
  type AgentProfile,
} from "../../../templates/profile/agent-json.ts";
import { androidRenderer } from "../../../templates/profile/android.ts";
import { profileRenderers } from "../../../templates/profile/renderers.ts";
import { PLATFORMS } from "../../../plugin/domain/device.ts";
import { HOSTILE, makeChain, pkcs12Input, profileInput, THREE_TIERS } from "./profile-fixture.ts";

describe("Android and generic profile", () => {
  let chain: readonly Uint8Array[];
  before(async () => {
    chain = await makeChain(...THREE_TIERS);
  });
  const sha256 = (der: Uint8Array): string => createHash("sha256").update(der).digest("hex");
  const profile = (change: Partial<ProfileInput> = {}): AgentProfile =>
    JSON.parse(
      new TextDecoder().decode(androidRenderer.render(profileInput(chain, change)).body),
    ) as AgentProfile;

  it("P-03 deploys every CA of the chain and names all of them for SCEP", () => {
    const { certificates, scep } = profile();
    assert.deepEqual(
      certificates,
      chain.map((der, i) => ({
        role: (["issuing", "intermediate", "root"] as const)[i],
        commonName: ["Issuing I1", "Middle M1", "Root R1"][i],
        sha256: sha256(der),
        der: Buffer.from(der).toString("base64"),
      })),
    );
    assert.equal(scep.caFingerprintSha256, sha256(chain[2]!));
    assert.deepEqual(scep.chainFingerprintsSha256, chain.map(sha256));
  });

  it("P-01 says all that an agent needs to enrol", () => {
    const { certificates, scep, ...head } = profile();
    assert.equal(certificates.length, 3);
    assert.deepEqual(head, {
      version: 1,
      platform: "android",
      profileId: "0b5f7c1e-wifi",
      alias: agentAlias("0b5f7c1e-wifi"),
      displayName: "Wi-Fi identity",
      organization: "Example",
    });
    const { caFingerprintSha256, chainFingerprintsSha256, subjectAltNames, ...rest } = scep;
    assert.equal(caFingerprintSha256, chainFingerprintsSha256.at(-1));
    assert.equal(subjectAltNames.length, 6);
    assert.deepEqual(rest, {
      url: "https://scep.example.com/scep/wifi?a=1&b=2",
      challenge: "s3cret+/=",
      subject: {
        text: "C=US,O=Example,OU=x+UID=ada,CN=Ada L,SERIALNUMBER=F2L",
        rdns: [
          [{ oid: "2.5.4.6", name: "C", value: "US" }],
          [{ oid: "2.5.4.10", name: "O", value: "Example" }],
          [
            { oid: "2.5.4.11", name: "OU", value: "x" },
            { oid: "0.9.2342.19200300.100.1.1", name: "UID", value: "ada" },
          ],
          [{ oid: "2.5.4.3", name: "CN", value: "Ada L" }],
          [{ oid: "2.5.4.5", name: "SERIALNUMBER", value: "F2L" }],
        ],
      },
      keyAlgorithm: "rsa-2048",
      keyUsages: ["digitalSignature", "keyEncipherment"],
      extendedKeyUsages: ["1.3.6.1.5.5.7.3.2", "1.3.6.1.5.5.7.3.17"],
      validity: "P1Y",
      keyStorage: "tpm-else-software",
    });
  });

  it("P-07 the alias depends on the profile id alone", () => {
    assert.equal(profile({ challenge: "x", displayName: "y" }).alias, profile().alias);
    assert.notEqual(agentAlias("a"), agentAlias("b"));
  });

  it("P-01 takes EC keys and hostile text", () => {
    const { scep, displayName } = profile({
      keyAlgorithm: "ec-p256",
      challenge: HOSTILE,
      displayName: HOSTILE,
    });
    assert.equal(scep.keyAlgorithm, "ec-p256");
    assert.equal(scep.challenge, HOSTILE);
    assert.equal(displayName, HOSTILE);
  });

  it("P-10 there is one renderer for each platform, and each renders the same twice", () => {
    assert.deepEqual(
      profileRenderers().map(({ platform }) => platform),
      PLATFORMS,
    );
    for (const renderer of profileRenderers()) {
      const first = renderer.render(profileInput(chain));
      assert.equal(first.platform, renderer.platform);
      assert.deepEqual(renderer.render(profileInput(chain)), first);
    }
  });

  it("P-01 a profile id never makes a path of the file name", () => {
    for (const profileId of ["../../etc/passwd", "..", "a/b\\c", ""]) {
      for (const renderer of profileRenderers()) {
        const { fileName } = renderer.render(profileInput(chain, { profileId }));
        assert.match(fileName, /^[A-Za-z0-9][A-Za-z0-9.-]*\.[a-z]+$/);
      }
    }
  });

  it("P-05 P-07 a key made at the CA: a pair to install under the same alias, with every CA to trust", () => {
    const input = pkcs12Input(chain);
    const body = androidRenderer.renderPkcs12?.(input).body;
    const read = JSON.parse(new TextDecoder().decode(body)) as AgentKeyProfile;
    assert.deepEqual([read.version, read.platform, read.alias], [2, "android", profile().alias]);
    assert.deepEqual(read.certificates, profile().certificates);
    assert.deepEqual(read.keyPair, {
      pkcs12: Buffer.from(input.pkcs12).toString("base64"),
      password: "0123456789ABCDEF",
      certificateSha256: sha256(chain[0]!),
      keyStorage: "tpm-else-software",
    });
    assert.ok(!("scep" in read), "an agent of before finds nothing to ask with");
  });

  it("P-05 every shipped renderer hands over keys, and refuses text that its format cannot carry by field, not by value", () => {
    for (const renderer of profileRenderers())
      assert.throws(
        () => renderer.renderPkcs12?.(pkcs12Input(chain, { password: "secret\u0001" })),
        (error: Error) => error.message.includes("password") && !error.message.includes("secret"),
      );
  });
});
