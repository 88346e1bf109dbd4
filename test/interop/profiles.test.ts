import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { parse } from "plist";
import type { AgentProfile } from "../../templates/profile/agent-json.ts";
import type { Api, Json } from "../flows/api.ts";
import { enrolled, newKey } from "../flows/device.ts";
import { type Served, serve } from "../flows/served.ts";
import { chainOf, makeDevice, makeSite, type SiteIds } from "../flows/site.ts";
import { assertVerifies, certificateText, derOf, pemOf } from "../support/openssl.ts";
import { output, run, workFolder } from "../support/tools.ts";

/** What a device would make of a profile: where to enrol, with what. */
interface Offer {
  readonly url: string;
  readonly challenge: string;
}

describe("interop: profiles that enrol", () => {
  let served: Served;
  let api: Api;
  let site: SiteIds;
  let chain: readonly Buffer[];
  before(async () => {
    served = await serve();
    api = await served.api();
    site = await makeSite(api, {
      hierarchy: { keyAlgorithm: "rsa-2048" },
      template: {
        subject: "CN=%devicename%,O=Lab",
        sans: [{ type: "rfc822", pattern: "%email%" }],
        keyAlgorithms: ["rsa-2048"],
      },
    });
    chain = await chainOf(api, site.authority);
  });
  after(() => served.end());

  const deploy = async (name: string, platform: string): Promise<string> => {
    const deviceId = await makeDevice(api, name, { email: "ann@lab.example" }, platform);
    const deployment = await api.post("/deployments", { deviceId, templateId: site.template });
    return deployment.id as string;
  };
  const render = (id: string, signed = false): Promise<Buffer> =>
    api.bytes(`/deployments/${id}/profile${signed ? "?signed=true" : ""}`, "POST");
  const enrolWith = async (name: string, { url, challenge }: Offer): Promise<void> => {
    const leaf = await enrolled(url, { key: await newKey(), challenge });
    await assertVerifies(leaf, chain);
    const text = await certificateText(leaf, "-subject", "-ext", "subjectAltName");
    assert.match(text, new RegExp(`^subject=CN = ${name}, O = Lab\\n`));
    assert.match(text, /email:ann@lab\.example/);
  };

  it("P-01 P-04 Apple: openssl verifies the signed profile against the chain, and its SCEP payload enrols", async () => {
    const id = await deploy("iphone", "apple");
    const folder = await workFolder();
    let plist: Buffer;
    try {
      await writeFile(folder.file("root.pem"), pemOf(chain[1]!));
      const verify = (tool: string, message: Uint8Array) =>
        run(
          "openssl",
          [
            ...[tool, "-verify", "-inform", "DER", "-CAfile", folder.file("root.pem")],
            // The signer is for profiles, not for mail.
            ...["-purpose", "any"],
          ],
          { input: message },
        );
      const signed = await render(id, true);
      const smime = await verify("smime", signed);
      assert.equal(smime.status, 0, smime.stderr);
      plist = smime.stdout;
      const cms = await verify("cms", signed);
      assert.equal(cms.status, 0, cms.stderr);
      assert.deepEqual(cms.stdout, plist);
      const broken = Buffer.from(signed);
      const at = broken.indexOf("com.apple.security.scep");
      assert.notEqual(at, -1);
      broken[at] = 0x44;
      assert.notEqual((await verify("cms", broken)).status, 0);
    } finally {
      await folder.remove();
    }
    const profile = parse(plist.toString("utf8")) as Json;
    assert.equal(profile.PayloadType, "Configuration");
    const payloads = new Map<string, Json>(
      profile.PayloadContent.map((payload: Json) => [payload.PayloadType as string, payload]),
    );
    assert.deepEqual(
      [...payloads.keys()],
      [...["com.apple.security.root", "com.apple.security.pkcs1", "com.apple.security.scep"]],
    );
    const bytes = (type: string): Buffer => Buffer.from(payloads.get(type).PayloadContent);
    assert.deepEqual([bytes("com.apple.security.pkcs1"), bytes("com.apple.security.root")], chain);
    const scep = payloads.get("com.apple.security.scep").PayloadContent;
    assert.equal(scep.Keysize, 2048);
    assert.deepEqual(scep.Subject, [[["CN", "iphone"]], [["O", "Lab"]]]);
    assert.deepEqual(
      Buffer.from(scep.CAFingerprint).toString("hex"),
      createHash("sha1").update(chain[1]!).digest("hex"),
    );
    await enrolWith("iphone", { url: scep.URL as string, challenge: scep.Challenge as string });

    // P-07: what other payloads refer to is the same in the next profile; the challenge is not.
    const next = parse((await render(id)).toString("utf8")) as Json;
    const uuids = ({ PayloadUUID, PayloadContent }: Json): string[] => [
      PayloadUUID,
      ...PayloadContent.map((payload: Json) => payload.PayloadUUID as string),
    ];
    assert.deepEqual(uuids(next), uuids(profile));
    const renewed = next.PayloadContent[2].PayloadContent;
    assert.notEqual(renewed.Challenge, scep.Challenge);
    await enrolWith("iphone", {
      url: renewed.URL as string,
      challenge: renewed.Challenge as string,
    });
  });

  it("P-01 P-02 P-06 Windows: root and issuing CA go to their stores, and the SCEP nodes enrol", async () => {
    const syncml = (await render(await deploy("laptop", "windows"))).toString("utf8");
    const folder = await workFolder();
    try {
      await writeFile(folder.file("profile.xml"), syncml);
      // No XML reader but openssl is at hand for every machine: python3's is where there is one.
      const wellFormed = "import sys, xml.dom.minidom as d; d.parse(sys.argv[1])";
      const python = await run("python3", ["-c", wellFormed, folder.file("profile.xml")]);
      assert.ok(python.status === 0 || python.status === 127, python.stderr);
    } finally {
      await folder.remove();
    }
    const items = new Map(
      syncml
        .split("<Item>")
        .map((item) => [
          /<LocURI>([^<]+)</.exec(item)?.[1] ?? "",
          /<Data>([^<]*)</.exec(item)?.[1] ?? "",
        ]),
    );
    const node = (end: string): string => {
      const found = [...items].find(([uri]) => uri.endsWith(end));
      assert.ok(found, end);
      return found[1];
    };
    for (const [place, der] of [
      ["Root", chain[1]!],
      ["CA", chain[0]!],
    ] as const) {
      const sha1 = createHash("sha1").update(der).digest("hex").toUpperCase();
      const at = `/RootCATrustedCertificates/${place}/${sha1}/EncodedCertificate`;
      assert.deepEqual(Buffer.from(node(at), "base64"), der);
    }
    assert.equal(node("/Install/KeyProtection"), "2");
    assert.equal(
      node("/Install/CAThumbprint").toLowerCase(),
      createHash("sha1").update(chain[1]!).digest("hex"),
    );
    await enrolWith("laptop", {
      url: node("/Install/ServerURL").replaceAll("&amp;", "&"),
      challenge: node("/Install/Challenge"),
    });
  });

  it("P-01 P-03 P-07 Android: every CA is named and there, and the agent's profile enrols", async () => {
    const id = await deploy("tablet", "android");
    const read = async () => JSON.parse((await render(id)).toString("utf8")) as AgentProfile;
    const profile = await read();
    assert.deepEqual(
      profile.certificates.map(({ der }) => Buffer.from(der, "base64")),
      chain,
    );
    assert.deepEqual(
      profile.scep.chainFingerprintsSha256,
      chain.map((der) => createHash("sha256").update(der).digest("hex")),
    );
    await enrolWith("tablet", profile.scep);
    const next = await read();
    assert.equal(next.alias, profile.alias);
    await enrolWith("tablet", next.scep);
  });

  it("P-04 an unsigned profile is plain, and its certificates are read by openssl", async () => {
    const profile = parse((await render(await deploy("mac", "apple"))).toString("utf8")) as Json;
    const [root] = profile.PayloadContent;
    const pem = await output("openssl", ["x509", "-inform", "DER"], {
      input: Buffer.from(root.PayloadContent),
    });
    assert.deepEqual(derOf(pem.toString("latin1")), chain[1]);
  });
});
