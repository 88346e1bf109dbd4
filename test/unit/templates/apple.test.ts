import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { parse } from "plist";
import type { ProfileInput } from "../../../plugin/ports/profile-renderer.ts";
import { appleRenderer, payloadUuids } from "../../../templates/profile/apple.ts";
import { refuses } from "../domain/refuses.ts";
import { HOSTILE, makeChain, pkcs12Input, profileInput, THREE_TIERS } from "./profile-fixture.ts";
import { leftOut } from "../../support/left-out.ts";

interface Payload {
  readonly PayloadType: string;
  readonly PayloadUUID: string;
  readonly PayloadIdentifier: string;
  readonly PayloadVersion: number;
  readonly PayloadDisplayName: string;
  readonly PayloadOrganization?: string;
  readonly PayloadContent: unknown;
}

describe("Apple profile", () => {
  let chain: readonly Uint8Array[];
  before(async () => {
    chain = await makeChain(...THREE_TIERS);
  });

  const text = (input: ProfileInput): string =>
    new TextDecoder().decode(appleRenderer.render(input).body);
  const profile = (change: Partial<ProfileInput> = {}): Payload & { PayloadContent: Payload[] } =>
    parse(text(profileInput(chain, change))) as never;
  const scep = (change: Partial<ProfileInput> = {}): Record<string, unknown> =>
    profile(change).PayloadContent.at(-1)?.PayloadContent as Record<string, unknown>;

  it("P-01 P-04 brings root, intermediate and issuing CA with the SCEP payload, in one profile", () => {
    const { PayloadContent: payloads, ...head } = profile();
    assert.equal(head.PayloadType, "Configuration");
    assert.equal(head.PayloadOrganization, "Example");
    assert.deepEqual(
      payloads.map(({ PayloadType, PayloadDisplayName }) => [PayloadType, PayloadDisplayName]),
      [
        ["com.apple.security.root", "Root R1"],
        ["com.apple.security.pkcs1", "Issuing I1"],
        ["com.apple.security.pkcs1", "Middle M1"],
        ["com.apple.security.scep", "Wi-Fi identity"],
      ],
    );
    assert.deepEqual(
      payloads.slice(0, 3).map(({ PayloadContent }) => Buffer.from(PayloadContent as Uint8Array)),
      [chain[2], chain[0], chain[1]].map((der) => Buffer.from(der!)),
    );
    for (const payload of [head, ...payloads]) assert.equal(payload.PayloadVersion, 1);
    const all = [head, ...payloads];
    assert.equal(new Set(all.map(({ PayloadUUID }) => PayloadUUID)).size, all.length);
    assert.equal(new Set(all.map(({ PayloadIdentifier }) => PayloadIdentifier)).size, all.length);
  });

  it("P-04 writes every key of the SCEP payload", () => {
    const { CAFingerprint, ...rest } = scep();
    assert.deepEqual(
      Buffer.from(CAFingerprint as Uint8Array),
      createHash("sha1").update(chain[2]!).digest(),
    );
    assert.deepEqual(rest, {
      URL: "https://scep.example.com/scep/wifi?a=1&b=2",
      Name: "Issuing I1",
      Subject: [
        [["C", "US"]],
        [["O", "Example"]],
        [
          ["OU", "x"],
          ["0.9.2342.19200300.100.1.1", "ada"],
        ],
        [["CN", "Ada L"]],
        [["2.5.4.5", "F2L"]],
      ],
      SubjectAltName: {
        rfc822Name: "ada@example.com",
        dNSName: ["a.example.com", "b.example.com"],
        uniformResourceIdentifier: "tag:microsoft.com,2022-09-14:sid:S-1-5-21",
        ntPrincipalName: "ada@corp",
      },
      Challenge: "s3cret+/=",
      Keysize: 2048,
      "Key Type": "RSA",
      "Key Usage": 5,
      Retries: 3,
      RetryDelay: 10,
      KeyIsExtractable: false,
      AllowAllAppsAccess: false,
    });
  });

  it("P-04 follows key size, key usage and missing alternative names", () => {
    const other = scep({ keyAlgorithm: "rsa-4096", keyUsages: ["keyEncipherment"], sans: [] });
    assert.equal(other["Keysize"], 4096);
    assert.equal(other["Key Usage"], 4);
    assert.ok(!("SubjectAltName" in other));
    assert.equal(scep({ keyUsages: ["digitalSignature"] })["Key Usage"], 1);
  });

  it("P-04 a root that issues itself is the only certificate", async () => {
    const own = await makeChain("CN=Solo");
    const { PayloadContent } = profile({ chain: own });
    assert.deepEqual(
      PayloadContent.map(({ PayloadType }) => PayloadType),
      ["com.apple.security.root", "com.apple.security.scep"],
    );
    assert.equal((PayloadContent[1]?.PayloadContent as { Name: string }).Name, "Solo");
  });

  it("P-07 payload UUIDs depend on the profile id alone", () => {
    const uuids = payloadUuids("0b5f7c1e-wifi");
    const renewed = profile({ challenge: "another", displayName: "Other", validity: "P2Y" });
    assert.equal(renewed.PayloadUUID, uuids.profile);
    assert.deepEqual(
      renewed.PayloadContent.map(({ PayloadUUID }) => PayloadUUID),
      [uuids.root, uuids.authority(0), uuids.authority(1), uuids.scep],
    );
    assert.notEqual(payloadUuids("another").scep, uuids.scep);
    // Golden: a change would orphan every Wi-Fi payload that points here.
    assert.equal(uuids.scep, "800AA2A7-B2A7-51E0-88A1-E6C4E1CAE49C");
    assert.match(
      uuids.scep,
      /^[0-9A-F]{8}-[0-9A-F]{4}-5[0-9A-F]{3}-[89AB][0-9A-F]{3}-[0-9A-F]{12}$/,
    );
  });

  it("P-01 the same input gives the same bytes", () => {
    const input = profileInput(chain);
    assert.deepEqual(appleRenderer.render(input), appleRenderer.render({ ...input }));
    assert.equal(appleRenderer.render(input).fileName, "0b5f7c1e-wifi.mobileconfig");
    assert.equal(appleRenderer.render(input).contentType, "application/x-apple-aspen-config");
  });

  it("P-01 hostile text arrives as text", () => {
    const content = scep({
      displayName: HOSTILE,
      organization: HOSTILE,
      challenge: HOSTILE,
      subject: [[["2.5.4.3", HOSTILE]]],
    });
    assert.equal(content["Challenge"], HOSTILE);
    assert.deepEqual(content["Subject"], [[["CN", HOSTILE]]]);
    assert.equal(profile({ organization: HOSTILE }).PayloadOrganization, HOSTILE);
  });

  it("P-01 another reader (python's plistlib) reads the same", function () {
    const script =
      "import plistlib,sys,json; p=plistlib.loads(sys.stdin.buffer.read())['PayloadContent'][-1]['PayloadContent']; " +
      "p['CAFingerprint']=p['CAFingerprint'].hex(); print(json.dumps(p))";
    let out: string;
    try {
      out = execFileSync("python3", ["-c", script], {
        input: text(profileInput(chain, { challenge: HOSTILE })),
        encoding: "utf8",
      });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT")
        return leftOut(this, "python3 missing");
      throw error;
    }
    const read = JSON.parse(out) as Record<string, unknown>;
    assert.equal(read["Challenge"], HOSTILE);
    assert.equal(read["CAFingerprint"], createHash("sha1").update(chain[2]!).digest("hex"));
  });

  it("P-04 refuses keys that Apple does not make", () => {
    for (const keyAlgorithm of ["ec-p256", "ec-p521", "rsa-3072"] as const) {
      refuses("key_unsupported", new RegExp(keyAlgorithm), () =>
        appleRenderer.render(profileInput(chain, { keyAlgorithm })),
      );
    }
  });

  it("P-04 refuses what is not exactly one chain", async () => {
    const [stranger] = await makeChain("CN=Stranger");
    const render = (der: readonly Uint8Array[]) => () =>
      appleRenderer.render(profileInput(chain, { chain: der }));
    refuses("invalid_input", /is empty/, render([]));
    refuses("invalid_input", /end in a root/, render(chain.slice(0, 2)));
    refuses("invalid_input", /not one chain: certificate 3/, render([...chain, stranger!]));
    refuses("invalid_input", /not one chain: certificate 1/, render([chain[0]!, chain[2]!]));
    refuses("invalid_input", /no certificate/, render([new Uint8Array([1, 2, 3])]));
  });

  it("P-01 a control character is refused without showing the challenge", () => {
    for (const challenge of ["topsecret\u0000", "topsecret\ud800", "topsecret\uffff"]) {
      refuses("invalid_input", /^challenge of the profile holds/, () =>
        appleRenderer.render(profileInput(chain, { challenge })),
      );
    }
  });

  it("P-05 a key made at the CA stands in a PKCS#12 payload beside the chain, under the UUID of the identity", () => {
    const input = pkcs12Input(chain, { displayName: HOSTILE });
    const body = appleRenderer.renderPkcs12?.(input).body;
    const read = parse(new TextDecoder().decode(body)) as unknown as { PayloadContent: Payload[] };
    assert.deepEqual(
      read.PayloadContent.map(({ PayloadType }) => PayloadType),
      [
        "com.apple.security.root",
        "com.apple.security.pkcs1",
        "com.apple.security.pkcs1",
        "com.apple.security.pkcs12",
      ],
    );
    const { PayloadContent, ...identity } = read.PayloadContent[3]!;
    assert.deepEqual(Buffer.from(PayloadContent as Uint8Array), Buffer.from(input.pkcs12));
    assert.deepEqual(identity, {
      PayloadType: "com.apple.security.pkcs12",
      PayloadVersion: 1,
      PayloadIdentifier: "countersign.0b5f7c1e-wifi.pkcs12",
      PayloadUUID: payloadUuids("0b5f7c1e-wifi").scep,
      PayloadDisplayName: HOSTILE,
      PayloadCertificateFileName: "identity.p12",
      Password: "0123456789ABCDEF",
      KeyIsExtractable: false,
      AllowAllAppsAccess: false,
    });
  });
});
