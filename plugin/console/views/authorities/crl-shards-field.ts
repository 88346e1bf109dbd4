import { CRL_SHARDS } from "../../api/words.ts";
import { count, plural } from "../../ui/format.ts";
import type { FieldSpec, FieldValue } from "../../ui/field-spec.ts";

/** How many lists of revoked certificates a new CA has (L-12): no console asks for it, and it never changes. */
export const CRL_SHARDS_FIELD: FieldSpec = {
  name: "crlShards",
  label: "Lists of revoked certificates",
  help: "Clients refuse lists above 22 MB. Certificates are spread over so many lists by their serials, and each names its own. The number stands in every certificate, so it can never be changed.",
  type: "choice",
  required: true,
  choices: CRL_SHARDS.map(({ shards, fit, size }) => ({
    value: String(shards),
    label: `${plural(shards, "list")} for up to ${count(fit)} revoked; with a million revoked ${size}${shards === 1 ? "" : " each"}`,
  })),
};

/** What was chosen; undefined for the one list that is there unless somebody says otherwise. */
export const crlShardsOf = (value: FieldValue | undefined): number | undefined =>
  typeof value === "string" && Number(value) > 1 ? Number(value) : undefined;
