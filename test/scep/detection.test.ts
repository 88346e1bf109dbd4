import assert from "node:assert/strict";
import { CLIENT_RULES, detectClient } from "../../plugin/domain/client-detection.ts";
import { CLIENT_PROFILE_TABLE, presentationOf } from "../../plugin/domain/client-profiles.ts";
import { enrolment, type EnrolmentShape } from "../support/scep/enrolment.ts";
import { isIssued, isRefused } from "../support/scep/expect.ts";
import { Lab } from "../support/scep/lab.ts";
import { checkReply, readDegenerate } from "../support/scep/reply.ts";

const CISCO = "Mozilla/4.0 (compatible; MSIE 5.0; Cisco PKI)";
const UUID = "CN=7B6C4E2A-0D3F-4B0E-9C55-0B1F3C3D7E10";

describe("SCEP client detection", () => {
  let lab: Lab;
  before(async () => {
    lab = await Lab.start();
    await lab.addEndpoint("noroot", { includeRoot: false });
    await lab.addEndpoint("apples", { clientProfile: "apple", includeRoot: false });
  });
  after(() => lab.end());

  const post = async (shape: EnrolmentShape, userAgent?: string) => {
    const sent = enrolment(lab, shape);
    const answer = await lab.scep({
      method: "POST",
      path: "?operation=PKIOperation",
      headers: userAgent === undefined ? {} : { "user-agent": userAgent },
      body: sent.message,
    });
    return { ...checkReply(answer, sent.asked), sent };
  };
  const lastRow = async (event: string) =>
    (await lab.api("GET", `/ledger?event=${event}&limit=1`)).items[0].data;
  const listed = async (endpoint: string, userAgent?: string): Promise<number> => {
    const headers = userAgent === undefined ? {} : { "user-agent": userAgent };
    const answer = await lab.scep({ path: "?operation=GetCACert", headers }, endpoint);
    return readDegenerate(answer.body).certificates.length;
  };

  const serial = Buffer.from("4A0C1E5F00112233445566778899AABBCCDDEEFF", "hex");
  for (const [client, shape, userAgent] of [
    ["cisco", {}, CISCO],
    ["certmonger", { signer: { version: 1, subject: "CN=host" } }, undefined],
    ["scepclient", {}, undefined],
    ["windows", { signer: { subject: "CN=SCEP Protocol Certificate" } }, undefined],
    ["apple", { signer: { subject: UUID } }, undefined],
    [
      "strongswan",
      {
        signer: { subject: "CN=host", serial },
        message: { transactionId: serial.toString("hex").toUpperCase() },
      },
      undefined,
    ],
    [undefined, { signer: { subject: "CN=host" } }, "curl/8"],
  ] as const)
    it(`E-11 the ledger says who enrolled: ${client ?? "nobody known"}`, async () => {
      const reply = await post(shape, userAgent);
      isIssued(lab, reply, reply.sent);
      assert.equal((await lastRow("certificate.issued")).client, client);
    });

  it("case 44 nobody is detected into legacy: the ledger names the profile that would help", async () => {
    const old = { envelope: { cipher: "des-ede3-cbc" }, message: { hash: "sha1" } } as const;
    isRefused(await post(old, CISCO), "0");
    const row = await lastRow("certificate.refused");
    assert.deepEqual([row.client, row.profile], ["cisco", "cisco-legacy"]);
    isRefused(await post(old), "0");
    assert.equal((await lastRow("certificate.refused")).profile, undefined);
  });
  it("case 46 nor into MD5", async () => {
    isRefused(await post({ csr: { hash: "md5" } }, "SonicWALL SCEP"), "0");
    assert.equal((await lastRow("certificate.refused")).profile, "sonicwall");
  });
  it("E-23 a SonicWall is shown the RA twice, a FortiGate the root, and nobody else", async () => {
    assert.equal(await listed("std", "SonicOS 7.0"), 4);
    assert.equal(await listed("std"), 3);
    assert.equal(await listed("noroot"), 2);
    assert.equal(await listed("noroot", "FortiGate"), 3);
    assert.equal(await listed("noroot", CISCO), 2);
  });
  it("E-23 the profile of an endpoint wins over what was detected", async () => {
    assert.equal(await listed("apples", "SonicOS 7.0"), 2);
    assert.equal(await listed("apples", "FortiGate"), 2);
  });
  it("every rule leads to a profile, and none changes more than how certificates are listed", () => {
    for (const { name, profile, source } of CLIENT_RULES) {
      assert.ok(profile in CLIENT_PROFILE_TABLE && source !== "", name);
      const presented = presentationOf({ clientProfile: "auto" }, { name, profile });
      assert.deepEqual(Object.keys(presented).sort(), ["duplicateRa", "needsRoot"]);
    }
    assert.equal(detectClient({ userAgent: undefined }), undefined);
    assert.equal(detectClient({ userAgent: "Mozilla/5.0" }), undefined);
  });
});
