import type { Command } from "commander";
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
    const { makeInstallation } = await import("../make-installation.ts");
    const options = await serverOptions({ ...given, logLevel: "error" });
    await makeInstallation(options);
    process.stdout.write(
      `made ${options.folder.path}\nnext: countersign serve --data ${given.data}\n`,
    );
  });
};
