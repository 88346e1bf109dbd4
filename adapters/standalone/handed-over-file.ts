import { open, rm } from "node:fs/promises";
import { CountersignError, messageOf } from "../../plugin/sdk.ts";

/**
 * Keeps in a file (0600) what a server hands over only once. The file is made before anything is asked, so that nothing is made there whose
 * answer could not be kept here; where the server refuses, it is taken away again. Throws `conflict` for a file that is there already.
 */
export const handedOverFile = async <T>(
  path: string,
  ask: () => Promise<{ readonly content: Uint8Array; readonly answer: T }>,
): Promise<T> => {
  const file = await open(path, "wx", 0o600).catch((cause: unknown) => {
    throw new CountersignError("conflict", `${path} cannot be made: ${messageOf(cause)}`, {
      cause,
    });
  });
  try {
    const { content, answer } = await ask();
    await file.writeFile(content);
    await file.sync();
    return answer;
  } catch (failure) {
    await rm(path, { force: true });
    throw failure;
  } finally {
    await file.close();
  }
};
