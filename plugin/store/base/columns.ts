/** A time in a row: milliseconds since 1970. PostgreSQL hands a bigint out as text. */
export type Millis = number | string;

export const toMillis = (date: Date): number => date.getTime();
export const toMillisOrNull = (date: Date | undefined): number | null => date?.getTime() ?? null;
export const fromMillis = (value: Millis): Date => new Date(Number(value));
export const fromMillisOrNull = (value: Millis | null): Date | undefined =>
  value === null ? undefined : fromMillis(value);

/** A boolean in a row. */
export type Flag = 0 | 1;

export const toFlag = (value: boolean): Flag => (value ? 1 : 0);
export const fromFlag = (value: Flag): boolean => value === 1;

/** Octets as the drivers take them: a view, no copy. */
export const toBlob = (bytes: Uint8Array): Buffer =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
export const toBlobOrNull = (bytes: Uint8Array | undefined): Buffer | null =>
  bytes === undefined ? null : toBlob(bytes);
/** Octets as our types have them: plain, since a Buffer does not behave like one (`slice`). */
export const fromBlob = (blob: Uint8Array): Uint8Array =>
  new Uint8Array(blob.buffer, blob.byteOffset, blob.byteLength);
export const fromBlobOrNull = (blob: Uint8Array | null): Uint8Array | undefined =>
  blob === null ? undefined : fromBlob(blob);

export const orNull = <T>(value: T | undefined): T | null => value ?? null;
export const orUndefined = <T>(value: T | null): T | undefined => value ?? undefined;
