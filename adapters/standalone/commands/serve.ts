import type { Command } from "commander";
import {
  addInstallationOptions,
  addListenOptions,
  type InstallationOptions,
  serverOptions,
} from "../serve-options.ts";
import { untilStopped } from "../until-stopped.ts";

/** `serve`: a server until it is stopped. */
export const addServeCommand = (program: Command): void => {
  const command = program
    .command("serve")
    .description("run a server on a data folder; an empty one is initialised first");
  addListenOptions(addInstallationOptions(command))
    .option("--ready-json", "print one line of JSON when it listens")
    .action(async (given: InstallationOptions & { readonly readyJson?: boolean }) => {
      // Whatever this process makes is its owner's alone.
      process.umask(0o077);
      // The server is loaded by the commands that run it, so that the others start at once.
      const { startServer } = await import("../server.ts");
      const options = await serverOptions(given);
      const server = await startServer(options);
      const { admin, scep, token } = server;
      const ready =
        given.readyJson === true
          ? `${JSON.stringify({ ready: true, admin, scep, token })}\n`
          : `Countersign serves ${options.folder.path}\n  admin  ${admin}\n  SCEP   ${scep}/<endpoint id>\n`;
      await untilStopped(server, options.logger, () => process.stdout.write(ready));
    });
};
