/** Writes the transcript in docs/revocation.md: `node --import ./test/support/typescript.mjs test/support/revocation-transcript.ts`. Needs openssl and curl. */
import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { delimiter } from "node:path";
import { fileURLToPath } from "node:url";
import { cliEntry, served } from "./standalone.ts";
import { run, workFolder } from "./tools.ts";

const DOCUMENT = fileURLToPath(new URL("../../docs/revocation.md", import.meta.url));
const BEGIN = "<!-- begin transcript -->";
const END = "<!-- end transcript -->";

const folder = await workFolder();
const server = await served(folder.file("pki"));
const parts: string[] = [];
await mkdir(folder.file("bin"));
await writeFile(
  folder.file("bin/countersign"),
  `#!/bin/sh\nexec '${process.execPath}' '${cliEntry()}' "$@"\n`,
);
await chmod(folder.file("bin/countersign"), 0o755);

/** Runs lines in a shell; each stands in the transcript with what it said. */
const show = async (heading: string, ...lines: readonly string[]): Promise<void> => {
  const shown: string[] = [];
  for (const line of lines) {
    const ran = await run("sh", ["-c", `${line} 2>&1`], {
      cwd: folder.path,
      deadline: 120_000,
      environment: {
        PATH: `${folder.file("bin")}${delimiter}${process.env["PATH"] ?? ""}`,
        COUNTERSIGN_DATA: folder.file("pki"),
      },
    });
    const said = ran.stdout.toString().replaceAll(folder.path, "~").trimEnd();
    shown.push(`$ ${line}`, ...(said === "" ? [] : [said]));
  }
  parts.push(heading, ["```console", ...shown, "```"].join("\n"));
};

try {
  const { admin, scep } = server.ready;
  const quiet = async (line: string): Promise<string> => {
    const ran = await run("sh", ["-c", line], {
      cwd: folder.path,
      deadline: 120_000,
      environment: {
        PATH: `${folder.file("bin")}${delimiter}${process.env["PATH"] ?? ""}`,
        COUNTERSIGN_DATA: folder.file("pki"),
      },
    });
    if (ran.status !== 0) throw new Error(`${line}: ${ran.stderr}`);
    return ran.stdout.toString().trim();
  };
  await quiet(
    "countersign authority hierarchy acme --organization Acme --key-algorithm ec-p256 --delta-crl",
  );
  await quiet(
    'countersign template create wifi --authority-id acme --subject "CN=%username%,O=Acme"',
  );
  await quiet("countersign endpoint create wifi --authority-id acme --template-ids wifi --dynamic");
  const device = await quiet(
    "countersign device add ipad-7 --platform apple --attribute username=alice --get id",
  );
  await quiet(
    `countersign challenge mint ${device} wifi --get secret | countersign device enrol --url ${scep}/wifi --challenge-file - --subject CN=alice --out alice`,
  );
  const crl = await quiet("countersign authority show acme --get urls.crl");
  const ocsp = await quiet("countersign authority show acme --get urls.ocsp");
  const delta = crl.replace("crl.crl", "delta.crl");
  await quiet("openssl x509 -in alice/chain.pem -out issuing.pem");
  const ask = `openssl ocsp -url ${ocsp} -issuer issuing.pem -cert alice/cert.pem -CAfile alice/root.pem -verify_other alice/chain.pem`;
  const list = (url: string): string =>
    `curl -s ${url} | openssl crl -inform DER -noout -text | grep -A3 -E "CRL Number|Delta CRL|Revoked Cert|Serial|Reason"`;
  await show("Good, as `openssl ocsp` sees it:", ask);
  await show(
    "The device is lost: suspended at once, in OCSP and on the CRL.",
    `countersign device lost ${device}`,
    ask,
    list(crl),
  );
  await show("It is found: good again.", `countersign device found ${device}`, ask, list(crl));
  await show(
    "Its keys are known to others, since last Monday: revoked for good. The delta says what has changed since the base.",
    `countersign device compromised ${device} --since 2026-11-16T08:00:00Z`,
    ask,
    `curl -s ${crl} | openssl crl -inform DER -noout -text -CAfile issuing.pem`,
    list(delta),
    `curl -s ${crl} | openssl crl -inform DER -out crl.pem; openssl verify -crl_check -CRLfile crl.pem -CAfile alice/root.pem -untrusted alice/chain.pem alice/cert.pem`,
  );
  await show(
    "What an unchanged list costs:",
    `curl -s -o /dev/null -D - -H "If-None-Match: $(curl -s -o /dev/null -D - ${crl} | sed -n 's/^ETag: //p' | tr -d '\\r')" ${crl} | head -1`,
  );
  await show(
    "How soon it was seen:",
    `curl -s -H "Authorization: Bearer $(cat pki/token)" ${admin}/metrics | grep -E "time_to_revoked_seconds_(sum|count)"`,
  );
  const document = await readFile(DOCUMENT, "utf8");
  const before = document.slice(0, document.indexOf(BEGIN) + BEGIN.length);
  const after = document.slice(document.indexOf(END));
  await writeFile(DOCUMENT, `${before}\n\n${parts.join("\n\n")}\n\n${after}`);
} finally {
  await server.stop("SIGKILL");
  await folder.remove();
}
