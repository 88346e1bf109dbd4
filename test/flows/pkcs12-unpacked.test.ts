import assert from "node:assert/strict";
import { systemRandom } from "../../plugin/random.ts";
import { startInstallation, type TestInstallation } from "../support/installation.ts";
import { type Admin, adminOf, publish } from "../support/published.ts";

describe("flows: a PKCS#12 whose file cannot be made", function () {
  this.timeout(60_000);
  let installation: TestInstallation, owner: Admin;
  /** The salt of the compatible encoding (RFC 7292 appendix B) is the only randomness of eight octets. */
  let saltless = false;
  before(async () => {
    installation = await startInstallation(
      {},
      {
        random: {
          ...systemRandom,
          bytes: (length) => {
            if (saltless && length === 8) throw new Error("no randomness left");
            return systemRandom.bytes(length);
          },
        },
      },
    );
    await publish(installation.countersign, installation.folder);
    owner = await adminOf(installation.countersign);
  });
  after(async () => {
    await owner.close();
    await installation.end();
  });

  it("C-13 leaves no certificate in use, whose key nobody has", async () => {
    const ask = () =>
      owner.call("POST", "/certificates/pkcs12", {
        ...{ authorityId: "main", profileId: "multiuse-p12-client", subject: "CN=unpacked" },
        ...{ password: "long enough", encoding: "compatible" },
      });
    const statuses = async (): Promise<readonly string[]> =>
      (await owner.call("GET", "/certificates?limit=500")).json.items
        .filter(({ subject }: { subject: string }) => subject.includes("unpacked"))
        .map(({ status }: { status: string }) => status);
    saltless = true;
    assert.equal((await ask()).status, 500);
    assert.deepEqual(await statuses(), ["failed"]);
    const ledger = await owner.call("GET", "/ledger?event=certificate.issued&limit=500");
    assert.ok(!ledger.text.includes("unpacked"), ledger.text);
    saltless = false;
    assert.equal((await ask()).status, 201);
    assert.deepEqual(await statuses(), ["issued", "failed"]);
  });
});
