import pkcs11js, { type Handle, type PKCS11, type TokenInfo } from "pkcs11js";

import { CountersignError } from "../plugin/sdk.ts";
import type { Pkcs11Config } from "./pkcs11-config.ts";
import { pkcs11Failure } from "./pkcs11-errors.ts";

export interface FoundToken {
  readonly slot: Handle;
  readonly slotNumber: number;
  readonly label: string;
  readonly info: TokenInfo;
}

/** Which token; what is left out may be anything. */
export type WantedToken = Pick<
  Pkcs11Config,
  "tokenLabel" | "slot" | "serial" | "manufacturer" | "model"
>;

/** Fixed-width texts of a module end in spaces, and with some in NULs. */
const trim = (text: string): string => text.replace(/[\s\0]+$/, "");

const numberOf = (handle: Handle): number =>
  handle.length === 8 ? Number(handle.readBigUInt64LE()) : handle.readUInt32LE();

/** Every token that the module shows, whether initialised or not. */
export const tokensOf = (p11: PKCS11): readonly FoundToken[] => {
  try {
    return p11.C_GetSlotList(true).map((slot) => {
      const info = p11.C_GetTokenInfo(slot);
      return { slot, slotNumber: numberOf(slot), label: trim(info.label), info };
    });
  } catch (error) {
    throw pkcs11Failure("C_GetTokenInfo", error);
  }
};

/**
 * The one initialised token with this label or in this slot; with neither, the only one. Throws `key_not_found` when it is not there,
 * `invalid_config` when the choice is not clear; both name what is there.
 */
export const findToken = (p11: PKCS11, wanted: WantedToken): FoundToken => {
  const all = tokensOf(p11);
  const isMade = ({ info }: FoundToken): boolean =>
    (info.flags & pkcs11js.CKF_TOKEN_INITIALIZED) !== 0;
  const tokens = all.filter(isMade);
  const matching = tokens.filter(
    ({ label, slotNumber, info }) =>
      (wanted.tokenLabel === undefined || label === wanted.tokenLabel) &&
      (wanted.slot === undefined || slotNumber === wanted.slot) &&
      (wanted.serial === undefined || trim(info.serialNumber) === wanted.serial) &&
      (wanted.manufacturer === undefined || trim(info.manufacturerID) === wanted.manufacturer) &&
      (wanted.model === undefined || trim(info.model) === wanted.model),
  );
  const [token] = matching;
  if (token !== undefined && matching.length === 1) return token;
  const here =
    all
      .map((one) =>
        isMade(one)
          ? `"${one.label}" in slot ${one.slotNumber}`
          : `a blank one in slot ${one.slotNumber} (make it usable: countersign keys init)`,
      )
      .join(", ") || "none";
  if (token !== undefined) {
    throw new CountersignError(
      "invalid_config",
      `more than one token fits: name its label and slot; the module has: ${here}`,
    );
  }
  const asked = [
    ...(wanted.tokenLabel === undefined ? [] : [`with the label "${wanted.tokenLabel}"`]),
    ...(wanted.slot === undefined ? [] : [`in slot ${wanted.slot}`]),
    ...(["serial", "manufacturer", "model"] as const).flatMap((name) =>
      wanted[name] === undefined ? [] : [`with the ${name} "${wanted[name]}"`],
    ),
  ].join(" ");
  throw new CountersignError(
    "key_not_found",
    `there is no token ${asked}; the module has: ${here}`,
  );
};
