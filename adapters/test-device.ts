import { generateKeyPair } from "node:crypto";
import { promisify } from "node:util";
import {
  CountersignError,
  formatDn,
  parseCertificate,
  parseCrl,
  type TestDevice,
  type TestEnrolment,
  type TestStep,
  type TestWish,
} from "../plugin/sdk.ts";
import { enrol, type EnrolResult, getCaCaps, getCaCert } from "./scep-client/scep-client.ts";
import { scepTransport } from "./scep-client/scep-transport.ts";

const DEADLINE_MS = 15_000;

/** The simulated device behind the console's test button. */
export const testDevice = (): TestDevice => ({ enrol: enrolStepwise, lookUp });

const enrolStepwise = async (
  wish: TestWish,
  begin: (step: TestStep) => void,
  end: (found: string) => void,
): Promise<TestEnrolment> => {
  const transport = scepTransport(wish.url);
  begin("capabilities");
  const capabilities = await getCaCaps(transport);
  if (capabilities.length === 0)
    throw new CountersignError("bad_message", `${wish.url} names no capability`);
  end(capabilities.join(", "));

  begin("ca-certificates");
  const offered = await getCaCert(transport);
  end(offered.map((der) => formatDn(parseCertificate(der).subject)).join("; "));

  begin("key");
  const { privateKey } = await promisify(generateKeyPair)("rsa", { modulusLength: 2048 });
  end("RSA, 2048 bits");

  begin("request");
  const result = await enrol({ ...wish, key: privateKey });
  const { certificate, chain } = issued(result);
  const { serial } = parseCertificate(certificate);
  end(`serial ${serial}`);

  begin("chain");
  const root = chain.at(-1);
  if (root === undefined)
    throw new CountersignError("certificate_not_matching", "no CA of GetCACert has issued it");
  end(chain.map((der) => formatDn(parseCertificate(der).subject)).join("; "));
  return { certificate, chain };
};

const issued = (result: EnrolResult): Extract<EnrolResult, { status: "issued" }> => {
  if (result.status === "issued") return result;
  throw new CountersignError(
    "challenge_refused",
    result.status === "pending"
      ? "the endpoint wants somebody to approve each request"
      : `the server answered failInfo ${result.failInfo}`,
  );
};

const lookUp: TestDevice["lookUp"] = async (crlUrl, serial, now) => {
  const body = await fetched(crlUrl);
  const crl = parseCrl(body);
  if (crl.nextUpdate !== undefined && crl.nextUpdate < now)
    throw new CountersignError("bad_message", `the CRL at ${crlUrl} has run out`);
  return {
    listed: crl.entries.some((entry) => entry.serial === serial),
    number: String(crl.number ?? ""),
    size: crl.entries.length,
  };
};

const fetched = async (url: string): Promise<Uint8Array> => {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(DEADLINE_MS) });
    if (response.status !== 200) throw new Error(`HTTP ${response.status}`);
    return new Uint8Array(await response.arrayBuffer());
  } catch (cause) {
    throw new CountersignError("busy", `${url} cannot be fetched`, { cause });
  }
};
