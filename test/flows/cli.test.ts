import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readFileSync, statSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import type { AgentKeyProfile } from "../../templates/profile/agent-json.ts";
import { runBlock, shellBlock } from "../support/documented.ts";
import { openPkcs12 } from "../support/open-pkcs12.ts";
import { OpensslCa } from "../support/openssl.ts";
import { cliEntry, countersign, countersignOutput } from "../support/standalone.ts";
import { output, requirePrograms, workFolder } from "../support/tools.ts";
import { useServedCli } from "./served-cli.ts";

describe("command line", function () {
  this.timeout(120_000);
  const { attempt, cli, refusal, file, data, server } = useServedCli();

  before(async () => {
    await cli("authority", "hierarchy", "lab", "--organization", "Lab");
    await cli("template", "create", "wifi", "--authority-id", "lab", "--subject", "CN=%username%");
  });

  it("sets up a server from nothing by the ten lines of docs/cli.md", async function () {
    requirePrograms(this, "openssl", "sh");
    const place = await workFolder();
    const block = shellBlock("cli.md", "## A server from nothing");
    assert.equal(block.trim().split("\n").length, 10);
    try {
      const ran = await runBlock(place, block);
      assert.equal(ran.status, 0, ran.stderr);
      const said = ran.stdout.toString();
      assert.match(said, /alice\/cert\.pem: OK/);
      const subject = [
        "x509",
        "-in",
        place.file("alice/cert.pem"),
        "-noout",
        "-subject",
        "-serial",
      ];
      const shown = (await output("openssl", subject)).toString();
      assert.match(shown, /CN = alice, O = Acme/);
      const serial = /serial=([0-9A-F]+)/.exec(shown)?.[1]?.toLowerCase() ?? "none";
      assert.match(said, new RegExp(`revoked +${serial}`));
    } finally {
      await place.remove();
    }
  });

  it("E-19 shows what waits for approval, and lets it in or not", async () => {
    await cli(
      "endpoint",
      "create",
      "slow",
      "--authority-id",
      "lab",
      "--template-ids",
      "wifi",
      "--dynamic",
      "--approval",
      "manual",
    );
    const device = (
      await cli(
        "device",
        "add",
        "slow-1",
        "--platform",
        "other",
        "--attribute",
        "username=eve",
        "--get",
        "id",
      )
    ).trim();
    const ask = async (): Promise<string> => {
      const secret = await cli(
        "challenge",
        "mint",
        device,
        "wifi",
        "--endpoint-id",
        "slow",
        "--get",
        "secret",
      );
      await writeFile(file("challenge"), secret);
      const url = `${server().ready.scep}/slow`;
      const enrolment = [
        "--url",
        url,
        "--challenge-file",
        file("challenge"),
        "--subject",
        "CN=eve",
      ];
      await countersign(["device", "enrol", ...enrolment, "--out", file("eve")]);
      const { items } = JSON.parse(await cli("approval", "list", "--state", "pending", "--json"));
      assert.equal(items.length, 1);
      return items[0].id as string;
    };
    // Four eyes: who minted the challenge does not decide.
    const token = file("second-token");
    await writeFile(
      token,
      await cli("token", "create", "bob", "--roles", "owner", "--get", "token"),
    );
    const asBob = ["--token-file", token];
    await assert.rejects(cli("approval", "approve", await ask()), /somebody else approves it/);
    const [first] = JSON.parse(await cli("approval", "list", "--state", "pending", "--json")).items;
    assert.equal(
      await cli("approval", "approve", first.id, ...asBob, "--get", "state"),
      "approved\n",
    );
    const denial = ["--reason", "unknown", "--get", "reason"];
    assert.equal(await cli("approval", "deny", await ask(), ...asBob, ...denial), "unknown\n");
    assert.match(await cli("approval", "list"), /denied +slow +CN=eve/);
  });

  it("E-04, E-05 brings an RA from elsewhere, and lets it take over", async function () {
    requirePrograms(this, "openssl");
    const ca = file("lab-ca.pem");
    await cli("authority", "certificate", "lab", "--out", ca);
    const own = file("own-ra");
    await output("openssl", [
      "req",
      "-x509",
      "-newkey",
      "rsa:2048",
      "-nodes",
      "-subj",
      "/CN=RA",
      "-keyout",
      `${own}.key`,
      "-out",
      `${own}.pem`,
    ]);
    const other = await refusal("ra", "import", "lab", `${own}.pem`, `${own}.key`);
    assert.match(other, /certificate_not_matching|invalid_input/);
    const from = new Date(Date.now() + 86_400_000).toISOString();
    await cli(
      "endpoint",
      "create",
      "rolling",
      "--authority-id",
      "lab",
      "--template-ids",
      "wifi",
      "--dynamic",
    );
    const next = JSON.parse(await cli("endpoint", "roll-over", "rolling", from, "--json")).next;
    assert.equal(next.from, from);
    assert.notEqual(next.raId, await cli("endpoint", "show", "rolling", "--get", "raId"));
    const past = await refusal("endpoint", "roll-over", "rolling", "2020-01-01T00:00:00Z");
    assert.match(past, /future/);
  });

  it("E-11 shows the signed end of the ledger", async () => {
    const head = JSON.parse(await cli("ledger", "head", "--json"));
    assert.ok(head.sequence > 0);
    assert.match(head.keyFingerprint, /^[0-9a-f]{64}$/);
  });

  it("prints exactly the API's JSON with --json, and one field with --get", async () => {
    const response = await fetch(`${server().ready.admin}/api/v1/authorities`, {
      headers: { authorization: `Bearer ${server().ready.token}` },
    });
    assert.equal(await cli("authority", "list", "--json"), `${await response.text()}\n`);
    assert.equal(
      await cli("authority", "show", "lab", "--get", "urls.caIssuers").then((text) =>
        text.startsWith("http://"),
      ),
      true,
    );
    const said = await refusal("authority", "show", "lab", "--get", "colour");
    assert.match(said, /no such field/);
  });

  it("shows aligned tables without a colour", async () => {
    const table = await cli("authority", "list");
    const [head = "", ...rows] = table.trimEnd().split("\n");
    const column = head.indexOf("kind");
    assert.deepEqual(rows.map((row) => row.slice(column).split(" ")[0]).sort(), [
      "issuing",
      "root",
    ]);
    // eslint-disable-next-line no-control-regex
    assert.doesNotMatch(table, /\u001b/);
  });

  it("downloads certificate and chain", async () => {
    const chain = file("chain.pem");
    await cli("authority", "chain", "lab", "--out", chain);
    assert.equal(readFileSync(chain, "utf8").match(/BEGIN CERTIFICATE/g)?.length, 2);
    await cli("authority", "certificate", "lab", "--format", "der", "--out", file("lab.cer"));
    const text = await output("openssl", [
      ...["x509", "-inform", "DER", "-in", file("lab.cer"), "-noout", "-subject"],
    ]);
    assert.match(text.toString(), /CN = lab Issuing CA, O = Lab/);
  });

  it("brings an issuing CA under a root whose key is elsewhere: root in, CSR out, certificate in", async () => {
    const root = await OpensslCa.create("Outside Root", {
      extensions: [
        "basicConstraints = critical,CA:true",
        "keyUsage = critical,keyCertSign,cRLSign",
      ],
    });
    try {
      await writeFile(file("root.pem"), root.certificate);
      assert.equal(
        await cli("authority", "import-root", "outside", file("root.pem"), "--get", "kind"),
        "external\n",
      );
      const made = await cli(
        ...["authority", "create", "under", "--kind", "issuing", "--parent-id", "outside"],
        ...["--name", "Under", "--subject", "CN=Under", "--key-algorithm", "ec-p256"],
        ...["--get", "status"],
      );
      assert.equal(made, "pending\n");
      const extensions = [
        "basicConstraints = critical,CA:true,pathlen:0",
        "keyUsage = critical,keyCertSign,cRLSign",
      ];
      const csr = await cli("authority", "csr", "under");
      await writeFile(file("under.pem"), await root.certify(csr, { extensions }));
      const wrong = await refusal("authority", "certify", "under", file("root.pem"));
      assert.match(wrong, /\(certificate_not_matching\)/);
      assert.equal(
        await cli("authority", "certify", "under", file("under.pem"), "--get", "status"),
        "active\n",
      );
    } finally {
      await root.remove();
    }
  });

  it("changes, disables and deletes; --if-version guards against changing a newer one", async () => {
    await cli(
      "endpoint",
      "create",
      "plain",
      "--authority-id",
      "lab",
      "--template-ids",
      "wifi",
      "--dynamic",
    );
    assert.equal(await cli("endpoint", "disable", "plain", "--get", "enabled"), "false\n");
    const late = await refusal("endpoint", "update", "plain", "--name", "New", "--if-version", "1");
    assert.match(late, /\(precondition_failed\)/);
    assert.equal(
      await cli("endpoint", "update", "plain", "--name", "New", "--get", "name"),
      "New\n",
    );
    assert.equal(await cli("endpoint", "delete", "plain"), "done\n");
    assert.match(await refusal("endpoint", "show", "plain"), /\(not_found\)/);
  });

  it("takes whole bodies by --from, with options over them", async () => {
    const body = { authorityId: "lab", subject: "CN=%serialnumber%", validity: "P30D", sans: [] };
    await writeFile(file("template.json"), JSON.stringify(body));
    const made = await cli(
      ...["template", "create", "short", "--from", file("template.json")],
      ...["--validity", "P10D", "--sans", "dns:%devicename%.example.com", "--json"],
    );
    const { validity, sans, subject } = JSON.parse(made) as Record<string, unknown>;
    assert.deepEqual(
      { validity, sans, subject },
      {
        validity: "P10D",
        sans: [{ type: "dns", pattern: "%devicename%.example.com" }],
        subject: "CN=%serialnumber%",
      },
    );
  });

  it("publishes, renders and removes a profile, revokes a certificate, and reports hooks", async () => {
    await cli(
      "endpoint",
      "create",
      "office",
      "--authority-id",
      "lab",
      "--template-ids",
      "wifi",
      "--dynamic",
    );
    const device = (
      await cli(
        "device",
        "add",
        "d-1",
        "--platform",
        "android",
        "--attribute",
        "username=eve",
        "--get",
        "id",
      )
    ).trim();
    const deployment = (
      await cli("deployment", "publish", device, "wifi", "--endpoint-id", "office", "--get", "id")
    ).trim();
    const profile = JSON.parse(await cli("deployment", "profile", deployment)) as { scep?: object };
    assert.ok(profile);
    const secret = (
      await cli("challenge", "mint", device, "wifi", "--endpoint-id", "office", "--get", "secret")
    ).trim();
    const enrol = (out: string, input: string) =>
      countersign(
        [
          ...["device", "enrol", "--url", `${server().ready.scep}/office`, "--subject", "CN=x"],
          ...["--challenge-file", "-", "--out", file(out), "--json"],
        ],
        { input },
      );
    const enrolled = await enrol("eve", `${secret}\n`);
    assert.equal(enrolled.status, 0, enrolled.stderr);
    const again = await enrol("eve2", secret);
    assert.equal(again.status, 1);
    assert.match(again.stderr, /\(challenge_refused\)/);
    const { serial } = JSON.parse(enrolled.stdout.toString()) as { serial: string };
    const listed = JSON.parse(await cli("certificate", "list", "--serial", serial, "--json")) as {
      items: { id: string }[];
    };
    const id = listed.items[0]?.id ?? "";
    assert.equal(
      await cli("certificate", "download", id),
      readFileSync(file("eve/cert.pem"), "utf8"),
    );
    assert.equal(
      await cli("certificate", "revoke", id, "--reason", "superseded", "--get", "status"),
      "revoked\n",
    );
    assert.equal(await cli("deployment", "remove", deployment), "done\n");
    assert.equal(
      await cli("hook", "device-unenrolled", "manual", "d-1", "--get", "deviceId"),
      `${device}\n`,
    );
    assert.match(await cli("ledger", "list", "--event", "device.unenrolled"), new RegExp(device));
  });

  it("P-05 has keys made at the CA, and writes a profile with one for its owner alone", async () => {
    const made = ["--authority-id", "lab", "--subject", "CN=%username%", "--delivery", "pkcs12"];
    await cli("template", "create", "keys", ...made, "--pkcs12-encoding", "compatible");
    const added = ["--platform", "android", "--attribute", "username=kim", "--get", "id"];
    const device = (await cli("device", "add", "d-keys", ...added)).trim();
    const published = await cli("deployment", "publish", device, "keys", "--get", "id");
    const profile = file("profile.json");
    await writeFile(profile, "an earlier one", { mode: 0o644 });
    await cli("deployment", "profile", published.trim(), "--out", profile);
    assert.equal(statSync(profile).mode & 0o777, 0o600);
    const { keyPair } = JSON.parse(readFileSync(profile, "utf8")) as AgentKeyProfile;
    const opened = await openPkcs12(Buffer.from(keyPair.pkcs12, "base64"), keyPair.password);
    assert.equal(opened.encoding, "compatible");
  });

  it("never has a secret on a command line: a static challenge comes by file or standard input", async () => {
    const secret = "a-static-secret-0123456789";
    const args = [
      "endpoint",
      "create",
      "static",
      "--authority-id",
      "lab",
      "--template-ids",
      "wifi",
      "--static-template",
      "wifi",
      "--unknown-device",
      "unmanaged",
      "--secret-stdin",
      "--data",
      data(),
    ];
    const child = spawn(process.execPath, [cliEntry(), ...args], {
      stdio: ["pipe", "pipe", "pipe"],
    });
    const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
    const listing = (await output("ps", ["-eo", "args"])).toString();
    child.stdin.end(`${secret}\n`);
    assert.match(listing, /--secret-stdin/);
    assert.ok(!listing.includes(secret));
    assert.equal(await ended, 0);
    const shown = await cli("endpoint", "show", "static", "--json");
    assert.ok(!shown.includes(secret));
    assert.ok(!server().stderr().includes(secret));
    const argued = await attempt("endpoint", "update", "static", "--secret", secret);
    assert.equal(argued.status, 2);

    await writeFile(file("static.txt"), `${secret}\n`);
    const enrolled = await countersign([
      ...["device", "enrol", "--url", `${server().ready.scep}/static`, "--subject", "CN=anybody"],
      ...["--challenge-file", file("static.txt"), "--out", file("anybody")],
    ]);
    assert.equal(enrolled.status, 0, enrolled.stderr);
  });

  it("keeps tenants to the installation operator", async () => {
    assert.equal(await cli("tenant", "create", "acme", "--name", "Acme", "--get", "id"), "acme\n");
    assert.match(await cli("tenant", "list"), /acme {2,}Acme/);
    const owner = ["tenant", "list", "--token-file", `${data()}/token`];
    assert.match(await refusal(...owner), /\(forbidden\)/);
    await writeFile(
      file("acme.token"),
      await cli("tenant", "owner-token", "acme", "olga", "--get", "token"),
    );
    const other = ["--url", server().ready.admin, "--token-file", file("acme.token"), "--json"];
    assert.equal(await countersignOutput(["authority", "list", ...other]), '{"items":[]}\n');
    assert.match(await countersignOutput(["whoami", ...other]), /"tenant":"acme"/);
  });

  it("says what happened, why and what to do, with exit code 1; usage faults end with 2", async () => {
    const { status, stderr, stdout } = await attempt(
      "template",
      "create",
      "bad",
      "--authority-id",
      "lab",
      "--subject",
      "CN=%usrname%",
    );
    assert.equal(status, 1);
    assert.equal(stdout.length, 0);
    const lines = stderr.trimEnd().split("\n");
    assert.match(lines[0] ?? "", /^Error: /);
    assert.match(stderr, /usrname/);
    assert.match(lines.at(-2) ?? "", /^Next: /);
    assert.match(lines.at(-1) ?? "", /^\([a-z_]+\)$/);
    for (const args of [
      ["nonsense"],
      ["authority", "show"],
      ["serve", "--port", "x"],
      ["template", "create", "t", "--colour", "red"],
    ])
      assert.equal((await countersign(args)).status, 2, args.join(" "));
    const nobody = await countersign(["authority", "list", "--data", file("none")]);
    assert.equal(nobody.status, 1);
    assert.match(nobody.stderr, /countersign serve/);
  });
});
