import { CountersignError, type ErrorCode, ERRORS, messageOf } from "../plugin/sdk.ts";
import { FRAME_HEADER, FRAME_LIMIT } from "./frames.ts";

const KINDS = [
  "open",
  "sign",
  "unwrap",
  "public-key",
  "generate",
  "destroy",
  "probe",
  "import",
  "list",
  "survey",
] as const;

/** What a key worker can be asked. */
export type OperationKind = (typeof KINDS)[number];

/**
 * One question to a key worker; `key` is the id part of a reference as octets, at most 255. Questions and answers:
 *
 * | kind | scheme | bytes | answer |
 * |---|---|---|---|
 * | `sign` | SignatureScheme | digest or message | signature |
 * | `unwrap` | UnwrapScheme | ciphertext | `length` octets |
 * | `public-key` | `sign` or `decrypt` | | SubjectPublicKeyInfo, DER |
 * | `generate` | KeyAlgorithm | JSON of KeySpec | key id |
 * | `import` | | JSON of usage, label and the key (PKCS#8, base64) | key id |
 * | `destroy` | | | empty |
 * | `probe` | | | JSON of KeyFinding[] |
 * | `list` | | | JSON of ListedKey[] |
 * | `survey` | | | JSON of TokenSurvey |
 */
export interface KeyOperation {
  readonly kind: OperationKind;
  readonly key: Uint8Array;
  readonly scheme: string;
  /** Octets that `unwrap` answers; 0 elsewhere. */
  readonly length: number;
  readonly bytes: Uint8Array;
}

/** An operation under the number that its answer will carry. */
export interface NumberedOperation {
  readonly id: number;
  readonly operation: KeyOperation;
}

const NOTHING = new Uint8Array();

/** An operation with the fields that it needs; the others are empty. */
export const operation = (
  kind: OperationKind,
  fields: Partial<Omit<KeyOperation, "kind">> = {},
): KeyOperation => ({ kind, key: NOTHING, scheme: "", length: 0, bytes: NOTHING, ...fields });

// number (4), kind, scheme length, key length, content length (2)
const FIXED = 9;

/** A batch as frames, in one buffer for one write. Throws `too_large` for an operation that no frame can hold. */
export const encodeOperations = (batch: readonly NumberedOperation[]): Buffer => {
  let total = 0;
  for (const {
    operation: { scheme, key, bytes },
  } of batch) {
    const size = FIXED + scheme.length + key.length + bytes.length;
    if (size > FRAME_LIMIT) {
      throw new CountersignError("too_large", `at most ${FRAME_LIMIT} octets go to a key at once`);
    }
    total += FRAME_HEADER + size;
  }
  const out = Buffer.allocUnsafe(total);
  let at = 0;
  for (const {
    id,
    operation: { kind, scheme, key, length, bytes },
  } of batch) {
    at = out.writeUInt32BE(FIXED + scheme.length + key.length + bytes.length, at);
    at = out.writeUInt32BE(id, at);
    at = out.writeUInt8(KINDS.indexOf(kind), at);
    at = out.writeUInt8(scheme.length, at);
    at = out.writeUInt8(key.length, at);
    at = out.writeUInt16BE(length, at);
    at += out.write(scheme, at, "latin1");
    out.set(key, at);
    at += key.length;
    out.set(bytes, at);
    at += bytes.length;
  }
  return out;
};

/** The operation inside one frame. Throws `internal` for a frame that is not one. */
export const decodeOperation = (frame: Buffer): NumberedOperation => {
  if (frame.length < FIXED) throw new CountersignError("internal", "a frame is cut short");
  const kind = KINDS[frame.readUInt8(4)];
  const keyAt = FIXED + frame.readUInt8(5);
  const bytesAt = keyAt + frame.readUInt8(6);
  if (kind === undefined || bytesAt > frame.length) {
    throw new CountersignError("internal", "a frame holds no operation");
  }
  return {
    id: frame.readUInt32BE(0),
    operation: {
      kind,
      scheme: frame.toString("latin1", FIXED, keyAt),
      key: frame.subarray(keyAt, bytesAt),
      length: frame.readUInt16BE(7),
      bytes: frame.subarray(bytesAt),
    },
  };
};

/** The answer to operation `id` as one frame; an error travels as code and detail, without its cause. */
export const encodeAnswer = (id: number, answer: Uint8Array | CountersignError): Buffer => {
  const failed = answer instanceof CountersignError;
  const bytes = failed
    ? Buffer.from(JSON.stringify({ code: answer.code, detail: answer.detail }))
    : answer;
  const out = Buffer.allocUnsafe(FRAME_HEADER + 5 + bytes.length);
  out.writeUInt32BE(5 + bytes.length, 0);
  out.writeUInt32BE(id, 4);
  out.writeUInt8(failed ? 1 : 0, 8);
  out.set(bytes, 9);
  return out;
};

/** The answer inside one frame. Throws `internal` for a frame that is not one. */
export const decodeAnswer = (
  frame: Buffer,
): { readonly id: number; readonly answer: Uint8Array | CountersignError } => {
  if (frame.length < 5) throw new CountersignError("internal", "a frame is cut short");
  const id = frame.readUInt32BE(0);
  // A copy: the frame is a view of a whole chunk, which an answer that is kept would hold alive.
  if (frame.readUInt8(4) === 0) return { id, answer: new Uint8Array(frame.subarray(5)) };
  const { code, detail } = JSON.parse(frame.toString("utf8", 5)) as {
    code: ErrorCode;
    detail: string;
  };
  return { id, answer: new CountersignError(code in ERRORS ? code : "internal", detail) };
};

/** Whether it is one of ours, also from a second copy of the class (a bundle, a loader), which `instanceof` does not know. */
const isOurs = (thrown: unknown): thrown is CountersignError =>
  thrown instanceof Error && thrown.name === "CountersignError" && "detail" in thrown;

/** Anything thrown by a worker as the one error: what is not ours becomes `key_unavailable`. */
export const asKeyError = (thrown: unknown): CountersignError => {
  if (thrown instanceof CountersignError) return thrown;
  const cause = { cause: thrown };
  return isOurs(thrown)
    ? new CountersignError(thrown.code, thrown.detail, cause)
    : new CountersignError("key_unavailable", messageOf(thrown), cause);
};
