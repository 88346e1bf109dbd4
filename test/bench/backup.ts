/** How long a backup and a restore of 100,000 certificates take: `npx tsx test/bench/backup.ts [count]`. */
import { randomBytes } from "node:crypto";
import { stat } from "node:fs/promises";
import { builtins } from "../../adapters/preset.ts";
import {
  backupInstallation,
  createCountersign,
  readBackup,
  restoreInstallation,
} from "../../plugin/index.ts";
import { openDialect } from "../../plugin/store/database.ts";
import { configIn, silentLogger } from "../support/installation.ts";
import { workFolder } from "../support/tools.ts";

const COUNT = Number(process.argv[2] ?? 100_000);
const TENANT = "default";
const DER = 900;

const folder = await workFolder();
const setup = builtins({ logger: silentLogger });
const keysIn = (name: string) => ({
  database: { file: folder.file(`${name}.db`) },
  keys: [
    {
      ...{ kind: "soft", folder: folder.file(`${name}-keys`), inProcess: true },
      passphrase: () => "p",
    },
  ],
});
const source = configIn(folder.path, keysIn("source"));
const target = configIn(folder.path, keysIn("target"));
const timed = async <T>(what: string, work: () => Promise<T>): Promise<T> => {
  const [start, spent] = [performance.now(), process.cpuUsage()];
  const result = await work();
  const { user, system } = process.cpuUsage(spent);
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  process.stdout.write(`${what} ${seconds} s, ${((user + system) / 1e6).toFixed(1)} s of CPU\n`);
  return result;
};

/** Rows as an enrolment leaves them. */
const fill = async (): Promise<void> => {
  const dialect = await openDialect({ client: "sqlite3", file: folder.file("source.db") });
  const at = Date.now();
  for (let done = 0; done < COUNT; done += 500) {
    const ids = Array.from({ length: 500 }, (_, n) => `certificate-${done + n}`);
    await dialect.transaction("alone", async (db) => {
      const put = (table: string, row: (id: string) => object) =>
        db(table).insert(ids.map((id) => ({ tenant: TENANT, ...row(id) })));
      await put("countersign_certificates", (id) => ({
        ...{ id, authority_id: "acme", role: "subscriber", status: "issued" },
        ...{ serial: randomBytes(16).toString("hex"), subject: `CN=${id},O=Acme`, sans: "[]" },
        ...{ not_before: at, not_after: at + 9e10, created_at: at, issued_at: at },
        ...{ fingerprint_sha256: randomBytes(32).toString("hex"), template_id: "wifi" },
        ...{ endpoint_id: "wifi", device_id: id, challenge_id: id, template_version: 1 },
        ...{ tbs_digest: randomBytes(32), idempotency_key: randomBytes(32).toString("hex") },
      }));
      await put("countersign_certificate_ders", (id) => ({ id, der: randomBytes(DER) }));
      await put("countersign_devices", (id) => ({
        ...{ id, host_id: "mdm", host_device_id: id, platform: "apple", status: "enrolled" },
        ...{ attributes: `{"username":"${id}"}`, created_at: at, updated_at: at },
      }));
      await put("countersign_challenges", (id) => ({
        ...{ id, endpoint_id: "wifi", template_id: "wifi", device_id: id, state: "spent" },
        ...{ mac: randomBytes(32).toString("hex"), certificate_id: id },
        ...{ expires_at: at, created_at: at, failures: 0 },
      }));
      await put("countersign_ledger", (id) => ({
        ...{ event: "certificate.issued", principal: "system:scep:wifi", at, subject_id: id },
        data: JSON.stringify({ serial: randomBytes(16).toString("hex"), subject: `CN=${id}` }),
        sequence: done + ids.indexOf(id) + 1000,
        hash: randomBytes(32).toString("hex"),
      }));
    });
  }
  await dialect.close();
};

try {
  const countersign = createCountersign(source, setup);
  await countersign.start();
  await countersign.close();
  await timed(`fill ${COUNT}`, fill);
  const file = folder.file("backup");
  const { rows } = await timed("backup", () => backupInstallation(source, setup, { file }));
  process.stdout.write(`${rows} rows, ${((await stat(file)).size / 1e6).toFixed(0)} MB\n`);
  const backup = await timed("check", () => readBackup(file, target, {}));
  await timed("restore", () => restoreInstallation(backup, target, setup));
  process.stdout.write(`${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MB of memory\n`);
} finally {
  await folder.remove();
}
