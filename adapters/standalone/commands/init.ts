import type { Command } from "commander";
import { createCountersign } from "../../../plugin/index.ts";
import { builtins } from "../../preset.ts";
import { configurationOf } from "../configuration.ts";
import { initialise } from "../initialise.ts";
import {
  addInstallationOptions,
  type InstallationOptions,
  serverOptions,
} from "../serve-options.ts";

/** `init`: makes the data folder of an installation, and shows by starting it once that it works. */
export const addInitCommand = (program: Command): void => {
  const command = program
    .command("init")
    .description("make the data folder of a server; existing data is never touched");
  addInstallationOptions(command).action(async (given: InstallationOptions) => {
    // Whatever this process makes is its owner's alone.
    process.umask(0o077);
    const { folder, changes, keyStore, further, logger } = await serverOptions({
      ...given,
      logLevel: "error",
    });
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
    process.stdout.write(`made ${folder.path}\nnext: countersign serve --data ${given.data}\n`);
  });
};
