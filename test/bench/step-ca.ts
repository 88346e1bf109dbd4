import { execFile, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { parseCertificate } from "../../plugin/sdk.ts";
import { CACHE } from "./build.ts";
import { caCertificates } from "./ca-certificates.ts";
import { freePort } from "./free-port.ts";
import type { EnrolmentServer } from "./product-server.ts";

const run = promisify(execFile);
const VERSION = "v0.30.2";

/** Path of step-ca: $STEP_CA, the one that was built before, or a fresh one built by Go. Throws why there is none. */
export const findStepCa = async (): Promise<string> => {
  const named = process.env["STEP_CA"];
  if (named !== undefined && named !== "") return named;
  const bin = join(CACHE, "bin");
  const path = join(bin, "step-ca");
  if (existsSync(path)) return path;
  await mkdir(bin, { recursive: true });
  process.stderr.write(`building step-ca ${VERSION} with Go, once\n`);
  await run("go", ["install", `github.com/smallstep/certificates/cmd/step-ca@${VERSION}`], {
    env: { ...process.env, CGO_ENABLED: "0", GOBIN: bin },
    timeout: 900_000,
  });
  return path;
};

/** Root, issuing CA and the certificate that opens envelopes and signs replies, all RSA-2048 as ours. */
const makeHierarchy = async (folder: string): Promise<void> => {
  const openssl = (...words: string[]) => run("openssl", words, { cwd: folder });
  const make = async (name: string, issuer: string, extensions: string): Promise<void> => {
    await writeFile(join(folder, `${name}.cnf`), extensions);
    await openssl(
      ...["req", "-newkey", "rsa:2048", "-nodes", "-subj", `/CN=bench ${name}`],
      ...["-keyout", `${name}.key`, "-out", `${name}.csr`],
    );
    const signer =
      issuer === name
        ? ["-signkey", `${name}.key`]
        : ["-CA", `${issuer}.crt`, "-CAkey", `${issuer}.key`, "-CAcreateserial"];
    await openssl(
      ...["x509", "-req", "-in", `${name}.csr`, "-out", `${name}.crt`, "-days", "365"],
      ...["-sha256", "-extfile", `${name}.cnf`, ...signer],
    );
  };
  const ca = "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\n";
  await make("root", "root", ca);
  await make("issuing", "root", ca);
  await make("ra", "issuing", "keyUsage=critical,digitalSignature,keyEncipherment\n");
};

/** Starts step-ca with its durable store, a SCEP provisioner and a static challenge. Throws when it cannot be built or started. */
export const startStepCa = async (): Promise<EnrolmentServer> => {
  const path = await findStepCa();
  const folder = await mkdtemp(join(tmpdir(), "countersign-step-ca-"));
  const secret = randomBytes(12).toString("hex");
  const port = await freePort();
  const base64 = async (name: string) => (await readFile(join(folder, name))).toString("base64");
  await makeHierarchy(folder);
  const config = {
    root: join(folder, "root.crt"),
    crt: join(folder, "issuing.crt"),
    key: join(folder, "issuing.key"),
    address: `127.0.0.1:${await freePort()}`,
    insecureAddress: `127.0.0.1:${port}`,
    dnsNames: ["localhost"],
    logger: { format: "text", level: "error" },
    db: { type: "badgerv2", dataSource: join(folder, "db") },
    authority: {
      provisioners: [
        {
          type: "SCEP",
          name: "bench",
          challenge: secret,
          minimumPublicKeyLength: 2048,
          // AES-128-CBC, as the requests use.
          encryptionAlgorithmIdentifier: 1,
          decrypterCertificate: await base64("ra.crt"),
          decrypterKeyPEM: await base64("ra.key"),
        },
      ],
    },
  };
  await writeFile(join(folder, "ca.json"), JSON.stringify(config));
  const child = spawn(path, [join(folder, "ca.json")], { stdio: "ignore" });
  const gone = new Promise<void>((resolve) => {
    child.once("exit", () => resolve());
    child.once("error", () => resolve());
  });
  const end = async (): Promise<void> => {
    child.kill("SIGTERM");
    const kill = setTimeout(() => child.kill("SIGKILL"), 5000);
    await gone;
    clearTimeout(kill);
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const certificates = await caCertificates(`http://127.0.0.1:${port}/scep/bench`);
    const recipient = certificates.find(
      (der) => parseCertificate(der).keyUsages?.includes("keyEncipherment") === true,
    );
    if (recipient === undefined) throw new Error("step-ca gave no certificate to encrypt for");
    let used = 0;
    return {
      name: `step-ca ${VERSION}`,
      pid: child.pid ?? 0,
      port,
      path: "/scep/bench?operation=PKIOperation",
      caCertificates: certificates,
      recipient,
      admissions: (count) =>
        Promise.resolve(
          Array.from({ length: count }, () => ({
            challenge: secret,
            serialNumber: `SN${String(used++).padStart(6, "0")}`,
          })),
        ),
      end,
    };
  } catch (failure) {
    await end();
    throw failure;
  }
};
