import { CountersignError, messageOf } from "../errors.ts";

/** What an error of the file system means for `path`: `storage_full`, `conflict` for what is there already, else `invalid_input`. */
export const fileFault = (path: string, doing: string, cause: unknown): unknown => {
  if (cause instanceof CountersignError) return cause;
  const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
  if (code === "ENOSPC" || code === "EDQUOT" || code === "EFBIG")
    return new CountersignError("storage_full", `${path} cannot be ${doing}: no space is left`, {
      cause,
    });
  if (code === "EEXIST")
    return new CountersignError("conflict", `there is a file ${path} already`, { cause });
  return typeof code === "string"
    ? new CountersignError("invalid_input", `${path} cannot be ${doing}: ${messageOf(cause)}`, {
        cause,
      })
    : cause;
};
