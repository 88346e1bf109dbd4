import type { Authority } from "../../api/calls.ts";
import type { App } from "../../app/app.ts";
import type { CommandLine } from "../../ui/command-line.ts";

/** What a CA server's page does, by the command line; only what this person may do. */
export const caCommands = (
  app: App,
  { id, keyStore, status, renewing, ocspEnabled, crlEnabled }: Authority,
): readonly CommandLine[] => {
  const line = (what: string, verb: string, ...more: readonly string[]): CommandLine => ({
    what,
    words: ["authority", verb, id, ...more],
  });
  const manages = app.may("authorities:manage") && keyStore !== undefined;
  const active = manages && status === "active";
  return [
    line("Count the devices that stand on it", "usage"),
    ...(app.may("ca-certificates:download")
      ? [line("Download the chain", "chain", "--out", `${id}-chain.pem`)]
      : []),
    ...(manages && (status === "pending" || renewing)
      ? [
          line("Download its request", "csr", "--out", `${id}.csr`),
          line("Bring its certificate", "certify", `${id}.cer`),
        ]
      : []),
    ...(active && crlEnabled ? [line("Sign its CRL now", "publish-crl")] : []),
    ...(status === "active" || status === "retired"
      ? [line("Test what is published", "check")]
      : []),
    ...(active && !ocspEnabled ? [line("Switch OCSP on, for good", "enable-ocsp")] : []),
    ...(active
      ? [
          line("Renew its certificate", "renew"),
          { what: "Replace its key", words: ["roll-over", "start", id] },
          line("Retire it", "retire"),
        ]
      : []),
    ...(app.may("authorities:manage")
      ? [line("Say what deleting it would take with it; the typed identifier deletes it", "delete")]
      : []),
  ];
};
