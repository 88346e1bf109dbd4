import { CountersignError } from "../errors.ts";

/** The part of a renewal window, from its opening, over which devices are spread: 0 to 0.9. The rest is for tries that fail. */
export const parseRenewalSpread = (text: string): number => {
  const share = /^(\d{1,2})%$/.exec(text)?.[1];
  if (share === undefined || Number(share) > 90)
    throw new CountersignError(
      "invalid_input",
      `${JSON.stringify(text.slice(0, 40))} is no share of the window from 0% to 90%`,
    );
  return Number(share) / 100;
};

/**
 * The fixed place of a device in the spread of a template, 0 to below 1: the same at every renewal, on every node and in every version,
 * even over devices whose names differ in one character (32-bit FNV-1a, then mixed).
 */
export const spreadOf = (deviceId: string, templateId: string): number => {
  let hash = 0x811c9dc5;
  for (const unit of `${templateId}\n${deviceId}`) {
    hash = Math.imul(hash ^ (unit.codePointAt(0) ?? 0), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
};
