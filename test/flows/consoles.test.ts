import assert from "node:assert/strict";
import { consoleShapes } from "../../adapters/consoles/consoles.ts";
import { GUID } from "../../adapters/consoles/fields.ts";
import { ANSWERS } from "../../plugin/http/api/answer-schemas.ts";
import { type Certifying, OpensslCa } from "../support/openssl.ts";
import { startInstallation, type TestInstallation } from "../support/installation.ts";
import { type Admin, type AdminAnswer, adminOf } from "../support/published.ts";

/** What an admin of each console would type into its CA-server and template forms. */
const TYPED: Readonly<Record<string, { caServer: object; template: object; ca: string }>> = {
  manageengine: {
    caServer: { authorityName: "Zylker CA" },
    ca: "server",
    template: {
      templateName: "Zylker Wi-Fi",
      subject: "C=US,O=Zylker,CN=%username%",
      sanType: "rfc822",
      sanValue: "%email%",
      challengeType: "static",
      challengePassword: "Zylker2026",
      keySize: "2048",
      renewalDays: 14,
    },
  },
  "digicert-one": {
    caServer: { issuingCa: "Digi CA", businessUnit: "IT" },
    ca: "issuingCa",
    template: { templateName: "Users", businessUnit: "IT", enrollmentCode: "Enrol2026" },
  },
  jamf: {
    caServer: { name: "Jamf CA", scepProxy: true },
    ca: "authority",
    template: { profileName: "Macs", subject: "CN=$SERIALNUMBER,O=Example", category: "Net" },
  },
  "workspace-one": {
    caServer: { name: "WS1 CA" },
    ca: "authority",
    template: { name: "WS1", subjectName: "CN={EnrollmentUser}", keyLocation: "Software" },
  },
  maas360: {
    caServer: { name: "MaaS CA" },
    ca: "authority",
    template: { templateName: "MaaS", subjectName: "/CN=%csn%/O=Example" },
  },
  ivanti: {
    caServer: { name: "Ivanti CA", description: "x", password: "Secret 2026" },
    ca: "source",
    template: {
      name: "Ivanti",
      subject: "CN=${userUPN}",
      profileId: "mdmws-digital-signature-key-encipherment",
    },
  },
  intune: {
    caServer: { name: "Intune CA" },
    ca: "authority",
    template: { name: "Windows" },
  },
  jellyfish: {
    caServer: { configurationName: "Jelly CA" },
    ca: "ca",
    template: {
      ...{ name: "Jelly", subject: "CN=%devicename%,O=Contoso" },
      contactEmail: "pki@contoso.example",
    },
  },
};

/** A self-signed certificate, as a form takes a file: base64. */
const fileOf = async (wanted: Certifying): Promise<string> => {
  const made = await OpensslCa.create("Outer Root", wanted, "ec:P-256");
  await made.remove();
  return Buffer.from(made.certificate).toString("base64");
};

describe("consoles' forms over the API", function () {
  this.timeout(60_000);
  let installation: TestInstallation;
  let owner: Admin;
  before(async () => {
    installation = await startInstallation();
    owner = await adminOf(installation.countersign);
  });
  after(async () => {
    await owner.close();
    await installation.end();
  });
  /** The CA of the consoles whose own is only previewed: keys take their time. */
  let shared = "";
  const OWN = ["manageengine", "jamf", "jellyfish"];
  const write = async (
    path: string,
    body: object,
    headers: Record<string, string> = {},
  ): Promise<AdminAnswer> => {
    const answer = await owner.call("POST", path, body, headers);
    const route = path.replace(/^\/consoles\/[^/]+/, "/consoles/:id");
    if (answer.status === 200)
      assert.ok(
        ANSWERS[`POST ${route}`]!.content["application/json"]!.safeParse(answer.json).success,
      );
    return answer;
  };

  it("F every console is described with its fields, marks and dynamic keys", async () => {
    const { json } = await owner.call("GET", "/consoles");
    assert.equal(json.items.length, consoleShapes().length);
    for (const { id } of json.items as { id: string }[]) {
      const described = (await owner.call("GET", `/consoles/${id}`)).json;
      const checked =
        ANSWERS["GET /consoles/:id"]!.content["application/json"]!.safeParse(described);
      assert.ok(checked.success, checked.error?.message);
      assert.ok(!JSON.stringify(described).includes('"show"'), "no code in it");
    }
    assert.equal((await owner.call("GET", "/consoles/nobody")).status, 404);
  });

  for (const [id, { caServer, ca, template }] of Object.entries(TYPED)) {
    it(`F ${id}: a CA server and a template are made in its own words and come back so`, async () => {
      const preview = await write(`/consoles/${id}/ca-server`, { fields: caServer });
      assert.deepEqual([preview.json.saved, preview.json.issues], [false, []]);
      const own = OWN.includes(id);
      if (own) {
        const server = await write(`/consoles/${id}/ca-server`, { fields: caServer, save: true });
        assert.equal(server.status, 200, JSON.stringify(server.json));
        assert.match(server.json.id, /^[a-z0-9_-]{2,18}$/);
        shared = server.json.id as string;
      }
      const authority = shared;
      const fields = { ...template, [ca]: authority };
      const tried = await write(`/consoles/${id}/template`, { fields });
      assert.deepEqual(tried.json.issues, []);
      const made = await write(`/consoles/${id}/template`, { fields, save: true });
      assert.equal(made.status, 200, JSON.stringify(made.json));
      const { challengePassword, enrollmentCode, ...shown } = fields as Record<string, unknown>;
      for (const [name, value] of Object.entries(shown))
        assert.deepEqual(made.json.values[name], value, name);
      assert.equal(made.json.secretsSet.length, (challengePassword ?? enrollmentCode) ? 1 : 0);
      assert.ok(!JSON.stringify(made.json).includes("2026"), "no secret comes back");
      const read = await owner.call("GET", `/consoles/${id}/ca-server?authority=${authority}`);
      if (own)
        for (const [name, value] of Object.entries(caServer))
          assert.deepEqual(read.json.values[name], value, name);

      const endpoints = (await owner.call("GET", "/endpoints")).json.items as {
        authorityId: string;
        enabled: boolean;
        templateIds: string[];
        url: string;
      }[];
      const endpoint = endpoints.find(({ authorityId }) => authorityId === authority)!;
      assert.ok(endpoint.enabled && endpoint.templateIds.includes(made.json.id));
      const url = (await owner.call("GET", `/consoles/${id}/template?template=${made.json.id}`))
        .json;
      if ("serverUrl" in url.values) assert.equal(url.values.serverUrl, endpoint.url);
    });
  }

  it("F-28 F-29 Entrust: root, intermediate and issuing CA, then a digital ID", async () => {
    const form = (fields: object) => write("/consoles/entrust/ca-server", { fields, save: true });
    const root = await form({
      type: "root",
      identifier: "ent-root",
      friendlyName: "Root",
      signingKey: "ec-p256",
      subject: "CN=Root,O=Example",
    });
    assert.equal(root.status, 200, JSON.stringify(root.json));
    const issuing = await form({
      type: "issuing",
      identifier: "sub-1",
      friendlyName: "Issuing",
      parent: "ent-root",
      signingKey: "ec-p256",
      subject: "CN=Issuing,O=Example",
    });
    assert.equal(issuing.status, 200, JSON.stringify(issuing.json));
    assert.equal(issuing.json.values.status, "active");
    const wrong = await write("/consoles/entrust/ca-server", {
      fields: { type: "issuing", identifier: "Not OK", friendlyName: "", subject: "O=x" },
    });
    assert.deepEqual(
      wrong.json.issues.map(({ path }: { path: string }) => path),
      ["fields.identifier", "fields.friendlyName", "fields.parent", "fields.subject"],
    );
    const changed = await write("/consoles/entrust/ca-server", {
      id: "sub-1",
      fields: { subject: "CN=Other" },
    });
    assert.equal(changed.json.issues[0].path, "fields.subject");
  });

  it("A-03 A-06 F-28 a CA that could not be made is refused before a key is, each fault at its field", async () => {
    const at = async (fields: object): Promise<Record<string, string>> => {
      const { json } = await write("/consoles/entrust/ca-server", { fields });
      return Object.fromEntries(
        (json.issues as { path: string; message: string }[]).map(({ path, message }) => [
          path.replace("fields.", ""),
          message,
        ]),
      );
    };
    const fields = {
      ...{ type: "issuing", identifier: "sub-2", friendlyName: "Two", parent: "ent-root" },
      ...{ signingKey: "rsa-2048-pss", subject: "CN=Two" },
    };
    assert.deepEqual(await at(fields), {});
    assert.match((await at({ ...fields, identifier: "sub-1" }))["identifier"]!, /another CA/);
    const late = { ...fields, expiryDate: "2090-01-01T00:00:00.000Z" };
    assert.match((await at(late))["expiryDate"]!, /./);
    assert.match((await at({ ...fields, subject: "O=Nobody" }))["subject"]!, /common name/);
    const long = { ...fields, subject: `CN=${"x".repeat(65)}` };
    assert.match((await at(long))["subject"]!, /64 characters at most/);
    assert.match((await at({ ...fields, subject: "CN=x,C=Germany" }))["subject"]!, /two letters/);
    assert.match((await at({ ...fields, parent: "sub-1" }))["parent"]!, /issuing CA/);
    const before = (await owner.call("GET", "/authorities/sub-1")).json;
    const again = await write("/consoles/entrust/ca-server", {
      fields: { ...fields, identifier: "sub-1", friendlyName: "Stolen" },
      save: true,
    });
    assert.equal(again.status, 400, "a new CA never takes another's place");
    assert.deepEqual((await owner.call("GET", "/authorities/sub-1")).json, before);
  });

  it("A-17 F-01 F-28 a certificate that does not fit is refused at its field, with what is wrong", async () => {
    const ca = [
      "basicConstraints = critical, CA:TRUE",
      "keyUsage = critical, keyCertSign, cRLSign",
    ];
    const past = { from: "20200101000000Z", until: "20210101000000Z" };
    const [leaf, root, expired] = await Promise.all([
      fileOf({ extensions: ["basicConstraints = critical, CA:FALSE"] }),
      fileOf({ extensions: ca }),
      fileOf({ extensions: ca, ...past }),
    ]);
    const told = async (console: string, fields: object): Promise<string> => {
      const { json } = await write(`/consoles/${console}/ca-server`, { fields });
      const issues = json.issues as { path: string; message: string }[];
      return issues.map(({ path, message }) => `${path}: ${message}`).join("\n");
    };
    const known = (caCertificate: string) =>
      told("manageengine", { authorityName: "x", caCertificate });
    assert.match(await known("bm90IG9uZQ=="), /^fields\.caCertificate: .*no certificate/);
    assert.match(await known(leaf), /^fields\.caCertificate: this is no CA's certificate/);
    assert.match(
      await known(expired),
      /^fields\.caCertificate: this CA's certificate expired on 2021/,
    );
    assert.match(await known(root), /^fields\.caCertificate: no CA here has this certificate/);
    const outside = (rootCertificate: string) =>
      told("entrust", {
        ...{ type: "external", identifier: "outer", friendlyName: "Outer", rootCertificate },
      });
    assert.equal(await outside(root), "");
    assert.match(await outside(""), /^fields\.rootCertificate: must be filled in/);
    assert.match(await outside(leaf), /^fields\.rootCertificate: .*not one of a CA/);
    assert.match(await outside(expired), /^fields\.rootCertificate: It expired on 2021/);
  });

  it("T-27 what cannot be saved is told at its field, in preview and at save", async () => {
    const fields = {
      server: "none",
      templateName: "",
      subject: "CN=%usrname%",
      keySize: "1024",
      challengeType: "none",
    };
    const unreadable = await write("/consoles/manageengine/template", { fields });
    assert.equal(unreadable.status, 400);
    assert.deepEqual(
      unreadable.json.issues.map(({ path }: { path: string }) => path),
      ["fields.subject"],
    );
    assert.match(unreadable.json.issues[0].message, /%usrname%/);
    const rest = { ...fields, subject: "C=USA,CN=%username%", extra: 1 };
    const refused = await write("/consoles/manageengine/template", { fields: rest });
    const at = new Set(refused.json.issues.map(({ path }: { path: string }) => path));
    for (const name of ["extra", "templateName", "challengeType", "keySize", "subject", "server"])
      assert.ok(at.has(`fields.${name}`), `${name}: ${JSON.stringify(refused.json.issues)}`);
    const saved = await write("/consoles/manageengine/template", { fields: rest, save: true });
    assert.deepEqual([saved.status, saved.json.code], [422, "template_impossible"]);
    const short = await write("/consoles/manageengine/template", {
      fields: {
        server: "zylker-ca",
        templateName: "x",
        challengeType: "static",
        challengePassword: "short",
      },
    });
    assert.equal(short.json.issues[0].path, "fields.challengePassword");
  });

  it("F an object looks the same after an edit in another console, and the second of two edits is told", async () => {
    const before = (await owner.call("GET", "/consoles/jamf/template?template=macs")).json;
    assert.equal(before.values.category, "Net");
    const edit = { id: "macs", fields: { name: "Macs 2" }, save: true };
    const etag = { "if-match": `"${before.version}"` };
    const intune = await write("/consoles/intune/template", edit, etag);
    assert.equal(intune.status, 200, JSON.stringify(intune.json));
    assert.equal(intune.json.values.subjectNameFormat, "CN={{Device_Serial}},O=Example");
    assert.equal((await write("/consoles/intune/template", edit, etag)).status, 412);
    const after = (await owner.call("GET", "/consoles/jamf/template?template=macs")).json;
    assert.deepEqual(
      [after.values.category, after.values.profileName, after.values.subject],
      ["Net", "Macs 2", "CN=$SERIALNUMBER,O=Example"],
    );
  });

  it("P-08 a form shows the template as its draft changes it, and nothing but the draft changes", async () => {
    const drafted = "/consoles/intune/template?template=macs&draft=true";
    assert.equal((await owner.call("GET", drafted)).status, 404, "there is no draft yet");
    const change = { subject: "CN=%serialnumber%,O=Drafted", validity: "P90D" };
    await owner.call("PATCH", "/templates/macs/distribution", { change });
    const { values, version, model } = (await owner.call("GET", drafted)).json;
    assert.equal(values.subjectNameFormat, "CN={{Device_Serial}},O=Drafted");
    assert.deepEqual([model.subject, model.validity], [change.subject, "P90D"]);
    const saved = (await owner.call("GET", "/consoles/intune/template?template=macs")).json;
    assert.equal(saved.values.subjectNameFormat, "CN={{Device_Serial}},O=Example");
    assert.equal(saved.version, version);
    const none = "/consoles/intune/template?draft=true";
    assert.equal((await owner.call("GET", none)).status, 404, "a new template has no draft");
    await owner.call("DELETE", "/templates/macs/distribution/draft");
  });

  it("T-19 a pattern is resolved live on a device, and a variable without a value is named in the console's words", async () => {
    const device = await owner.call("POST", "/devices", {
      hostId: "h",
      deviceId: "d",
      platform: "apple",
      attributes: { serialnumber: "C02X", email: "ann@example.org" },
    });
    const resolve = async (id: string, body: object) =>
      (await write(`/consoles/${id}/resolve`, { deviceId: device.json.id, ...body })).json;
    assert.deepEqual(
      await resolve("jamf", {
        subject: "CN=$SERIALNUMBER,O=A\\, B",
        sans: [{ type: "rfc822", pattern: "$EMAIL" }],
      }),
      {
        subject: "CN=C02X,O=A\\, B",
        sans: [{ type: "rfc822", value: "ann@example.org" }],
        missing: [],
        issues: [],
      },
    );
    assert.equal(
      (await resolve("workspace-one", { subject: "CN={emailusername},O={EmailDomain}" })).subject,
      "CN=ann,O=example.org",
    );
    const lacking = await resolve("jamf", { subject: "CN=$JSSID,OU=$USERNAME" });
    assert.deepEqual(lacking.missing, [
      { variable: "$JSSID", attribute: "jssid" },
      { variable: "$USERNAME", attribute: "username" },
    ]);
    assert.equal(lacking.subject, undefined);
    const wrong = await resolve("jamf", { subject: "CN=$NOTHING" });
    assert.match(wrong.issues[0].message, /\$NOTHING/);
  });

  it("T-23 T-25 L-07 Countersign's own form has a field for all that a template says, faults at their lines", async () => {
    const post = (fields: object, save = false) =>
      write("/consoles/countersign/template", { fields, save });
    const fields = {
      ...{ name: "Own", authority: shared, subject: "CN=%username%,O=Example" },
      ...{ keyAlgorithms: ["ec-p256", "rsa-2048"], keyUsages: ["digitalSignature"] },
      policies: [{ oid: "1.2.3.4", cps: "https://cps.example/" }],
      ...{ validity: "P90D", maxValidity: "P1Y", renewalWindow: "P10D", renewalGrace: "P1D" },
      ...{ beyondAuthority: "shorten", scepRenewal: "in-window", allowDuplicates: false },
      oldCertificate: "revoke",
      ...{ attemptLimit: 3, attemptLock: 90, "on-lost": "keep", "on-compromised": "superseded" },
    };
    const bad = await post({
      ...fields,
      policies: [
        { oid: "1.2.3", cps: "" },
        { oid: "word", cps: "" },
      ],
      keyAlgorithms: ["ec-p256"],
      keyUsages: ["keyEncipherment"],
      validity: "P30Y",
      beyondAuthority: "refuse",
      ...{ attemptLimit: null, attemptWipe: true },
    });
    const at = (bad.json.issues as { path: string }[]).map(({ path }) => path);
    for (const path of ["policies.1.oid", "keyUsages", "validity", "attemptWipe"])
      assert.ok(at.includes(`fields.${path}`), `${path}: ${JSON.stringify(bad.json.issues)}`);
    const { json } = await post(fields, true);
    assert.deepEqual([json.saved, json.alsoSet], [true, []]);
    const made = (await owner.call("GET", "/templates/own")).json;
    assert.deepEqual(made.policies, fields.policies);
    assert.deepEqual(
      [made.keyAlgorithms, made.maxValidity, made.allowDuplicates, made.scepRenewal],
      [["ec-p256", "rsa-2048"], "P1Y", false, "in-window"],
    );
    assert.equal(made.oldCertificate, "revoke");
    assert.deepEqual(made.attempts, { limit: 3, interval: "PT1M", lock: "PT90M", wipe: false });
    assert.deepEqual(made.revocation, { lost: "keep", compromised: "superseded" });
    const jamf = (await owner.call("GET", "/consoles/jamf/template?template=own")).json;
    const also = new Set((jamf.alsoSet as { member: string }[]).map(({ member }) => member));
    for (const member of [
      "policies",
      "validity",
      "allowDuplicates",
      "keyAlgorithms",
      "revocation",
      "attempts",
    ])
      assert.ok(also.has(member), `${member} is said where Jamf has no field for it`);
    assert.ok(!also.has("id"));
  });

  it("F-10 a password that nobody keeps is asked for once, and again only where it is newly needed", async () => {
    const post = async (fields: object, id?: string, save = false) =>
      (
        await write("/consoles/jamf/template", {
          fields,
          save,
          ...(id === undefined ? {} : { id }),
        })
      ).json;
    const paths = ({ issues }: { issues: { path: string }[] }) => issues.map(({ path }) => path);
    const entrust = {
      ...{ challengeType: "dynamic-entrust", entrustName: "user-02", digitalId: "id-01" },
      entrustUrl: "https://mdm.example/mdm/mdmws/1/AdminServiceV9",
    };
    const passwords = { entrustPassword: "Once 2026", entrustVerify: "Once 2026" };
    const named = { authority: shared, profileName: "Entrusted", subject: "CN=$SERIALNUMBER" };
    const asked = ["fields.entrustPassword", "fields.entrustVerify"];
    assert.deepEqual(paths(await post({ ...named, ...entrust })), asked);
    const plain = await post(named, undefined, true);
    assert.deepEqual(paths(await post(entrust, plain.id)), asked, "an edit that brings it up asks");
    const saved = await post({ ...entrust, ...passwords }, plain.id, true);
    assert.deepEqual([saved.saved, saved.secretsPassed], [true, Object.keys(passwords)]);
    assert.ok(!JSON.stringify(saved).includes("2026"));
    const again = await post({ category: "Net" }, plain.id, true);
    assert.deepEqual([again.saved, again.values.category], [true, "Net"]);
  });

  it("F-06 the code of a CA elsewhere is kept with that CA, and a template of it does not ask", async () => {
    const { text } = await owner.call("GET", `/authorities/${shared}/chain`);
    const certificates = text
      .split("-----END CERTIFICATE-----")
      .map((block) => block.replace(/-----[A-Z ]+-----|\s/g, ""))
      .filter((der) => der !== "");
    const url = "https://one.digicert.example/scep";
    await owner.call("POST", "/authorities/outside", { id: "elsewhere", url, certificates });
    const ask = async (issuingCa: string) => {
      const fields = {
        templateName: "Out",
        businessUnit: "IT",
        subject: "CN=%username%",
        issuingCa,
      };
      return (await write("/consoles/digicert-one/template", { fields })).json;
    };
    assert.deepEqual((await ask(shared)).issues, [
      { path: "fields.enrollmentCode", message: "must be filled in" },
    ]);
    const outside = await ask("elsewhere");
    assert.deepEqual([outside.issues, outside.secretsPassed], [[], ["enrollmentCode"]]);
  });

  /** Presses a test button of a form; a line a step. */
  const press = async (path: string, body: object): Promise<readonly string[]> => {
    const { status, json } = await write(`/consoles/${path}/try`, body);
    assert.equal(status, 200, JSON.stringify(json));
    const { steps } = json as { steps: { what: string; state: string; detail: string }[] };
    assert.equal(
      json.ok,
      steps.every(({ state }) => state !== "bad"),
    );
    return steps.map(({ what, state, detail }) => `${state} ${what}: ${detail}`);
  };

  it("F-16 Jellyfish's Validate Configuration says of each value whether it can be right, and what nobody tried", async () => {
    const guid = "2772f00e-2694-4ca5-a04d-edf89f4ed5c1";
    const fields = {
      ...{ configurationName: "x", intuneAuthentication: true, entraApplicationId: guid },
      ...{ entraTenantId: "contoso", entraAppKey: guid },
    };
    const told = await press("jellyfish/ca-server", { action: "validate", fields });
    assert.deepEqual(told.slice(0, 3), [
      `good Entra Application ID: ${guid}`,
      `bad Entra Tenant ID: ${GUID.message}`,
      "bad Entra App Key (Secret Value): this is the secret's ID, a GUID: its Value is wanted",
    ]);
    assert.match(told[3]!, /^untried Signing in to Entra ID.*does not sign in there/);
    const right = { ...fields, entraTenantId: guid, entraAppKey: "G218Q~secret2026" };
    const good = await press("jellyfish/ca-server", { action: "validate", fields: right });
    assert.equal(good[2], "good Entra App Key (Secret Value): Typed.");
    assert.ok(!good.join().includes("2026"), "no secret comes back");
    const unknown = await write("/consoles/jellyfish/ca-server/try", { action: "format", fields });
    assert.equal(unknown.status, 404);
  });

  it("F-19 Workspace ONE's TEST CONNECTION asks for what devices get of the CA, once there is one", async () => {
    const body = { action: "test", fields: {} };
    assert.match((await press("workspace-one/ca-server", body)).join(), /untried SCEP address/);
    const lines = await press("workspace-one/ca-server", { ...body, id: shared });
    for (const what of ["CA certificate", "GetCACaps", "GetCACert"])
      assert.ok(
        lines.some((line) => line.includes(` ${what} at http`)),
        `${what}: ${lines.join()}`,
      );
    const entrust = { authorityType: "Entrust", webServiceUrl: "ftp://x" };
    const told = await press("workspace-one/ca-server", { ...body, fields: entrust });
    assert.match(told[0]!, /^bad Server URL: an address that ends/);
    assert.match(told.join(), /bad Password: must be filled in/);
    assert.match(told.at(-1)!, /^untried Signing in at the Server URL/);
  });

  it("F-27 MaaS360's test enrols a throw-away device by the template", async () => {
    const body = { action: "test", fields: {} };
    assert.match((await press("maas360/template", body)).join(), /untried Test enrolment/);
    const lines = await press("maas360/template", { ...body, id: "maas" });
    assert.ok(
      lines.some((line) => line.startsWith("good device: test-")),
      lines.join(),
    );
    assert.ok(
      lines.some((line) => / capabilities: /.test(line)),
      lines.join(),
    );
  });

  it("F-18 Jellyfish's switch for SonicWall is the endpoint's, and a new template does not take it away", async () => {
    const accepts = async (): Promise<boolean> => {
      const { items } = (await owner.call("GET", "/endpoints")).json;
      const all = items as { authorityId: string; acceptMd5Csr: boolean }[];
      return all.find(({ authorityId }) => authorityId === shared)!.acceptMd5Csr;
    };
    const save = (id: string, fields: object) =>
      write("/consoles/jellyfish/template", { id, fields, save: true });
    assert.equal(await accepts(), false);
    const on = await save("jelly", { ignoreSignature: true });
    assert.deepEqual([on.status, on.json.values.ignoreSignature], [200, true]);
    assert.equal(await accepts(), true);
    const fields = {
      ...{ ca: shared, name: "Beside", subject: "CN=%devicename%,O=Contoso" },
      contactEmail: "pki@contoso.example",
    };
    assert.equal((await write("/consoles/jellyfish/template", { fields, save: true })).status, 200);
    assert.equal(await accepts(), true);
    await save("jelly", { ignoreSignature: false });
    assert.equal(await accepts(), false);
  });

  it("A-26 a profile that is picked brings the usages that the console does not ask for, for protocol operators too", async () => {
    const operator = await adminOf(installation.countersign, { roles: ["protocol-operator"] });
    try {
      const fields = {
        ...{
          server: shared,
          templateName: "Mail",
          subject: "CN=%username%",
          keyEncipherment: false,
        },
        certificateProfile: "smime-digital-signature-key-encipherment",
      };
      const { json } = await operator.call("POST", "/consoles/manageengine/template", { fields });
      assert.deepEqual(json.issues, []);
      assert.deepEqual(json.model.extendedKeyUsages, ["1.3.6.1.5.5.7.3.2", "1.3.6.1.5.5.7.3.4"]);
    } finally {
      await operator.close();
    }
  });

  it("R-01 roles that may only read see the forms and save nothing", async () => {
    const auditor = await adminOf(installation.countersign, { roles: ["ca-auditor"] });
    try {
      assert.equal(
        (await auditor.call("GET", "/consoles/jamf/template?template=macs")).status,
        200,
      );
      for (const form of ["template", "ca-server"])
        assert.equal(
          (await auditor.call("POST", `/consoles/jamf/${form}`, { fields: {}, save: true })).status,
          403,
        );
    } finally {
      await auditor.close();
    }
  });
});
