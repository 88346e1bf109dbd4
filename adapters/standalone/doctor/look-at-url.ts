import type { Finding } from "../../../plugin/index.ts";
import { messageOf } from "../../../plugin/sdk.ts";

const DEADLINE_MS = 10_000;

/** What is right today, and will not be. */
export interface Worry {
  readonly message: string;
  readonly remedy: string;
}

/** What `look` finds at a public URL: it answers what was found, or throws what is wrong. */
export const looked = async (
  check: string,
  url: string,
  faultRemedy: string,
  look: () => Promise<string | Worry>,
): Promise<Finding> => {
  try {
    const found = await look();
    return typeof found === "string"
      ? { check, level: "ok", message: `${url}: ${found}` }
      : { check, level: "warning", message: `${url}: ${found.message}`, remedy: found.remedy };
  } catch (failure) {
    const message = `${url}: ${messageOf(failure)}`;
    return { check, level: "fault", message, remedy: faultRemedy };
  }
};

/** The octets at a URL, by POST where there is a body. Throws unless the answer is 200 within ten seconds. */
export const fetched = async (url: string, body?: Uint8Array): Promise<Uint8Array> => {
  const signal = AbortSignal.timeout(DEADLINE_MS);
  const response = await fetch(
    url,
    body === undefined ? { signal } : { signal, method: "POST", body: Buffer.from(body) },
  );
  if (response.status !== 200) throw new Error(`answers HTTP ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
};
