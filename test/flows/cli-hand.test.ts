import assert from "node:assert/strict";
import { readFile, stat, writeFile } from "node:fs/promises";
import { openssl } from "../support/openssl.ts";
import {
  countersign,
  countersignOutput,
  served,
  type Ready,
  type Serving,
} from "../support/standalone.ts";
import { run, workFolder, type WorkFolder } from "../support/tools.ts";

const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

describe("command line: people, machines, certificates by hand, and the end of a CA", function () {
  this.timeout(120_000);
  let folder: WorkFolder;
  let server: Serving & { readonly ready: Ready };
  let data: string;
  const cli = (...args: string[]) => countersignOutput([...args, "--data", data]);
  const json = async (...args: string[]) => JSON.parse(await cli(...args, "--json"));
  const refusal = async (...args: string[]): Promise<string> => {
    const { status, stderr } = await countersign([...args, "--data", data]);
    assert.equal(status, 1);
    return stderr;
  };
  before(async () => {
    folder = await workFolder();
    data = folder.file("data");
    server = await served(data);
    await cli("authority", "hierarchy", "lab", "--key-algorithm", "ec-p256");
  });
  after(async () => {
    await server.stop("SIGKILL");
    await folder.remove();
  });

  it("R-02 R-03 people are added before they have signed in; roles are assigned and taken away", async () => {
    const anna = await json(
      ...["person", "add", "Anna@Acme.example", "--roles", "owner"],
      ...["--first-name", "Anna", "--approve-own"],
    );
    assert.deepEqual(
      [anna.id, anna.roles, anna.firstName, anna.approveOwn],
      ["anna@acme.example", ["owner"], "Anna", true],
    );
    const gone = await json("person", "change", anna.id, "--first-name", "", "--last-name", "Arc");
    assert.deepEqual([gone.firstName, gone.lastName], [undefined, "Arc"]);
    assert.match(await refusal("role", "take-away", "owner", anna.id), /is the last Owner/);
    assert.match(await refusal("person", "remove", anna.id), /is the last Owner/);
    await cli("person", "add", "bruno");
    await cli("role", "assign", "ca-auditor", "bruno");
    const roles = (await json("role", "assign", "protocol-operator", "bruno")).roles;
    assert.deepEqual(roles, ["ca-auditor", "protocol-operator"]);
    assert.match(await refusal("role", "assign", "ca-auditor", "bruno"), /is ca-auditor already/);
    assert.match(await refusal("role", "assign", "king", "bruno"), /no role king: owner/);
    assert.match(await refusal("role", "assign", "owner", "nobody"), /not_found/);
    assert.match(
      await cli("role", "list"),
      /role +members[^]*owner +anna@acme\.example[^]*ca-auditor +bruno/,
    );
    const left = await json("role", "take-away", "ca-auditor", "bruno");
    assert.deepEqual(left.roles, ["protocol-operator"]);
    assert.match(await refusal("role", "take-away", "ca-auditor", "bruno"), /is not ca-auditor/);
    assert.equal((await json("person", "change", "bruno", "--active", "false")).active, false);
    assert.match(await refusal("person", "change", "bruno"), /nothing is to change/);
    await cli("person", "remove", "bruno");
    assert.match(await refusal("person", "show", "bruno"), /not_found/);
  });

  it("R-10 a machine's key file is its owner's alone and opens by the password shown once; rotation and end", async () => {
    const file = folder.file("robot.p12");
    const shown = await cli(
      ...["credential", "create", "robot", "--roles", "ca-auditor", "--authority-ids", "lab"],
      ...["--validity", "P90D", "--out", file],
    );
    const password = /^password +(\S+)$/m.exec(shown)?.[1] ?? "";
    assert.ok(password.length >= 20 && !shown.includes("pkcs12"));
    assert.equal((await stat(file)).mode & 0o777, 0o600);
    const opened = await openssl([
      ...["pkcs12", "-in", file, "-passin", `pass:${password}`, "-nodes"],
    ]);
    assert.match(opened, /BEGIN PRIVATE KEY/);
    const created = await json("credential", "show", "robot");
    const days = (Date.parse(created.keys[0].notAfter) - Date.now()) / 86_400_000;
    assert.ok(days > 89 && days < 91, `${days} days`);
    assert.deepEqual([created.roles, created.authorityIds], [["ca-auditor"], ["lab"]]);

    // As docs/operations.md says.
    const docs = await readFile(new URL("../../docs/operations.md", import.meta.url), "utf8");
    const program = /```js\n(\/\/ machine-token[^]*?)\n```/.exec(docs)?.[1] ?? "";
    await writeFile(folder.file("machine-token.mjs"), program);
    await writeFile(folder.file("robot.key"), opened);
    const signing = [folder.file("machine-token.mjs"), folder.file("robot.key"), "robot"];
    const token = await run(process.execPath, signing);
    await writeFile(folder.file("robot.token"), token.stdout);
    const asRobot = ["--url", server.ready.admin, "--token-file", folder.file("robot.token")];
    const who = JSON.parse(await countersignOutput(["whoami", ...asRobot, "--json"]));
    assert.deepEqual([who.id, who.roles], ["credential:robot", ["ca-auditor"]]);

    // What cannot be kept is not made.
    assert.match(await refusal("credential", "rotate", "robot", "--out", file), /cannot be made/);
    assert.equal((await json("credential", "show", "robot")).keys.length, 1);
    const refused = folder.file("owner.p12");
    assert.match(
      await refusal(
        "credential",
        "create",
        "x2",
        "--roles",
        "protocol-auditor,nothing",
        "--out",
        refused,
      ),
      /invalid_input/,
    );
    assert.equal(await isThere(refused), false);

    const second = folder.file("robot-2.p12");
    const rotated = await json(
      ...["credential", "rotate", "robot", "--encoding", "compatible", "--out", second],
    );
    assert.equal(rotated.credential.keys.length, 2);
    assert.deepEqual(await readFile(second), Buffer.from(rotated.pkcs12, "base64"));
    assert.match(await cli("credential", "list"), /robot +robot +ca-auditor +lab/);
    const off = await json(
      ...["credential", "change", "robot", "--active", "false", "--authority-ids", ""],
    );
    assert.deepEqual([off.active, off.authorityIds], [false, []]);
    await cli("credential", "delete", "robot");
    assert.match(await refusal("credential", "show", "robot"), /not_found/);
  });

  it("C-09 C-13 issues from a request, shown first by a dry run, and as PKCS#12", async () => {
    const csr = folder.file("request.pem");
    await openssl([
      ...["req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"],
      ...["-keyout", folder.file("key.pem"), "-subj", "/CN=printer/O=Lab", "-out", csr],
    ]);
    const read = await json("certificate", "request", csr);
    assert.deepEqual([read.subject, read.publicKeyType], ["CN=printer,O=Lab", "ec-p256"]);
    const names = ["--authority-id", "lab", "--profile-id", "privatessl-tls-client"];
    const wanted = ["certificate", "issue", csr, ...names, "--san", "dns:printer.example"];
    const before = (await json("certificate", "list")).items.length;
    const dry = await cli(...wanted, "--validity", "P30D", "--dry-run");
    assert.match(dry, /^status +preview$/m);
    assert.match(dry, /^subject +CN=printer,O=Lab$/m);
    assert.match(dry, /^sans +.*printer\.example/m);
    assert.ok(!dry.includes("BEGIN CERTIFICATE"));
    assert.equal((await json("certificate", "list")).items.length, before);

    const out = folder.file("printer.pem");
    const issued = await json(
      ...[...wanted, "--subject", "CN=copier,O=Lab", "--validity", "P30D", "--out", out],
    );
    assert.equal(await readFile(out, "utf8"), issued.pem);
    const text = await openssl(["x509", "-in", out, "-noout", "-text"]);
    assert.match(text, /Subject: CN ?= ?copier, O ?= ?Lab/);
    assert.match(text, /DNS:printer\.example/);
    assert.equal((await json("certificate", "show", issued.certificate.id)).status, "issued");
    assert.match(await refusal(...wanted, "--san", "name:x"), /write type:value/);
    assert.match(await refusal(...wanted, "--extension", "1.2.3"), /write oid=base64/);
    assert.match(await refusal(...wanted, "--extension", "1.2.3=MAA="), /1\.2\.3 is not allowed/);
    assert.match(await refusal("certificate", "issue", "no-such-file", ...names), /cannot be read/);

    await writeFile(folder.file("password"), "a long password\n");
    const p12 = folder.file("laptop.p12");
    const asFile = (profile: string) => [
      ...["certificate", "pkcs12", "CN=laptop", "--authority-id", "lab", "--profile-id", profile],
      ...["--key-algorithm", "ec-p256", "--password-file", folder.file("password"), "--out", p12],
    ];
    const shown = ["certificate", "pkcs12", "CN=laptop", ...names.slice(0, 2), "--profile-id"];
    const listed = (await json("certificate", "list")).items.length;
    const would = await cli(...shown, "mdmws-p12-digital-signature", "--dry-run");
    assert.match(would, /^status +preview$/m);
    assert.match(would, /^subject +CN=laptop$/m);
    assert.equal((await json("certificate", "list")).items.length, listed);
    assert.match(await refusal(...shown, "mdmws-p12-digital-signature"), /--out FILE says where/);
    assert.match(await refusal(...asFile("privatessl-tls-client")), /for requests only/);
    assert.equal(await isThere(p12), false);
    assert.match(await cli(...asFile("mdmws-p12-digital-signature")), /^subject +CN=laptop$/m);
    assert.equal((await stat(p12)).mode & 0o777, 0o600);
    const opened = await openssl([
      ...["pkcs12", "-in", p12, "-passin", "pass:a long password", "-nodes"],
    ]);
    assert.equal(opened.match(/BEGIN CERTIFICATE/g)?.length, 3);
  });

  it("A-20 A-21 deleting a CA says what goes with it, wants its identifier typed, and force for what lives", async () => {
    await cli("authority", "hierarchy", "old", "--key-algorithm", "ec-p256");
    const kind = async () => (await json("authority", "show", "old")).status;
    const said = await refusal("authority", "delete", "old");
    assert.match(said, /nothing was deleted\. Deletes 1 CA.*add --confirm old/);
    assert.match(
      await refusal("authority", "delete", "old", "--confirm", "lab"),
      /type the identifier: old/,
    );
    assert.equal(await kind(), "active");
    await cli(
      "template",
      "create",
      "old-wifi",
      "--authority-id",
      "old",
      "--subject",
      "CN=%devicename%",
    );
    await cli(
      ...["endpoint", "create", "old-scep", "--authority-id", "old"],
      ...["--template-ids", "old-wifi", "--dynamic"],
    );
    const { id } = await json("device", "add", "tablet", "--attribute", "devicename=tablet");
    await cli("deployment", "publish", id, "old-wifi");
    assert.match(await refusal("authority", "delete", "old"), /--force for 1 live deployments/);
    assert.match(await refusal("authority", "delete", "old", "--confirm", "old"), /1 deployments/);
    assert.deepEqual((await json("authority", "removal", "old")).endpoints, ["old-scep"]);
    const gone = await json("authority", "delete", "old", "--confirm", "old", "--force");
    assert.deepEqual(gone.authorities, ["old"]);
    assert.match(await refusal("authority", "delete", "old", "--confirm", "old"), /not_found/);
    assert.match(
      await refusal("authority", "hierarchy", "old", "--root-id", "lab-root-2"),
      /is not used again/,
    );
  });
});
