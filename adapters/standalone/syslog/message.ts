import { hostname } from "node:os";
import type { LedgerItem } from "../ledger-source.ts";

/** Facility 13, "log audit" (RFC 5424 section 6.2.1). */
const FACILITY = 13;
const SEVERITY = { warning: 4, info: 6 } as const;
/** RFC 5424 section 6.2: these fields are printable ASCII of limited length. */
const LONGEST = { host: 255, messageId: 32 } as const;
/** RFC 5424 section 7.3.1: `sequenceId` begins again after this. */
const LAST_SEQUENCE_ID = 2_147_483_647;

const printable = (text: string, longest: number): string =>
  text.replace(/[^!-~]/g, "").slice(0, longest) || "-";

/** Entries that say no to somebody, or call for somebody. */
const isWarning = (event: string): boolean => /(?:refused|alarm|failed|locked)$/.test(event);

/**
 * A ledger entry as a syslog message (RFC 5424): its kind as MSGID, its number as `meta sequenceId`, and as text the entry in JSON (UTF-8
 * behind a byte order mark), with its place in the hash chain. A certificate's bytes stay out: what receivers take is 2 to 8 KiB, and
 * the fingerprint is among the data.
 */
export const syslogMessage = (tenant: string, item: LedgerItem): string => {
  const { event, at, sequence, principal, subjectId, data, hash } = item;
  const priority = FACILITY * 8 + (isWarning(event) ? SEVERITY.warning : SEVERITY.info);
  const host = printable(hostname(), LONGEST.host);
  const id = ((sequence - 1) % LAST_SEQUENCE_ID) + 1;
  const text = JSON.stringify({ tenant, sequence, event, at, principal, subjectId, data, hash });
  const messageId = printable(event, LONGEST.messageId);
  return `<${priority}>1 ${at} ${host} countersign - ${messageId} [meta sequenceId="${id}"] \uFEFF${text}`;
};

/** As it goes over a stream: octets counted before it (RFC 5425 section 4.3). */
export const syslogFrame = (message: string): string => `${Buffer.byteLength(message)} ${message}`;
