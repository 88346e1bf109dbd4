import {
  type CaServerModel,
  type ConsoleField,
  type FormPart,
  isRsa,
  SIGNING_LABELS,
} from "../../plugin/sdk.ts";

const VALUES = SIGNING_LABELS.map(({ keyAlgorithm, signature, label }) => ({
  value: signature === "pss" ? `${keyAlgorithm}-pss` : keyAlgorithm,
  label,
  keyAlgorithm,
  signature,
}));

/** One pick list for the key of a CA, its hash and its padding, in the labels that fix all three (K-01). */
export const signingKey = (field: Omit<ConsoleField, "choices">): FormPart<CaServerModel> => ({
  fields: [{ ...field, choices: VALUES.map(({ value, label }) => ({ value, label })) }],
  members: ["keyAlgorithm", "signature"],
  show: ({ keyAlgorithm, signature }) => {
    const shown = VALUES.find(
      (one) =>
        one.keyAlgorithm === keyAlgorithm &&
        (!isRsa(one.keyAlgorithm) || one.signature === signature),
    );
    return { [field.name]: shown?.value ?? keyAlgorithm };
  },
  change: (model, values) => {
    const picked = values[field.name];
    const known = VALUES.find(({ value }) => value === picked);
    if (known === undefined)
      return { ...model, keyAlgorithm: typeof picked === "string" ? picked : "" };
    const { keyAlgorithm, signature } = known;
    // How an RSA key signs says nothing of other keys.
    return { ...model, keyAlgorithm, signature: isRsa(keyAlgorithm) ? signature : model.signature };
  },
});
