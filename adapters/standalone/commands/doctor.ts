import type { Command } from "commander";
import type { Finding } from "../../../plugin/index.ts";
import { dataOption } from "../api-command.ts";
import { machineClock } from "../clock.ts";
import { dataFolder } from "../data-folder.ts";
import { EXIT_FAILURE } from "../failure.ts";
import { standaloneLogger } from "../serve-options.ts";

const shown = ({ level, check, message, remedy }: Finding): string =>
  `${level.padEnd(7)}  ${check.padEnd(13)}  ${message}\n` +
  (remedy === undefined ? "" : `${" ".repeat(26)}${remedy}\n`);

/** `doctor`: what a server stands on, each finding with its remedy; exit code 1 when something is at fault. */
export const addDoctorCommand = (program: Command): void => {
  program
    .command("doctor")
    .description("look at everything a server stands on, and say what to do")
    .addOption(dataOption())
    .option("--config <file>", "the JSON file that serve is given")
    .option("--json", "print the findings as JSON")
    .action(async (options: { data: string; config?: string; json?: boolean }) => {
      const { examine } = await import("../doctor/examine.ts");
      const logger = standaloneLogger("error");
      const folder = dataFolder(options.data);
      const findings = await examine(folder, options.config, machineClock, logger);
      const ok = findings.every(({ level }) => level !== "fault");
      process.stdout.write(
        options.json === true
          ? `${JSON.stringify({ ok, findings })}\n`
          : findings.map(shown).join(""),
      );
      if (!ok) process.exitCode = EXIT_FAILURE;
    });
};
