import type { Certificate } from "../../api/calls.ts";
import type { App } from "../../app/app.ts";
import { type CommandLine, option } from "../../ui/command-line.ts";

/** What somebody has filled in to revoke or suspend. */
export interface Ending {
  readonly reason: string;
  readonly comment: string;
  /** ISO 8601. */
  readonly invalidityDate: string | undefined;
  readonly until: string | undefined;
  /** The CRL is signed before the answer. */
  readonly publishNow?: boolean;
}

/** The end of a certificate by the command line, with what is filled in. */
export const revokeCommand = (id: string, ending: Ending): CommandLine => ({
  what: "Revoke it",
  words: [
    ...["certificate", "revoke", id, "--reason", ending.reason],
    ...option("invalidity-date", ending.invalidityDate),
    ...option("comment", ending.comment),
    ...(ending.publishNow === true ? ["--publish-now"] : []),
  ],
});

export const suspendCommand = (id: string, { until, comment }: Ending): CommandLine => ({
  what: "Suspend it",
  words: [
    ...["certificate", "suspend", id],
    ...option("until", until),
    ...option("comment", comment),
  ],
});

/** What the certificate's page does; only what this person may do. */
export const certificateCommands = (
  app: App,
  { id, status, role, hold }: Certificate,
): readonly CommandLine[] => {
  const blank = { reason: "unspecified", comment: "", invalidityDate: undefined, until: undefined };
  const change = app.may("certificates:change-status");
  return [
    { what: "Download it", words: ["certificate", "download", id, "--out", "certificate.pem"] },
    ...(change && hold !== undefined
      ? [{ what: "Unsuspend it", words: ["certificate", "unsuspend", id] }]
      : []),
    ...(change && hold !== undefined ? [revokeCommand(id, blank)] : []),
    ...(change && status === "issued" && role !== "authority"
      ? [suspendCommand(id, blank), revokeCommand(id, blank)]
      : []),
  ];
};
