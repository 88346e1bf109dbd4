import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { findProgram, run, type Ran } from "./tools.ts";

const ROOT = new URL("../../", import.meta.url).pathname;
const FOLDER = join(ROOT, ".cache/jscep");
const VERSION = "2.5.8";

/** jscep and what it needs, as Maven takes it. */
const PROJECT = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>countersign</groupId><artifactId>tests</artifactId><version>1</version>
  <dependencies>
    <dependency><groupId>com.google.code.jscep</groupId><artifactId>jscep</artifactId><version>${VERSION}</version></dependency>
  </dependencies>
</project>
`;

/** Where `npm run test:deps` has put jscep. Undefined without it, or without a JDK. */
export const findJscep = (): string | undefined =>
  findProgram("javac") !== undefined && existsSync(join(FOLDER, `jscep-${VERSION}.jar`))
    ? FOLDER
    : undefined;

/** Fetches it where a JDK and Maven are at hand; false where it cannot be had. */
export const fetchJscep = (): boolean => {
  if (findProgram("javac") === undefined || findProgram("mvn") === undefined) return false;
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(join(FOLDER, "pom.xml"), PROJECT);
  const wanted = ["dependency:copy-dependencies", `-DoutputDirectory=${FOLDER}`];
  spawnSync("mvn", ["--batch-mode", "--quiet", ...wanted], { cwd: FOLDER, timeout: 300_000 });
  return findJscep() !== undefined;
};

/** A step of `jscep-client.java` and what came with it. */
export type JscepStep = readonly [step: string, what: string];

/** Runs `jscep-client.java` as one device. */
export const runJscep = async (
  folder: string,
  device: { readonly url: string; readonly subject: string; readonly challenge: string },
): Promise<Ran & { readonly steps: readonly JscepStep[] }> => {
  const client = join(ROOT, "test/support/jscep-client.java");
  const ran = await run(
    "java",
    ["-cp", join(folder, "*"), client, device.url, device.subject, device.challenge],
    { deadline: 60_000 },
  );
  const steps = ran.stdout
    .toString()
    .split("\n")
    .filter((line) => line !== "")
    .map((line): JscepStep => {
      const [step = "", ...what] = line.split(" ");
      return [step, what.join(" ")];
    });
  return { ...ran, steps };
};
