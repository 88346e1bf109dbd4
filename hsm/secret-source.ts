import {
  CountersignError,
  type Environment,
  readSecretBytes,
  type SecretSource,
} from "../plugin/sdk.ts";

/** Without the one line end that editors and `echo` leave. */
const trimLineEnd = (secret: Uint8Array): Uint8Array => {
  let end = secret.length;
  if (secret[end - 1] === 0x0a) end -= 1;
  if (end < secret.length && secret[end - 1] === 0x0d) end -= 1;
  return secret.subarray(0, end);
};

/**
 * A PIN or passphrase: as `readSecretBytes`, without a line end where it does not come from a function, and never empty. Throws `invalid_config`
 * for a file that others can read, and for what is missing or empty; never with the secret.
 */
export const readSecret = async (
  source: SecretSource,
  environment: Environment,
): Promise<Uint8Array> => {
  const octets = await readSecretBytes("PIN or passphrase", source, environment);
  const secret = typeof source === "function" ? octets : trimLineEnd(octets);
  if (secret.length > 0) return secret;
  throw new CountersignError("invalid_config", "the PIN or passphrase is empty");
};
