import { createReadStream } from "node:fs";
import type { ChainEnd, LedgerEvent, SealedEntry, SignedHead } from "../domain/events.ts";
import { CountersignError } from "../errors.ts";
import { fileFault } from "./file-fault.ts";

/** The first line of a ledger export: whose it is, with which key its heads are signed, and where it begins. */
export interface LedgerHeader {
  readonly tenant: string;
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Uint8Array;
  readonly after: ChainEnd;
}

/** A line of a ledger export (JSON lines). `torn`: the last one, whose end was never written. */
export type LedgerLine =
  | { readonly kind: "ledger"; readonly header: LedgerHeader }
  | {
      readonly kind: "entry";
      readonly entry: SealedEntry;
      /** DER of what was issued or revoked. */
      readonly certificate: Uint8Array | undefined;
    }
  | { readonly kind: "head"; readonly head: SignedHead }
  | { readonly kind: "torn" };

/** No line of ours is longer; a certificate has some kilobytes. */
const LONGEST_LINE = 4_000_000;

/** Reads an export line by line. Throws `ledger_broken` for a line that is none of ours, `invalid_input` for a file that cannot be read. */
export async function* readLedgerFile(file: string): AsyncGenerator<LedgerLine> {
  let number = 0;
  let header: LedgerHeader | undefined;
  for await (const text of linesOf(file)) {
    number += 1;
    const line = text === undefined ? ({ kind: "torn" } as const) : parsed(text, number, header);
    if (line.kind === "ledger") header = line.header;
    yield line;
  }
  if (header === undefined) throw broken(`${file} is no ledger export: it is empty`);
}

export const broken = (detail: string, cause?: unknown): CountersignError =>
  new CountersignError("ledger_broken", detail, { cause });

/** Undefined for a last line without an end. */
async function* linesOf(file: string): AsyncGenerator<string | undefined> {
  let rest = "";
  try {
    for await (const chunk of createReadStream(file, "utf8") as AsyncIterable<string>) {
      const complete = (rest + chunk).split("\n");
      rest = complete.pop() ?? "";
      if (rest.length > LONGEST_LINE) throw broken(`${file} is no ledger export: no line ends`);
      yield* complete;
    }
  } catch (cause) {
    throw fileFault(file, "read", cause);
  }
  if (rest !== "") yield undefined;
}

type Members = Readonly<Record<string, unknown>>;

const parsed = (text: string, number: number, header: LedgerHeader | undefined): LedgerLine => {
  try {
    const members = JSON.parse(text) as Members;
    if (members["kind"] === "ledger" && header === undefined)
      return { kind: "ledger", header: headerOf(members) };
    if (header !== undefined && members["kind"] === "entry") return entryOf(members);
    if (header !== undefined && members["kind"] === "head")
      return { kind: "head", head: headOf(header.tenant, members) };
  } catch (cause) {
    throw broken(`line ${number} is no line of a ledger export`, cause);
  }
  throw broken(
    header === undefined
      ? "the first line is not that of a ledger export"
      : `line ${number} is no line of a ledger export`,
  );
};

const headerOf = ({ version, tenant, publicKey, after }: Members): LedgerHeader => {
  if (version !== 1) throw new TypeError("another version");
  return { tenant: text(tenant), publicKey: octets(publicKey), after: place(after as Members) };
};

const entryOf = (members: Members): LedgerLine => {
  const { subjectId, certificate, data } = members;
  if (typeof data !== "object" || data === null) throw new TypeError("data");
  return {
    kind: "entry",
    entry: {
      ...place(members),
      event: text(members["event"]) as LedgerEvent,
      principal: text(members["principal"]),
      at: time(members["at"]),
      subjectId: subjectId === undefined || subjectId === null ? undefined : text(subjectId),
      data: data as Members,
    },
    certificate: certificate === undefined ? undefined : octets(certificate),
  };
};

const headOf = (tenant: string, members: Members): SignedHead => ({
  tenant,
  ...place(members),
  at: time(members["at"]),
  signature: octets(members["signature"]),
});

const place = ({ sequence, hash }: Members): ChainEnd => {
  if (!Number.isSafeInteger(sequence)) throw new TypeError("sequence");
  return { sequence: sequence as number, hash: text(hash) };
};
const text = (value: unknown): string => {
  if (typeof value !== "string") throw new TypeError("text");
  return value;
};
const octets = (value: unknown): Uint8Array => new Uint8Array(Buffer.from(text(value), "base64"));
const time = (value: unknown): Date => {
  const date = new Date(text(value));
  // Another spelling of the same moment would have another hash than it seems to have.
  if (date.toISOString() !== value) throw new TypeError("time");
  return date;
};
