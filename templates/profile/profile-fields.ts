import {
  CountersignError,
  hasForbiddenCharacter,
  type KeyAlgorithm,
  type Pkcs12ProfileInput,
  type ProfileBasics,
  type ProfileInput,
} from "../../plugin/sdk.ts";

/**
 * Refuses text that XML cannot carry, before a library does: its message would show the value, which may be the
 * challenge. Throws `invalid_input`, which names the field only.
 */
export const refuseControlCharacters = (input: ProfileInput | Pkcs12ProfileInput): void => {
  const fields: readonly (readonly [string, readonly string[]])[] = [
    ["profileId", [input.profileId]],
    ["displayName", [input.displayName]],
    ["organization", [input.organization]],
    ...("pkcs12" in input ? ([["password", [input.password]]] as const) : scepFields(input)),
  ];
  for (const [field, values] of fields) {
    if (values.some((value) => hasForbiddenCharacter(value) || /[\uFFFE\uFFFF]/.test(value))) {
      throw new CountersignError(
        "invalid_input",
        `${field} of the profile holds control characters`,
      );
    }
  }
};

const scepFields = (input: ProfileInput): readonly (readonly [string, readonly string[]])[] => [
  ["scepUrl", [input.scepUrl]],
  ["challenge", [input.challenge]],
  ["subject", input.subject.flat().map(([, value]) => value)],
  ["sans", input.sans.map(({ value }) => value)],
];

const RSA_BITS: Partial<Record<KeyAlgorithm, number>> = { "rsa-2048": 2048, "rsa-4096": 4096 };

/**
 * The RSA key size for a SCEP client of `platform`. Apple and Windows make RSA keys of 2048 and 4096 bits only
 * (uem-consoles I.1, I.5). Throws `key_unsupported` for any other.
 */
export const scepKeyBits = (algorithm: KeyAlgorithm, platform: string): number => {
  const bits = RSA_BITS[algorithm];
  if (bits === undefined) {
    throw new CountersignError(
      "key_unsupported",
      `${platform} makes RSA keys of 2048 or 4096 bits over SCEP, not ${algorithm}; let the template allow one of them`,
    );
  }
  return bits;
};

/** A file name from the profile id: letters, digits, dots and hyphens only. */
export const fileNameOf = (input: ProfileBasics, extension: string): string =>
  `${input.profileId.replace(/[^A-Za-z0-9.-]+/g, "-").replace(/^[.-]+/, "") || "profile"}.${extension}`;
