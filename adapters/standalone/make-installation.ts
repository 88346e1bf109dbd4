import { createCountersign } from "../../plugin/index.ts";
import { builtins } from "../preset.ts";
import { configurationOf } from "./configuration.ts";
import { initialise } from "./initialise.ts";
import type { ServerOptions } from "./server.ts";

/** Makes a data folder and starts the installation in it once, so that what does not work is known now; then nothing is left of it. */
export const makeInstallation = async (options: ServerOptions): Promise<void> => {
  const { folder, changes, keyStore, further, logger } = options;
  const { settings, undo } = await initialise(folder, changes, keyStore);
  try {
    const config = configurationOf(folder, settings, further);
    const countersign = createCountersign(config, builtins({ logger }));
    await countersign.start();
    await countersign.close();
  } catch (failure) {
    await undo();
    throw failure;
  }
};
