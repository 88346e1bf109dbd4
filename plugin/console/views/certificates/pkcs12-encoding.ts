import type { FieldSpec } from "../../ui/field-spec.ts";

/** How a key file is encrypted, as every form asks for it. */
export const PKCS12_ENCODING: FieldSpec = {
  name: "encoding",
  label: "Encoding of the key file",
  help: "Old systems cannot read the strong one.",
  type: "choice",
  required: true,
  choices: [
    { value: "strong", label: "Strong (AES-256, SHA-256)" },
    { value: "compatible", label: "Compatible (3DES, for old systems)" },
  ],
};

/** What was chosen; strong unless said otherwise. */
export const pkcs12EncodingOf = (value: unknown): "strong" | "compatible" =>
  value === "compatible" ? "compatible" : "strong";
