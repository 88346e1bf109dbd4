import type { Command } from "commander";
import {
  addInstallationOptions,
  addListenOptions,
  type InstallationOptions,
} from "../serve-options.ts";

/** `demo`: a server with an MDM of its own, three devices, an authority, a template, an endpoint and profiles; what `npm start` runs. */
export const addDemoCommand = (program: Command): void => {
  const command = program
    .command("demo")
    .description("run a server with a demo MDM and three devices, and say what to try");
  addListenOptions(addInstallationOptions(command)).action(async (given: InstallationOptions) => {
    // Whatever this process makes is its owner's alone.
    process.umask(0o077);
    const quiet = command.getOptionValueSource("logLevel") === "default";
    const { runDemo } = await import("../demo/run-demo.ts");
    await runDemo(quiet ? { ...given, logLevel: "warn" } : given);
  });
};
