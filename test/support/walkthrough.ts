/**
 * Writes docs/walkthrough.md: what somebody sees who does what the demo says, on soft keys and on SoftHSM. Run it by
 * `npx tsx test/support/walkthrough.ts`; it needs pki, openssl, curl and SoftHSM (`npm run test:deps`).
 */
import { writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { findSoftHsm } from "./softhsm.ts";
import { cliEntry, serving } from "./standalone.ts";
import { run, workFolder } from "./tools.ts";

const DOCUMENT = fileURLToPath(new URL("../../docs/walkthrough.md", import.meta.url));
const SHIPPED = "dist/adapters/standalone/cli.js";
/** Plugins of strongSwan that are not installed; it says so at every start and it does not matter. */
const NOISE = /^plugin '.*failed to load|TPM|^\s*$/;

const fence = (lines: readonly string[]): string => ["```console", ...lines, "```"].join("\n");

const chapter = async (title: string, start: string, args: readonly string[]): Promise<string> => {
  const folder = await workFolder();
  const shown = (text: string): readonly string[] =>
    text.replaceAll(cliEntry(), SHIPPED).replaceAll(folder.path, "~").trimEnd().split("\n");
  const demo = ["demo", "--port", "0", ...args];
  const server = await serving(demo, /Ctrl\+C/, { cwd: folder.path });
  const parts: string[] = [];
  const step = async (heading: string, command: string, keep = /./): Promise<string> => {
    const line = command.replaceAll(SHIPPED, cliEntry());
    const ran = await run("sh", ["-c", line], { cwd: folder.path, deadline: 60_000 });
    const said = [...ran.stderr.split("\n"), ...ran.stdout.toString().split("\n")]
      .filter((text) => !NOISE.test(text) && keep.test(text))
      .join("\n");
    if (ran.status !== 0) throw new Error(`${command}: status ${ran.status}\n${said}`);
    parts.push(
      ...(heading === "" ? [] : [heading]),
      fence([`$ ${command}`, ...(said === "" ? [] : shown(said))]),
    );
    return said;
  };
  try {
    const said = shown(server.stdout()).join("\n");
    const line = (start: string, at = 0): string =>
      said
        .split("\n")
        .map((text) => text.trim())
        .filter((text) => text.startsWith(start))[at] ?? "";
    const field = (pattern: RegExp): string => pattern.exec(said)?.[1] ?? "";
    const data = "countersign-data";
    const template = args.length > 0 ? "wifi-hsm" : "wifi";
    parts.push(fence([`$ ${start}`, ...said.split("\n")]));

    await step(
      "A key, the CA certificates, and the enrolment with strongSwan's `pki`:",
      line("pki --gen"),
    );
    await step("", line("pki --scepca"), /cert "|trusted/);
    await step("", line("pki --scep "), /Issued|transaction/);
    await step("", line("openssl verify"));
    await step(
      "",
      `openssl x509 -in ${data}/demo/cert.pem -noout -subject -issuer -dates -ext subjectAltName,crlDistributionPoints,authorityInfoAccess`,
    );

    const device = field(/device wipe (\S+)/);
    const scepUrl = field(/SCEP URL +(\S+)/);
    await step(
      "The simulated device speaks SCEP too; its challenge comes from the API and never stands on a command line:",
      `node ${SHIPPED} challenge mint ${device} ${template} --get secret | node ${SHIPPED} device enrol --url ${scepUrl} --subject CN=anna --challenge-file - --out device`,
    );
    await step(
      "",
      "openssl verify -CAfile device/root.pem -untrusted device/chain.pem device/cert.pem",
    );

    const crl = line("curl");
    await step("The CRL before the wipe:", crl, /Issuer|Update|No Revoked|Serial/);
    await step("The wipe, as the MDM's hook reports it, revokes both:", line("node"));
    await step("The CRL after it:", crl, /Issuer|Update|No Revoked|Serial|Date|Cessation/);
    await step(
      "",
      `curl -s ${field(/curl -s (\S+)/)} | openssl crl -inform DER -out crl.pem; openssl verify -crl_check -CRLfile crl.pem -CAfile device/root.pem -untrusted device/chain.pem device/cert.pem 2>&1 || true`,
    );
    const ended = await server.stop("SIGINT");
    if (ended !== 0) throw new Error(`the demo ended with ${ended}`);
  } finally {
    await server.stop("SIGKILL");
    await folder.remove();
  }
  return [`## ${title}`, ...parts].join("\n\n");
};

const module = findSoftHsm();
if (module === undefined) throw new Error("SoftHSM is missing: run npm run test:deps");
const chapters = [
  await chapter("On soft keys", "npm start", []),
  await chapter("On a token", `npm start -- --pkcs11 ${module}`, ["--pkcs11", module]),
];
const head = [
  "# Walkthrough",
  "",
  "From nothing to a certificate and to its end. `npx tsx test/support/walkthrough.ts` made this page by doing it; only the noise of",
  "strongSwan's plugins, and lines that say nothing here, are left out. `npm start` listens on port 8080 or the next that is free; here it was told to take any (`--port 0`).",
].join("\n");
await writeFile(DOCUMENT, `${[head, ...chapters].join("\n\n")}\n`);
