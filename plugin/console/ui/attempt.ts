import type { App } from "../app/app.ts";

/** Does something, says that it is done, and says why it could not be; undefined is answered then. */
export const attempt = async <T>(
  app: App,
  work: () => Promise<T>,
  done?: string,
): Promise<T | undefined> => {
  try {
    const value = await work();
    if (done !== undefined) app.say(done, "good");
    return value;
  } catch (failure) {
    app.fail(failure);
    return undefined;
  }
};
