import { execFile, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { caCertificates } from "./ca-certificates.ts";
import { freePort } from "./free-port.ts";
import type { EnrolmentServer } from "./product-server.ts";

const SECRET = "a static secret for all";

/**
 * Debian's scepserver, the peer where step-ca cannot be had. It repeats serial numbers when it is asked by more than one connection, so one
 * is all it may be compared at. Throws when it is not installed.
 */
export const startScepserver = async (): Promise<EnrolmentServer> => {
  const folder = await mkdtemp(join(tmpdir(), "countersign-scepserver-"));
  const depot = join(folder, "depot");
  await promisify(execFile)("scepserver", ["ca", "-init", "-depot", depot, "-keySize", "2048"]);
  const port = await freePort();
  const child = spawn(
    "scepserver",
    ["-depot", depot, "-port", String(port), "-challenge", SECRET, "-log-json"],
    { stdio: "ignore" },
  );
  const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const end = async (): Promise<void> => {
    child.kill("SIGTERM");
    await gone;
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const certificates = await caCertificates(`http://127.0.0.1:${port}/scep`);
    const [recipient] = certificates;
    if (recipient === undefined) throw new Error("scepserver gave no certificate");
    let used = 0;
    return {
      name: "scepserver (Debian)",
      pid: child.pid ?? 0,
      port,
      path: "/scep?operation=PKIOperation",
      caCertificates: certificates,
      recipient,
      admissions: (count) =>
        Promise.resolve(
          Array.from({ length: count }, () => ({
            challenge: SECRET,
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
