import { CountersignError } from "../plugin/sdk.ts";
import { openKeyClient } from "./key-client.ts";

export interface InitTokenOptions {
  /** Path of the module. */
  readonly module: string;
  /** At most 32 octets. */
  readonly label: string;
  readonly soPin: Uint8Array | string;
  readonly pin: Uint8Array | string;
  /** Looks whether it could be done, and does nothing. */
  readonly dryRun?: boolean | undefined;
  /** Added to the environment of the process that does it, for example SOFTHSM2_CONF. */
  readonly environment?: Readonly<Record<string, string>> | undefined;
}

/**
 * Makes the module's blank token usable; for development, demos and tests (a real HSM has its own ceremony). Done in a process of its own
 * that is gone afterwards. Throws `conflict` when a token has the label, `key_not_found` when none is blank, `key_module_missing`,
 * `key_pin_incorrect` for PINs that the token does not take.
 */
export const initToken = async (options: InitTokenOptions): Promise<void> => {
  const { module, label, environment, dryRun } = options;
  if (label === "" || Buffer.byteLength(label) > 32) {
    throw new CountersignError("invalid_config", "a token label has 1 to 32 octets");
  }
  const client = await openKeyClient({
    config: {
      kind: "token-setup",
      module,
      label,
      soPin: Buffer.from(options.soPin).toString("base64"),
      pin: Buffer.from(options.pin).toString("base64"),
      dryRun,
    },
    environment,
  });
  await client.close();
};
