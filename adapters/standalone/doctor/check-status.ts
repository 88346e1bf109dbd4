import type { Finding } from "../../../plugin/index.ts";
import {
  type Clock,
  ocspRequestFor,
  parseCertificate,
  type ParsedCertificate,
  parseCrl,
  readOcspResponse,
  verifySignature,
} from "../../../plugin/sdk.ts";
import type { AdminClient } from "../admin-client.ts";
import { fetched, looked, type Worry } from "./look-at-url.ts";

const HOUR_MS = 3_600_000;
/** So long after its time a list (L-09) is not just late. */
const OVERDUE_HOURS = 24;

interface Authority {
  readonly id: string;
  readonly status: string;
  readonly ocspEnabled: boolean;
  readonly urls: {
    readonly ocsp?: string;
    readonly caIssuers?: string;
    readonly crls: readonly string[];
    readonly deltas: readonly string[];
  };
}

/** What relying parties get of every authority from its public URLs, compared with what should be there: lists, OCSP, CA certificate. */
export const checkStatus = async (api: AdminClient, clock: Clock): Promise<readonly Finding[]> => {
  const findings: Finding[] = [];
  const { crlIntervalSeconds } = (await api.ask("GET", "/about")).value as {
    readonly crlIntervalSeconds: number;
  };
  const everyHours = crlIntervalSeconds / 3600;
  const { items } = (await api.ask("GET", "/authorities")).value as { items: readonly Authority[] };
  for (const authority of items) {
    if (authority.status !== "active" && authority.status !== "retired") continue;
    const der = await api.bytes("GET", `/authorities/${authority.id}/certificate`, {
      query: { format: "der" },
    });
    const issuer = parseCertificate(der);
    const { caIssuers, ocsp, crls, deltas } = authority.urls;
    if (caIssuers !== undefined)
      findings.push(
        await looked("CA certificate", caIssuers, REMEDY, () => sameCertificate(caIssuers, der)),
      );
    for (const url of [...crls, ...deltas])
      findings.push(
        await looked("CRL", url, REMEDY, () => goodList(url, issuer, everyHours, clock.now())),
      );
    if (authority.ocspEnabled && ocsp !== undefined) {
      const serial = await ownSerial(api, authority.id);
      if (serial !== undefined)
        findings.push(
          await looked("OCSP", ocsp, REMEDY, () =>
            goodAnswer(ocsp, { der, issuer, serial }, clock.now()),
          ),
        );
    }
  }
  return findings;
};

const REMEDY =
  "Correct DNS, proxy or cache in front of it; sign a list anew by countersign authority publish-crl.";

const sameCertificate = async (url: string, der: Uint8Array): Promise<string> => {
  if (Buffer.compare(await fetched(url), der) !== 0) throw new Error("is another certificate");
  return "is the CA certificate";
};

const goodList = async (
  url: string,
  issuer: ParsedCertificate,
  everyHours: number,
  now: Date,
): Promise<string | Worry> => {
  const { tbs, scheme, signature, thisUpdate, nextUpdate, number, entries } = parseCrl(
    await fetched(url),
  );
  if (scheme === undefined || !verifySignature(issuer.publicKey, scheme, tbs, signature))
    throw new Error("was not signed by the authority's key");
  if (nextUpdate === undefined || nextUpdate <= now)
    throw new Error(`ended on ${nextUpdate?.toISOString() ?? "?"}`);
  const hours = (now.getTime() - thisUpdate.getTime()) / HOUR_MS;
  const message = `number ${number ?? "?"}, ${entries.length} entries, valid until ${nextUpdate.toISOString()}`;
  return hours < everyHours + OVERDUE_HOURS
    ? message
    : {
        message: `${message}, but signed ${Math.floor(hours)} h ago: a new one is due every ${everyHours} h`,
        remedy:
          "Look for alerts on the CRL schedule and for a cache in front that keeps old lists; sign one by countersign authority publish-crl.",
      };
};

const goodAnswer = async (
  url: string,
  { der, issuer, serial }: { der: Uint8Array; issuer: ParsedCertificate; serial: string },
  now: Date,
): Promise<string> => {
  const answer = readOcspResponse(await fetched(url, ocspRequestFor(issuer, serial)), der, serial);
  if (answer.status !== "good") throw new Error(`says ${answer.status} of its own responder`);
  if (answer.nextUpdate !== undefined && answer.nextUpdate <= now)
    throw new Error(`its answer ended on ${answer.nextUpdate.toISOString()}`);
  return "answers, signed by its responder";
};

/** A certificate of the authority that is surely good: that of its responder. */
const ownSerial = async (api: AdminClient, authority: string): Promise<string | undefined> => {
  const query = { authority, role: "ocsp", status: "issued", limit: "1" };
  const { items } = (await api.ask("GET", "/certificates", { query })).value as {
    items: readonly { readonly serial: string }[];
  };
  return items[0]?.serial;
};
