import { type CommandLine, option } from "../../ui/command-line.ts";
import type { FieldValues, Row } from "../../ui/field-spec.ts";
import { textOf } from "../../ui/text-of.ts";

/** The certificate that the form asks for, by the command line; a password comes from a file that nobody else reads. */
export const issueCommands = (values: FieldValues): readonly CommandLine[] => {
  const text = (name: string): string => textOf(values[name]);
  const names = [
    ...[
      "--authority-id",
      text("authorityId") || "ca",
      "--profile-id",
      text("profileId") || "profile",
    ],
    ...((values["sans"] ?? []) as readonly Row[])
      .filter(({ type, value }) => (type ?? "") !== "" && (value ?? "") !== "")
      .flatMap(({ type, value }) => ["--san", `${type ?? ""}:${value ?? ""}`]),
    ...((values["extensions"] ?? []) as readonly Row[])
      .filter(({ oid, value }) => (oid ?? "") !== "" && (value ?? "") !== "")
      .flatMap(({ oid, value }) => ["--extension", `${oid ?? ""}=${value ?? ""}`]),
    ...option("validity", text(text("validity") === "other" ? "otherValidity" : "validity")),
  ];
  if (values["how"] === "pkcs12") {
    const file = [
      ...["certificate", "pkcs12", text("subject") || "CN=name", ...names],
      ...option("key-algorithm", text("keyAlgorithm")),
      ...option("encoding", text("encoding")),
    ];
    return [
      { what: "Show what it would be", words: [...file, "--dry-run"] },
      {
        what: "Issue it; the password of the file stands in a file",
        words: [...file, "--password-file", "password.txt", "--out", "certificate.p12"],
      },
    ];
  }
  const words = [
    ...["certificate", "issue", "request.csr", ...names],
    ...option("subject", values["useCsrSubject"] === true ? "" : text("subject")),
  ];
  const csr = text("csr");
  const file = csr === "" ? {} : { file: { name: "request.csr", text: csr } };
  return [
    { what: "Show what the request asks for", words: ["certificate", "request", "request.csr"] },
    { what: "Show what it would be", words: [...words, "--dry-run"], ...file },
    { what: "Issue it", words: [...words, "--out", "certificate.pem"] },
  ];
};
