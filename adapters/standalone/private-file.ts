import { randomUUID } from "node:crypto";
import { open, rename, rm } from "node:fs/promises";

/** Makes a file that only its owner can read and write (0600), durable when it returns. Throws when it is there already. */
export const createPrivateFile = async (
  path: string,
  content: string | Uint8Array,
): Promise<void> => {
  const file = await open(path, "wx", 0o600);
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
};

/** Replaces a file as a whole (0600): a reader sees the old one or the new one, never a part. */
export const replacePrivateFile = async (
  path: string,
  content: string | Uint8Array,
): Promise<void> => {
  const made = `${path}.${randomUUID()}.new`;
  try {
    await createPrivateFile(made, content);
    await rename(made, path);
  } catch (failure) {
    await rm(made, { force: true });
    throw failure;
  }
};
