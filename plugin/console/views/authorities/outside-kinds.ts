import type { Authority } from "../../api/calls.ts";

type OutsideKind = NonNullable<Authority["outside"]>["serverType"];

/** What may stand elsewhere; it decides which notes an admin is given. */
export const OUTSIDE_KINDS: Readonly<Record<OutsideKind, string>> = {
  other: "Another SCEP server",
  "digicert-one": "DigiCert ONE",
  ejbca: "EJBCA",
  ndes: "Microsoft NDES",
  "step-ca": "step-ca",
  countersign: "Another Countersign",
};

export const outsideName = (kind: OutsideKind): string => OUTSIDE_KINDS[kind];
