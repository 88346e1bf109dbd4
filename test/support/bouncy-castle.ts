import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { findProgram, run, type Ran } from "./tools.ts";

const ROOT = new URL("../../", import.meta.url).pathname;
const FOLDER = join(ROOT, ".cache/bouncy-castle");
/** ML-DSA (FIPS 204) came with 1.79; Debian 12 has 1.72. */
const VERSION = "1.80";
const JAR = join(FOLDER, `bcprov-jdk18on-${VERSION}.jar`);

/** Where BouncyCastle's provider is: `BCPROV_JAR`, or what `npm run test:deps` has fetched. Undefined without it, or without a JDK. */
export const findBouncyCastle = (): string | undefined => {
  const jar = process.env["BCPROV_JAR"] ?? JAR;
  return findProgram("javac") !== undefined && existsSync(jar) ? jar : undefined;
};

/** Fetches it where a JDK and Maven are at hand; false where it cannot be had. */
export const fetchBouncyCastle = (): boolean => {
  if (findProgram("javac") === undefined || findProgram("mvn") === undefined) return false;
  mkdirSync(FOLDER, { recursive: true });
  const artifact = `-Dartifact=org.bouncycastle:bcprov-jdk18on:${VERSION}`;
  const wanted = ["dependency:copy", artifact, `-DoutputDirectory=${FOLDER}`];
  spawnSync("mvn", ["--batch-mode", "--quiet", ...wanted], { cwd: FOLDER, timeout: 300_000 });
  return findBouncyCastle() !== undefined;
};

/** Runs `judge-chain.java`: files of a CRL, then of a chain, leaf first; DER. */
export const judgeChain = (jar: string, files: readonly string[]): Promise<Ran> =>
  run("java", ["-cp", jar, join(ROOT, "test/support/judge-chain.java"), ...files], {
    deadline: 60_000,
  });
