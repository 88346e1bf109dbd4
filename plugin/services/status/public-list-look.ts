import type { ParsedCertificate } from "../../pki/certificate.ts";
import { parseCrl } from "../../pki/crl-read.ts";
import { verifySignature } from "../../pki/public-key.ts";
import type { CrlRecord } from "../../ports/crl-store.ts";
import { publicAnswer, type Worry } from "./public-look.ts";

const HOUR_MS = 3_600_000;
/** So long after its time a list (L-09) is not just late. */
const OVERDUE_HOURS = 24;
/** Octets of a list that is read entry by entry; of a longer one its digest has to do. */
const READ = 1024 * 1024;

/** What a list at a public URL is compared with. */
export interface ListTerms {
  readonly issuer: ParsedCertificate;
  /** The list that was published last; asked for before the look and after it, since the look itself may have a new one signed. */
  readonly published: () => Promise<CrlRecord | undefined>;
  readonly everySeconds: number;
  readonly now: Date;
}

/** Looks at one list from outside. Throws what is wrong with it. */
export const lookAtList = async (
  url: string,
  { issuer, published, everySeconds, now }: ListTerms,
): Promise<string | Worry> => {
  const before = await published();
  const { bytes, sha256 } = await publicAnswer(url);
  const after = await published();
  const ours = [after, before].find((list) => list?.sha256 === sha256);
  if (ours !== undefined) return judged(ours, everySeconds, now);
  const wanted = after === undefined ? "none" : `number ${after.number}`;
  if (bytes.length > READ)
    throw new Error(`is another list than the one published last (${wanted})`);
  const { tbs, scheme, signature, nextUpdate, number, baseNumber } = parseCrl(bytes);
  if (scheme === undefined || !verifySignature(issuer.publicKey, scheme, tbs, signature))
    throw new Error("was not signed by the authority's key");
  if ((baseNumber !== undefined) !== (after?.kind === "delta"))
    throw new Error(`is a ${baseNumber === undefined ? "complete list" : "delta"}`);
  const said = `number ${number ?? "?"}, but published last was ${wanted}`;
  if (nextUpdate === undefined || nextUpdate <= now)
    throw new Error(`${said}; it ended on ${nextUpdate?.toISOString() ?? "?"}`);
  return {
    message: `${said}: something in front keeps old lists`,
    remedy:
      "Let caches in front ask each time (Cache-Control says so); devices see revocations late.",
  };
};

const judged = (
  { number, entries, thisUpdate, nextUpdate }: CrlRecord,
  everySeconds: number,
  now: Date,
): string | Worry => {
  if (nextUpdate <= now) throw new Error(`ended on ${nextUpdate.toISOString()}`);
  const hours = (now.getTime() - thisUpdate.getTime()) / HOUR_MS;
  const every = everySeconds / 3600;
  const message = `number ${number}, ${entries} entries, valid until ${nextUpdate.toISOString()}`;
  return hours < every + OVERDUE_HOURS
    ? message
    : {
        message: `${message}, but signed ${Math.floor(hours)} h ago: a new one is due every ${every} h`,
        remedy:
          "Look for alerts on the CRL schedule and at the key store; sign one by countersign authority publish-crl.",
      };
};
