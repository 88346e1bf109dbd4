import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { Certmonger, CERTMONGER_PROGRAMS } from "../support/certmonger.ts";
import { DesBridge } from "../support/scep/des-bridge.ts";
import { Lab, STATIC_SECRET } from "../support/scep/lab.ts";
import { StrongSwan, type StrongSwanRequest } from "../support/strongswan.ts";
import { requirePrograms, run, workFolder, type Ran, type WorkFolder } from "../support/tools.ts";

/** What one client's part of the suite works with. */
interface Bench {
  readonly lab: Lab;
  readonly folder: WorkFolder;
  url(endpoint: string): string;
}

const bench = async (): Promise<Bench> => {
  const lab = await Lab.start();
  await lab.addEndpoint("old", { clientProfile: "cisco-legacy" });
  await lab.addEndpoint("manual", { approval: "manual" });
  const folder = await workFolder();
  return { lab, folder, url: (endpoint) => `http://127.0.0.1:${lab.port}/scep/${endpoint}` };
};
const end = async (started: Bench | undefined): Promise<void> => {
  await started?.folder.remove();
  await started?.lab.end();
};
/** Approves what comes to wait, until stopped. */
const approver = (lab: Lab): (() => Promise<void>) => {
  let going = true;
  const work = (async () => {
    while (going) {
      const { items } = await lab.api("GET", "/approvals?state=pending");
      for (const { id } of items) await lab.api("POST", `/approvals/${id}/approve`);
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
  })();
  return async () => {
    going = false;
    await work;
  };
};
const issued = (lab: Lab, pem: string): X509Certificate => {
  const certificate = new X509Certificate(pem);
  const ca = new X509Certificate(lab.chain[0] ?? new Uint8Array());
  assert.ok(certificate.checkIssued(ca) && certificate.verify(ca.publicKey));
  return certificate;
};
const success = ({ status, stdout, stderr }: Ran): string => {
  assert.equal(status, 0, stderr);
  return stdout.toString("latin1");
};

describe("SCEP interop: strongSwan", function () {
  this.timeout(60_000);
  let b: Bench;
  let count = 0;
  before(async function () {
    requirePrograms(this, "pki");
    b = await bench();
  });
  after(() => end(b));

  const ask = async (endpoint: string, wanted: Partial<StrongSwanRequest> = {}): Promise<Ran> => {
    const client = new StrongSwan(b.url(endpoint), b.folder);
    await client.fetchCaCertificates();
    return client.request({ dn: `CN=ss-${++count}, O=Lab`, password: STATIC_SECRET, ...wanted });
  };
  for (const [endpoint, cipher, digest, padding] of [
    ["std", "aes", "sha256", undefined],
    ["std", "aes", "sha384", undefined],
    ["std", "aes", "sha512", undefined],
    ["std", "aes", "sha256", "pss"],
    ["old", "des3", "sha1", undefined],
  ] as const)
    it(`case 67 strongSwan ${cipher} ${digest} ${padding ?? "pkcs1"} at ${endpoint}`, async () => {
      const options = padding === undefined ? {} : { padding };
      issued(b.lab, success(await ask(endpoint, { cipher, digest, ...options })));
    });
  it("case 67 strongSwan des3 sha1 without legacy, and a wrong challenge, are refused", async () => {
    assert.notEqual((await ask("std", { cipher: "des3", digest: "sha1" })).status, 0);
    assert.notEqual((await ask("std", { password: "wrong secret" })).status, 0);
  });
  it("case 67 strongSwan waits for approval and polls", async () => {
    const stop = approver(b.lab);
    try {
      issued(b.lab, success(await ask("manual")));
    } finally {
      await stop();
    }
  });
  for (const type of ["17", "19"])
    it(`case 67 strongSwan renews with ${type} and a new key`, async () => {
      const { folder } = b;
      const client = new StrongSwan(b.url("std"), folder);
      await client.fetchCaCertificates();
      const [oldKey, newKey] = [await client.newKey(), await client.newKey()];
      const dn = `CN=ss-renew-${type}, O=Lab`;
      const pem = success(await client.request({ dn, password: STATIC_SECRET, key: oldKey }));
      await writeFile(folder.file("old.pem"), pem);
      await writeFile(
        folder.file("renew.conf"),
        `pki { scep { renewal_via_pkcs_req = ${type === "19" ? "yes" : "no"} } }\n`,
      );
      const renewed = await run(
        "pki",
        [
          ...["--scep", "--url", b.url("std"), "--in", newKey, "--dn", dn],
          ...["--cert", folder.file("old.pem"), "--key", oldKey],
          ...["--cacert-enc", folder.file("ra.pem"), "--cacert-sig", folder.file("ca-1.pem")],
          ...["--cacert", folder.file("ca.pem"), "--outform", "pem"],
        ],
        { environment: { STRONGSWAN_CONF: folder.file("renew.conf") } },
      );
      const certificate = issued(b.lab, success(renewed));
      assert.notEqual(certificate.serialNumber, new X509Certificate(pem).serialNumber);
    });
});

describe("SCEP interop: certmonger", function () {
  this.timeout(90_000);
  let b: Bench;
  let client: Certmonger;
  before(async function () {
    requirePrograms(this, ...CERTMONGER_PROGRAMS);
    b = await bench();
    client = new Certmonger(b.folder);
    await client.start();
    for (const endpoint of ["std", "manual"]) await client.addCa(endpoint, b.url(endpoint));
  });
  after(async () => {
    // `before` may have skipped or failed.
    await (client as Certmonger | undefined)?.end();
    await end(b);
  });

  const request = (id: string, challenge = STATIC_SECRET, ca = "std") =>
    client.request(id, { ca, subject: `CN=${id},O=Lab`, challenge, dns: `${id}.example.test` });
  const serial = async (id: string): Promise<string> =>
    issued(b.lab, await readFile(b.folder.file(`${id}.crt`), "latin1")).serialNumber;

  it("case 67 certmonger requests, resubmits and rekeys", async () => {
    const { text, status } = await request("cm-a");
    assert.equal(status, "MONITORING", text);
    const serials = [await serial("cm-a")];
    for (const how of ["resubmit", "rekey"] as const) {
      const again = await client.again("cm-a", how);
      assert.equal(again.status, "MONITORING", again.text);
      // The state is MONITORING before it has begun; the file tells when it is over.
      for (let i = 0; i < 50 && serials.includes(await serial("cm-a")); i++)
        await new Promise((resolve) => setTimeout(resolve, 200));
      serials.push(await serial("cm-a"));
    }
    assert.equal(new Set(serials).size, 3, serials.join(" "));
  });
  it("case 67 certmonger with a single CA and no RA, given by -N", async () => {
    const authority = (id: string, kind: string, changes: object) =>
      b.lab.api("POST", "/authorities", {
        ...{ id, kind, subject: `CN=${id},O=Lab`, keyAlgorithm: "rsa-2048", ...changes },
      });
    await authority("alone-root", "root", {});
    await authority("alone", "issuing", { parentId: "alone-root", single: true });
    await b.lab.api("POST", "/templates", {
      ...{ id: "alone", authorityId: "alone", subject: "CN=%devicename%,O=Lab" },
      sans: [{ type: "dns", pattern: "%devicename%.example.test" }],
    });
    await b.lab.addEndpoint("alone", {
      authorityId: "alone",
      templateIds: ["alone"],
      policies: [
        {
          ...{ kind: "static", templateId: "alone", secret: STATIC_SECRET },
          unknownDevice: "unmanaged",
        },
      ],
    });
    const served = await b.lab.scep({ path: "?operation=GetCACert" }, "alone");
    assert.equal(served.headers["content-type"], "application/x-x509-ca-cert");
    const ca = new X509Certificate(served.body);
    // What the CA certificate is verified by: OpenSSL takes a self-signed one only.
    const token = await b.lab.installation.countersign.tokens.mint({
      ...{ subject: "cm", tenant: "default", roles: ["owner"], lifetimeSeconds: 60 },
    });
    const root = await fetch(
      `http://127.0.0.1:${b.lab.port}/api/v1/authorities/alone-root/certificate?format=pem`,
      { headers: { authorization: `Bearer ${token}` } },
    );
    await writeFile(b.folder.file("alone.pem"), await root.text());
    await client.addCa("alone", b.url("alone"), b.folder.file("alone.pem"));
    const { text, status } = await request("cm-d", STATIC_SECRET, "alone");
    assert.equal(status, "MONITORING", text);
    const certificate = new X509Certificate(await readFile(b.folder.file("cm-d.crt")));
    assert.ok(certificate.checkIssued(ca) && certificate.verify(ca.publicKey));
  });
  it("case 67 certmonger is rejected with a wrong challenge", async () => {
    const { text, status } = await request("cm-b", "wrong secret");
    assert.equal(status, "CA_REJECTED", text);
  });
  it("case 67 certmonger waits while its request is pending", async () => {
    const { text, status } = await request("cm-c", STATIC_SECRET, "manual");
    assert.equal(status, "CA_WORKING", text);
  });
});

describe("SCEP interop: scepclient", function () {
  this.timeout(60_000);
  let b: Bench;
  before(async function () {
    requirePrograms(this, "scepclient");
    b = await bench();
  });
  after(() => end(b));

  it("case 67 scepclient of Debian, which knows single DES only, hears badAlg", async () => {
    const { status, stdout, stderr } = await run(
      "scepclient",
      [
        ...["-server-url", b.url("std"), "-challenge", STATIC_SECRET, "-cn", "mm-1"],
        ...["-private-key", b.folder.file("mm.key"), "-certificate", b.folder.file("mm.crt")],
      ],
      { cwd: b.folder.path },
    );
    assert.notEqual(status, 0);
    assert.match(stdout.toString() + stderr, /badAlg/);
  });

  before(async () => {
    // The names it writes, in its order.
    await b.lab.api("POST", "/templates", {
      ...{ id: "mm", authorityId: "lab", subject: "O=Lab,OU=MDM,CN=%devicename%" },
    });
    await b.lab.addEndpoint("mm", {
      templateIds: ["mm"],
      policies: [
        { kind: "static", templateId: "mm", secret: STATIC_SECRET, unknownDevice: "unmanaged" },
      ],
    });
  });
  for (const getOnly of [false, true])
    it(`case 67 scepclient behind a bridge that turns its DES into AES enrols and renews by ${getOnly ? "GET" : "POST"}`, async () => {
      const name = getOnly ? "mm-get" : "mm-post";
      // It keeps request and signer beside its key.
      const place = await workFolder();
      const keyFile = place.file("client.key");
      const bridge = await DesBridge.start(b.lab, { keyFile, getOnly, endpoint: "mm" });
      const ask = async (...more: readonly string[]): Promise<X509Certificate> => {
        const client = ["-server-url", bridge.url, "-cn", name, "-organization", "Lab"];
        const country = ["-country", "", "-province", "", "-locality", ""];
        const files = ["-private-key", keyFile, "-certificate", place.file("client.crt")];
        const wanted = [...client, ...country, ...files, ...more];
        const ran = await run("scepclient", wanted, { cwd: place.path });
        assert.equal(ran.status, 0, ran.stdout.toString() + ran.stderr);
        return issued(b.lab, await readFile(place.file("client.crt"), "latin1"));
      };
      try {
        const first = await ask("-challenge", STATIC_SECRET);
        const second = await ask();
        assert.notEqual(second.serialNumber, first.serialNumber);
        assert.equal(second.subject, first.subject);
        const method = getOnly ? "GET" : "POST";
        assert.deepEqual(bridge.requests, [
          { method, messageType: "19" },
          { method, messageType: "17" },
        ]);
      } finally {
        await bridge.end();
        await place.remove();
      }
    });
});
