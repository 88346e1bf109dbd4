import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ANSWERS } from "../../plugin/http/api/answer-schemas.ts";
import { csvCell } from "../../plugin/services/certificates/certificate-export.ts";
import type { TestInstallation } from "../support/installation.ts";
import { openssl as runOpenssl } from "../support/openssl.ts";
import { type Admin, openPublished } from "../support/published.ts";
import { run } from "../support/tools.ts";

/** Beside this process, which answers the requests: while it stood still, kept connections would run out. */
const openssl = (...args: string[]): Promise<string> => runOpenssl(args);

describe("certificates issued by hand", function () {
  this.timeout(60_000);
  let installation: TestInstallation, owner: Admin;
  let file: (name: string) => string;
  before(async function () {
    ({ installation, owner } = await openPublished(this));
    file = (name) => join(installation.folder, name);
    const roots = (await owner.call("GET", "/authorities/main/chain")).text;
    writeFileSync(file("chain.pem"), roots);
  });

  /** A request made by openssl with these extensions. */
  const request = (name: string, subject: string, extensions: readonly string[] = []): string => {
    execFileSync(
      "openssl",
      [
        ...["req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"],
        ...["-keyout", file(`${name}.key`), "-out", file(`${name}.csr`), "-subj", subject],
        ...extensions.flatMap((extension) => ["-addext", extension]),
      ],
      { stdio: "ignore" },
    );
    return readFileSync(file(`${name}.csr`), "utf8");
  };
  const issue = (body: object) =>
    owner.call("POST", "/certificates", {
      authorityId: "main",
      profileId: "scep-digital-signature",
      ...body,
    });

  it("C-09 a dry run shows the exact certificate, and issuing makes that one", async () => {
    const csr = request("web", "/CN=web.example/O=Example", [
      "subjectAltName=DNS:web.example,IP:192.0.2.1,email:a@b.example",
      "extendedKeyUsage=serverAuth",
    ]);
    const dry = await issue({ csr, dryRun: true });
    assert.equal(dry.status, 200, dry.text);
    assert.equal(dry.json.details.status, "preview");
    const made = await issue({ csr });
    assert.equal(made.status, 201, made.text);
    assert.ok(
      ANSWERS["POST /certificates"]!.content["application/json"]!.safeParse(made.json).success,
    );
    const kept = made.json.details;
    const a = kept.serial as string;
    const { serial, status, validFrom, expiry } = kept;
    assert.deepEqual(kept, { ...dry.json.details, serial, status, validFrom, expiry });
    assert.ok(a !== dry.json.details.serial && status === "issued");
    assert.equal(kept.subject, "CN=web.example,O=Example");
    assert.deepEqual(kept.keyUsages, ["digitalSignature"]);
    assert.deepEqual(kept.extendedKeyUsages, ["1.3.6.1.5.5.7.3.1"]);
    assert.deepEqual(
      kept.sans.map(({ type, value }: { type: string; value: string }) => `${type}:${value}`),
      ["dns:web.example", "ip:192.0.2.1", "rfc822:a@b.example"],
    );
    writeFileSync(file("web.pem"), made.json.pem as string);
    await openssl("verify", "-CAfile", file("chain.pem"), file("web.pem"));
    const { items } = (await owner.call("GET", `/certificates?serial=${a.toUpperCase()}`)).json;
    assert.equal(items.length, 1);
    const details = (await owner.call("GET", `/certificates/${items[0].id}/details`)).json;
    assert.equal(details.profileId, "scep-digital-signature");
    const listed = (await owner.call("GET", "/ledger?event=certificate.issued")).json.items[0];
    assert.equal(listed.data.serial, a);
  });

  it("C-09 C-12 a typed subject with several CNs and typed names take the place of the request's", async () => {
    const made = await issue({
      csr: request("typed", "/CN=asked"),
      subject: "CN=one,CN=two,O=Example\\, Inc",
      sans: [
        { type: "upn", value: "ann@example.org" },
        { type: "ip", value: "2001:db8::1" },
      ],
      validity: "P47D",
    });
    assert.equal(made.status, 201, made.text);
    assert.equal(made.json.details.subject, "CN=one,CN=two,O=Example\\, Inc");
    assert.equal(made.json.details.sans.length, 2);
    const days =
      (Date.parse(made.json.details.expiry as string) -
        Date.parse(made.json.details.validFrom as string)) /
      86_400_000;
    // The back-dating ends where the CA begins, which was made a moment ago.
    assert.ok(days >= 47 && days < 47.1, String(days));
  });

  it("C-09 shows what a request asks for, and refuses what proves nothing or is no request", async () => {
    const read = (csr: string) => owner.call("POST", "/certificates/request", { csr });
    const csr = request("look", "/CN=one/CN=two/O=Ex, Inc", [
      "subjectAltName=DNS:look.example,RID:1.2.3",
      "extendedKeyUsage=clientAuth",
    ]);
    const { status, json } = await read(csr);
    assert.equal(status, 200);
    assert.ok(
      ANSWERS["POST /certificates/request"]!.content["application/json"]!.safeParse(json).success,
    );
    assert.deepEqual(
      [json.subject, json.publicKeyType, json.unsupportedSans, json.sans],
      ["CN=one,CN=two,O=Ex\\, Inc", "ec-p256", 1, [{ type: "dns", value: "look.example" }]],
    );
    assert.deepEqual(json.extensions, ["2.5.29.17", "2.5.29.37"]);
    const der = Buffer.from(csr.replace(/-----[^-]+-----|\s/g, ""), "base64");
    der[der.length - 1] = (der[der.length - 1] ?? 0) ^ 1;
    assert.equal((await read(der.toString("base64"))).json.code, "bad_csr");
    assert.equal((await read("AAAA")).json.code, "bad_csr");
    const none = await read("no request");
    assert.deepEqual([none.status, none.json.issues[0].path], [400, "csr"]);
    assert.equal((await read("A".repeat(70_000))).status, 400);
  });

  it("C-12 extensions apart from the request take the place of its own, and only what the profile allows", async () => {
    const csr = request("ext", "/CN=ext", [
      "extendedKeyUsage=codeSigning",
      "keyUsage=nonRepudiation",
      "1.3.6.1.4.1.311.25.2=DER:3000",
    ]);
    // MS template OID and clientAuth, DER in base64.
    const template = { oid: "1.3.6.1.4.1.311.21.7", value: "MAsGCSsGAQQBgjcVAg==" };
    const usage = { oid: "2.5.29.37", value: "MAoGCCsGAQUFBwMC" };
    const made = await issue({ csr, extensions: [template, usage] });
    assert.equal(made.status, 201, made.text);
    assert.deepEqual(made.json.details.extendedKeyUsages, ["1.3.6.1.5.5.7.3.2"]);
    assert.deepEqual(made.json.details.otherExtensions, ["1.3.6.1.4.1.311.21.7"]);
    writeFileSync(file("ext.pem"), made.json.pem as string);
    const shown = await openssl("x509", "-in", file("ext.pem"), "-noout", "-text");
    assert.match(shown, /1\.3\.6\.1\.4\.1\.311\.21\.7/);
    assert.ok(!shown.includes("311.25.2"), "none of the request's own");
    const refused = async (extensions: readonly object[], profileId = "scep-digital-signature") => {
      const { status, json } = await issue({ csr, extensions, profileId });
      return [status, json.code, json.issues?.[0]?.path ?? "", String(json.detail)] as const;
    };
    const unknown = await refused([{ oid: "1.2.3.4.5", value: "BQA=" }]);
    assert.deepEqual(unknown.slice(0, 3), [422, "policy_refused", "extensions.0"]);
    assert.match(unknown[3], /1\.2\.3\.4\.5/);
    const fixed = "intune-digital-signature-key-encipherment-clientauth";
    const code = { oid: "2.5.29.37", value: "MAoGCCsGAQUFBwMD" };
    assert.match((await refused([code], fixed))[3], /1\.3\.6\.1\.5\.5\.7\.3\.3/);
    for (const [bad, path] of [
      [{ oid: "2.5.29.17", value: "MAA=" }, "extensions.1"],
      [{ oid: "2.5.29.19", value: "MAA=" }, "extensions.1"],
      [template, "extensions.1"],
      [{ oid: "2.5.29.32", value: "MBD/" }, "extensions.1"],
      [{ oid: "2.5.29.37", value: "BQA=" }, "extensions.1"],
      [{ oid: "not.an.oid", value: "MAA=" }, "extensions.1.oid"],
      [{ oid: "1.2.3", value: "?" }, "extensions.1.value"],
    ] as const)
      assert.deepEqual((await refused([template, bad])).slice(0, 3), [400, "invalid_input", path]);
    const p12 = await owner.call("POST", "/certificates/pkcs12", {
      ...{ authorityId: "main", profileId: "multiuse-p12-client", subject: "CN=x" },
      ...{ password: "long enough", keyAlgorithm: "ec-p256", extensions: [template] },
    });
    assert.equal(p12.status, 201, p12.text);
    assert.equal(p12.json.details.publicKeyType, "ec-p256");
  });

  it("C-09 what is wrong is said with its field: subject, names, life", async () => {
    const csr = request("field", "/CN=field");
    for (const [member, path] of [
      [{ subject: "no name" }, "subject"],
      [{ subject: "CN=a\u0000b" }, "subject"],
      [{ subject: `CN=${"x".repeat(65)}` }, "subject"],
      [{ subject: "CN=x,C=Germany" }, "subject"],
      [{ csr: request("postal", `/CN=x/postalCode=${"1".repeat(41)}`) }, "csr"],
      [{ sans: [{ type: "ip", value: "1.2.3" }] }, "sans"],
      [{ validity: "1 year" }, "validity"],
      [{ validity: "P0D" }, "validity"],
      [{ validity: "P11Y" }, "validity"],
    ] as const) {
      const { status, json } = await issue({ csr, ...member });
      assert.ok(status === 400 || status === 422, `${path}: ${status}`);
      assert.equal(json.issues?.[0]?.path, path, JSON.stringify(json));
    }
  });

  it("C-11 T-13 T-18 a request that proves nothing, and what the profile does not allow, are refused by name", async () => {
    const good = request("good", "/CN=good", ["extendedKeyUsage=clientAuth"]);
    const der = Buffer.from(good.replace(/-----[^-]+-----|\s/g, ""), "base64");
    der[der.length - 1] = (der[der.length - 1] ?? 0) ^ 1;
    const forged = await issue({ csr: der.toString("base64") });
    assert.deepEqual([forged.status, forged.json.code], [400, "bad_csr"]);
    const fixed = await issue({
      csr: request("ku", "/CN=ku", ["extendedKeyUsage=codeSigning"]),
      profileId: "intune-digital-signature-key-encipherment-clientauth",
    });
    assert.equal(fixed.json.code, "policy_refused");
    assert.match(fixed.json.detail, /1\.3\.6\.1\.5\.5\.7\.3\.3/);
    const usage = await issue({
      csr: request("ku2", "/CN=ku", ["keyUsage=nonRepudiation"]),
    });
    assert.match(usage.json.detail, /nonRepudiation/);
    const none = await issue({ csr: good, profileId: "nobody" });
    assert.equal(none.status, 404);
    const ca = await issue({ csr: request("ca", "/CN=ca", ["basicConstraints=CA:TRUE"]) });
    assert.equal(ca.json.code, "policy_refused");
    const beyond = await issue({ csr: good, validity: "P11Y" });
    assert.equal(beyond.status, 422, beyond.text);
  });

  it("T-12 T-15 the seven extensions are taken over, never critical, and the CN becomes a DNS name", async () => {
    const made = await issue({
      csr: request("ms", "/CN=host.example", [
        "1.3.6.1.4.1.311.21.7=DER:300b06092b0601040182371502",
        "1.3.6.1.4.1.311.25.2=critical,DER:3000",
        "1.2.3.4.5=DER:0500",
      ]),
    });
    assert.equal(made.status, 201, made.text);
    writeFileSync(file("ms.pem"), made.json.pem as string);
    const shown = await openssl("x509", "-in", file("ms.pem"), "-noout", "-text");
    assert.match(shown, /1\.3\.6\.1\.4\.1\.311\.25\.2:\s*\n/);
    assert.match(shown, /1\.3\.6\.1\.4\.1\.311\.21\.7/);
    assert.ok(!shown.includes("1.2.3.4.5"), "what is unknown is passed over");
    const broken = await issue({
      csr: request("broken", "/CN=host.example", [
        "1.3.6.1.4.1.311.21.7=DER:300c06082b0601040182371502",
      ]),
    });
    assert.equal(broken.json.code, "bad_csr", broken.text);
    assert.match(broken.json.detail, /1\.3\.6\.1\.4\.1\.311\.21\.7/);
    const filled = await issue({
      csr: request("fill", "/CN=host.example"),
      profileId: "privatessl-tls-server-supply-san",
      sans: [{ type: "dns", value: "HOST.example" }],
    });
    assert.deepEqual(filled.json.details.sans, [{ type: "dns", value: "host.example" }]);
  });

  for (const encoding of ["strong", "compatible"] as const) {
    it(`C-13 a ${encoding} PKCS#12 holds key, certificate and chain, as openssl reads it, and nothing is kept`, async () => {
      const password = "käse & brot 1";
      const made = await owner.call("POST", "/certificates/pkcs12", {
        authorityId: "main",
        profileId: "mdmws-p12-digital-signature-key-encipherment-clientauth",
        subject: "CN=ann,O=Example",
        sans: [{ type: "rfc822", value: "ann@example.org" }],
        password,
        encoding,
      });
      assert.equal(made.status, 201, made.text);
      writeFileSync(file("a.p12"), Buffer.from(made.json.pkcs12 as string, "base64"));
      const legacy = encoding === "compatible" ? ["-legacy"] : [];
      const info = await run("openssl", [
        "pkcs12",
        "-in",
        file("a.p12"),
        "-info",
        "-noout",
        "-passin",
        `pass:${password}`,
        ...legacy,
      ]);
      assert.equal(info.status, 0, info.stderr);
      assert.match(
        info.stderr,
        encoding === "strong" ? /AES-256-CBC.*PRF hmacWithSHA256/s : /pbeWithSHA1And3-KeyTripleDES/,
      );
      const all = await openssl(
        ...["pkcs12", "-in", file("a.p12"), "-nodes", "-passin", `pass:${password}`, ...legacy],
      );
      assert.equal(all.match(/BEGIN CERTIFICATE/g)?.length, 3, "leaf, issuing CA, root");
      assert.equal(all.match(/BEGIN PRIVATE KEY/g)?.length, 1);
      writeFileSync(file("a.pem"), all);
      assert.equal(
        (await openssl("x509", "-in", file("a.pem"), "-noout", "-pubkey")).trim(),
        (await openssl("pkey", "-in", file("a.pem"), "-pubout")).trim(),
        "the key is the certificate's",
      );
      await openssl("verify", "-CAfile", file("chain.pem"), file("a.pem"));
      const wrong = await run("openssl", [
        ...["pkcs12", "-in", file("a.p12"), "-noout", "-passin", "pass:wrong", ...legacy],
      ]);
      assert.notEqual(wrong.status, 0);
      const again = await owner.call("GET", `/certificates/${made.json.certificate.id}`);
      assert.ok(!again.text.includes("PRIVATE") && !again.text.includes("pkcs12"));
      const ledger = await owner.call("GET", "/ledger?event=certificate.issued");
      assert.ok(!ledger.text.includes("brot"));
    });
  }

  it("C-13 a dry run of a PKCS#12 shows the certificate; no file, no row, no ledger entry, no password", async () => {
    const wanted = {
      ...{ authorityId: "main", profileId: "multiuse-p12-client", subject: "CN=preview,O=Ex" },
      ...{ sans: [{ type: "dns", value: "preview.example" }], validity: "P47D" },
      keyAlgorithm: "ec-p384",
    };
    const ask = (more: object) =>
      owner.call("POST", "/certificates/pkcs12", { ...wanted, ...more });
    const counted = async () => [
      (await owner.call("GET", "/certificates?limit=500")).json.items.length,
      (await owner.call("GET", "/ledger?event=certificate.issued&limit=500")).json.items.length,
    ];
    const before = await counted();
    const dry = await ask({ dryRun: true });
    assert.equal(dry.status, 200, dry.text);
    const schema = ANSWERS["POST /certificates/pkcs12"]!.content["application/json"]!;
    assert.ok(schema.safeParse(dry.json).success);
    assert.deepEqual(Object.keys(dry.json), ["details"]);
    assert.deepEqual(await counted(), before);
    const made = await ask({ password: "long enough" });
    assert.equal(made.status, 201, made.text);
    const { serial, status, validFrom, expiry, subjectKeyIdentifier } = made.json.details;
    assert.deepEqual(made.json.details, {
      ...dry.json.details,
      ...{ serial, status, validFrom, expiry, subjectKeyIdentifier },
    });
    assert.equal(dry.json.details.status, "preview");
    for (const [more, path] of [
      [{ validity: "P11Y" }, "validity"],
      [{ subject: "nobody" }, "subject"],
      [{ extensions: [{ oid: "1.2.3", value: "BQA=" }] }, "extensions.0"],
    ] as const)
      assert.equal((await ask({ dryRun: true, ...more })).json.issues[0].path, path);
    const needed = await ask({});
    assert.deepEqual([needed.status, needed.json.issues[0].path], [400, "password"]);
  });

  it("D-06 a profile for requests makes no PKCS#12, and a short password is told", async () => {
    const ask = (profileId: string, password: string) =>
      owner.call("POST", "/certificates/pkcs12", {
        ...{ authorityId: "main", profileId, subject: "CN=x", password },
      });
    assert.equal((await ask("mdmws-digital-signature", "long enough")).json.code, "policy_refused");
    const short = await ask("mdmws-p12-digital-signature", "short");
    assert.equal(short.json.issues[0].path, "password");
  });

  it("C-03 C-21 lists are filtered, searched and exported, and no cell is a formula", async () => {
    await issue({
      csr: request("evil", "/CN=x"),
      subject: 'CN=\\=HYPERLINK(\\"http://x\\"),O=@SUM',
    });
    await issue({ csr: request("turned", "/CN=x"), subject: "CN=invoice\u202egpj.exe" });
    await issue({ csr: request("soon", "/CN=Soon Over"), validity: "P3D" });
    await installation.countersign.close();
    await installation.countersign.start();
    const search = async (query: string) =>
      (await owner.call("GET", `/certificates?${query}`)).json.items.map(
        ({ subject }: { subject: string }) => subject,
      );
    for (let tries = 0; (await search("q=soon%20ov")).length === 0 && tries < 50; tries += 1)
      await new Promise((resolve) => setTimeout(resolve, 200));
    assert.deepEqual(await search("q=soon%20ov"), ["CN=Soon Over"]);
    assert.deepEqual(await search("expiring=7d"), ["CN=Soon Over"]);
    assert.deepEqual(await search("expiring=expired"), []);
    assert.ok((await search("internal=true")).length >= 3, "CA, RA, OCSP");
    const csv = await owner.call("GET", "/certificates/export?internal=false");
    assert.match(csv.headers.get("content-type") ?? "", /^text\/csv/);
    const lines = csv.text.trim().split("\r\n");
    assert.equal(lines.length - 1, (await search("internal=false&limit=500")).length);
    assert.ok(
      lines.every((line) => !/(?:^|,)"?[=+\-@]/.test(line)),
      csv.text,
    );
    assert.ok(csv.text.includes("CN=invoice⟨U+202E⟩gpj.exe") && !csv.text.includes("\u202e"));
    for (const [cell, safe] of [
      ["=1+1", "'=1+1"],
      ["\t=1+1", `"' =1+1"`],
      ["\uff1d1+1", "'\uff1d1+1"],
      ["@SUM", "'@SUM"],
      ["CN=x", "CN=x"],
    ] as const)
      assert.equal(csvCell(cell), safe);
    const json = await owner.call("GET", "/certificates/export?format=json&q=soon");
    assert.equal(JSON.parse(json.text.trim()).subject, "CN=Soon Over");
    assert.equal((await owner.call("GET", "/certificates/export?format=xml")).status, 400);
  });
});
