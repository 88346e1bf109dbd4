import { hash } from "node:crypto";
import { CountersignError, messageOf } from "../../errors.ts";

const DEADLINE_MS = 10_000;
/** No list that a client takes is longer (L-12), twice over. */
const LONGEST = 48 * 1024 * 1024;

/** What is right today, and will not be. */
export interface Worry {
  readonly message: string;
  readonly remedy: string;
}

/** One look at a public URL: what was found, or what is wrong with its remedy. */
export interface PublicFinding {
  /** `CRL`, `OCSP` … */
  readonly check: string;
  readonly url: string;
  readonly level: "ok" | "warning" | "fault";
  readonly message: string;
  readonly remedy: string | undefined;
}

/** What `look` finds: it answers what was found, or throws what is wrong. */
export const looked = async (
  check: string,
  url: string,
  faultRemedy: string,
  look: () => Promise<string | Worry>,
): Promise<PublicFinding> => {
  try {
    const found = await look();
    return typeof found === "string"
      ? { check, url, level: "ok", message: found, remedy: undefined }
      : { check, url, level: "warning", ...found };
  } catch (failure) {
    const message = failure instanceof CountersignError ? failure.detail : messageOf(failure);
    return { check, url, level: "fault", message, remedy: faultRemedy };
  }
};

/** What a URL answers; `body` is POSTed. Throws unless the answer is 200 within ten seconds. */
export const publicAnswer = async (
  url: string,
  body?: Uint8Array,
): Promise<{ readonly bytes: Uint8Array; readonly sha256: string }> => {
  const signal = AbortSignal.timeout(DEADLINE_MS);
  const response = await fetch(
    url,
    body === undefined ? { signal } : { signal, method: "POST", body: Buffer.from(body) },
  );
  if (response.status !== 200) {
    await response.body?.cancel();
    throw new Error(`answers HTTP ${response.status}`);
  }
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of response.body ?? []) {
    const octets = part as Uint8Array;
    parts.push(octets);
    length += octets.length;
    if (length > LONGEST) throw new Error(`answers more than ${LONGEST} octets`);
  }
  const bytes = Buffer.concat(parts);
  return { bytes, sha256: hash("sha256", bytes, "hex") };
};
