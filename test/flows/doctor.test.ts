import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { chmod, rm, utimes, writeFile } from "node:fs/promises";
import sqlite3 from "sqlite3";
import { freshToken, requireSoftHsm, type SoftToken } from "../support/softhsm.ts";
import { listen } from "../support/listen.ts";
import { countersign, countersignOutput, served } from "../support/standalone.ts";
import { workFolder, type WorkFolder } from "../support/tools.ts";

interface Finding {
  readonly check: string;
  readonly level: "ok" | "warning" | "fault";
  readonly message: string;
  readonly remedy?: string;
}

const execute = (database: sqlite3.Database, sql: string): Promise<void> =>
  new Promise((resolve, reject) => {
    database.exec(sql, (error) => (error === null ? resolve() : reject(error)));
  });

/** Holds a database as another program would, until the work is done. */
const whileLocked = async (file: string, work: () => Promise<void>): Promise<void> => {
  const database = new sqlite3.Database(file);
  try {
    await execute(database, "pragma locking_mode = exclusive; begin exclusive");
    await work();
  } finally {
    await new Promise<void>((resolve) => database.close(() => resolve()));
  }
};

describe("init and doctor", function () {
  this.timeout(90_000);
  let folder: WorkFolder;
  let data: string;
  const examined = async (): Promise<{ status: number; findings: readonly Finding[] }> => {
    const { status, stdout, stderr } = await countersign(["doctor", "--data", data, "--json"]);
    assert.equal(stderr, "");
    const { ok, findings } = JSON.parse(stdout.toString()) as {
      ok: boolean;
      findings: readonly Finding[];
    };
    assert.equal(ok, status === 0);
    for (const { level, remedy, message } of findings)
      if (level !== "ok") assert.ok(remedy, message);
    return { status, findings };
  };
  const faults = async (): Promise<readonly Finding[]> => {
    const { status, findings } = await examined();
    assert.equal(status, 1);
    return findings.filter(({ level }) => level === "fault");
  };

  beforeEach(async () => {
    folder = await workFolder();
    data = folder.file("data");
  });
  afterEach(() => folder.remove());

  it("init makes a whole installation once, and refuses to touch it again", async () => {
    await countersignOutput(["init", "--data", data]);
    const made = readdirSync(data).sort();
    assert.ok(made.includes("countersign.db") && made.includes("server.secret"));
    const again = await countersign(["init", "--data", data]);
    assert.equal(again.status, 1);
    assert.match(again.stderr, /There is data here already/);
    assert.match(again.stderr, /\(already_initialised\)/);
    assert.deepEqual(readdirSync(data).sort(), made);
    const { status, findings } = await examined();
    assert.equal(status, 0, JSON.stringify(findings));
    for (const check of ["files", "disk", "clock", "configuration", "database", "keys:soft"])
      assert.ok(
        findings.some((found) => found.check === check && found.level === "ok"),
        check,
      );
  });

  it("looks at a server that runs: its ports are ours, its base URL answers", async () => {
    const other = await listen((_request, response) => void response.end("hello"));
    const server = await served(data, ["--public-url", other.url]);
    try {
      const found = await faults();
      assert.deepEqual(
        found.map(({ check }) => check),
        ["base URL"],
      );
      assert.match(found[0]?.message ?? "", /does not lead to this server/);
    } finally {
      await server.stop();
      await other.close();
    }
  });

  it("A-12 fetches lists, OCSP and CA certificates from their public URLs, and says which are not what they should be", async () => {
    let cached: Buffer | undefined;
    let target = "";
    // What stands in front of a server in the field: it may keep an old list.
    const proxy = await listen((request, response) => {
      const body: Buffer[] = [];
      request
        .on("data", (chunk: Buffer) => body.push(chunk))
        .on("end", () => {
          void (async () => {
            const keeps = cached !== undefined && request.url?.endsWith("crl.crl") === true;
            const answer = keeps
              ? undefined
              : await fetch(target + (request.url ?? ""), {
                  method: request.method ?? "GET",
                  ...(request.method === "POST" ? { body: Buffer.concat(body) } : {}),
                });
            response
              .writeHead(answer?.status ?? 200)
              .end(answer === undefined ? cached : Buffer.from(await answer.arrayBuffer()));
          })();
        });
    });
    const server = await served(data, ["--public-url", proxy.url]);
    target = server.ready.admin.replace(/\/api.*$/, "");
    try {
      await countersignOutput(["authority", "hierarchy", "acme", "--data", data]);
      const { status, findings } = await examined();
      assert.equal(status, 0, JSON.stringify(findings));
      const good = (check: string) =>
        findings.filter((found) => found.check === check && found.level === "ok");
      assert.equal(good("CRL").length, 2);
      assert.equal(good("CA certificate").length, 2);
      assert.match(good("OCSP")[0]?.message ?? "", /answers, signed by its responder/);

      // The root's list at both addresses.
      const root = good("CRL").find(({ message }) => message.includes("acme-root"))?.message ?? "";
      const url = /^(\S+): /.exec(root)?.[1] ?? "";
      cached = Buffer.from(await (await fetch(url)).arrayBuffer());
      const found = await faults();
      assert.deepEqual(
        found.map(({ check }) => check),
        ["CRL"],
      );
      assert.match(found[0]?.message ?? "", /was not signed by the authority's key/);
    } finally {
      await server.stop();
      await proxy.close();
    }
  });

  it("finds rights that are too wide, a clock that went back, a taken port, and a missing secret", async () => {
    const other = await listen((_request, response) => void response.end());
    await countersignOutput(["init", "--data", data]);
    const settings = `${data}/settings.json`;
    await writeFile(
      settings,
      JSON.stringify({
        port: other.port,
        keys: [{ kind: "soft", folder: "keys", passphrase: { file: "passphrase" } }],
      }),
    );
    await chmod(`${data}/server.secret`, 0o644);
    const tomorrow = new Date(Date.now() + 86_400_000);
    await utimes(settings, tomorrow, tomorrow);
    const found = await faults();
    assert.deepEqual(
      found.map(({ check }) => check),
      ["files", "clock", "ports"],
    );
    assert.match(found[0]?.remedy ?? "", /chmod 600/);
    await other.close();
    await rm(`${data}/server.secret`);
    assert.match((await faults())[0]?.message ?? "", /server\.secret is missing/);
  });

  it("names a database that another program holds; serve says the same and ends", async () => {
    await countersignOutput(["init", "--data", data]);
    await whileLocked(`${data}/countersign.db`, async () => {
      const found = await faults();
      assert.deepEqual(
        found.map(({ check }) => check),
        ["database"],
      );
      assert.match(found[0]?.remedy ?? "", /Stop the other program/);
      const ran = await countersign(["serve", "--data", data, "--port", "0"]);
      assert.equal(ran.status, 1);
      assert.match(ran.stderr, /\(database_locked\)/);
    });
    assert.equal((await examined()).status, 0);
  });

  it("names a wrong passphrase and a file that is no database", async () => {
    await countersignOutput(["init", "--data", data]);
    await writeFile(`${data}/passphrase`, "another one\n");
    const [fault] = await faults();
    assert.equal(fault?.check, "keys:soft");
    assert.match(fault.message, /PIN or passphrase is wrong/);
    for (const suffix of ["-wal", "-shm"])
      await rm(`${data}/countersign.db${suffix}`, { force: true });
    await writeFile(
      `${data}/countersign.db`,
      "this is no database at all, only some text".repeat(50),
    );
    assert.deepEqual(
      (await faults()).map(({ check }) => check),
      ["database", "keys:soft"],
    );
  });

  it("a missing module is named by serve and init, and nothing is left behind", async () => {
    await writeFile(folder.file("pin"), "1234", { mode: 0o600 });
    const options = ["--pkcs11", folder.file("absent.so"), "--pin-file", folder.file("pin")];
    for (const command of [["serve", "--port", "0"], ["init"]]) {
      const ran = await countersign([...command, "--data", data, ...options]);
      assert.equal(ran.status, 1);
      assert.match(ran.stderr, /absent\.so/);
      assert.match(ran.stderr, /\(key_module_missing\)/);
      assert.deepEqual(readdirSync(folder.path), ["pin"]);
    }
  });

  describe("with a token", () => {
    let token: SoftToken;
    before(async function () {
      requireSoftHsm(this);
      token = await freshToken();
    });
    after(() => token.remove());
    const onToken = (pin: string) => [
      ...["--pkcs11", token.module, "--token-label", token.tokenLabel],
      ...["--pin-file", pin],
    ];

    it("a wrong PIN is named, leaves nothing behind, and is never shown", async () => {
      await writeFile(folder.file("pin"), "wrong-pin-7\n", { mode: 0o600 });
      const ran = await countersign(
        ["serve", "--data", data, "--port", "0", ...onToken(folder.file("pin"))],
        { environment: token.environment },
      );
      assert.equal(ran.status, 1);
      assert.match(ran.stderr, /\(key_pin_incorrect\)/);
      assert.doesNotMatch(ran.stderr, /wrong-pin-7/);
      assert.deepEqual(readdirSync(folder.path), ["pin"]);
    });

    it("a PIN from the environment works, and doctor finds the token well and then its PIN wrong", async () => {
      const environment = { ...token.environment, LAB_PIN: token.pin };
      const options = ["--pkcs11", token.module, "--token-label", token.tokenLabel];
      await countersignOutput(["init", "--data", data, ...options, "--pin-env", "LAB_PIN"], {
        environment,
      });
      const doctor = ["doctor", "--data", data];
      const well = await countersignOutput(doctor, { environment });
      assert.match(well, /ok +keys:pkcs11 +The PIN is good/);
      const wrong = await countersign(doctor, {
        environment: { ...environment, LAB_PIN: "00000000" },
      });
      assert.equal(wrong.status, 1);
      assert.match(wrong.stdout.toString(), /fault +keys:pkcs11 .*PIN/);
      assert.doesNotMatch(wrong.stdout.toString(), /00000000/);
    });
  });
});
