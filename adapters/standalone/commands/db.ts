import type { Command } from "commander";
import { dataOption } from "../api-command.ts";
import { configurationOf, readConfigFile } from "../configuration.ts";
import { dataFolder } from "../data-folder.ts";
import { readSettings } from "../settings.ts";
import { addDbCopyCommand } from "./db-copy.ts";

/** `db`: what concerns the database as such. */
export const addDbCommands = (program: Command): void => {
  const db = program.command("db").description("the database: its schema, and moving it");
  db.command("migrate")
    .description("bring the schema up to date; also beside running servers")
    .addOption(dataOption())
    .option("--config <file>", "JSON file with further members of the configuration")
    .action(async ({ data, config }: { data: string; config?: string }) => {
      const folder = dataFolder(data);
      const further = await readConfigFile(config);
      const { database } = configurationOf(folder, await readSettings(folder), further);
      const { migrateDatabase } = await import("../../../plugin/index.ts");
      const applied = await migrateDatabase(database, { environment: process.env });
      process.stdout.write(
        applied.length === 0
          ? "the schema is up to date\n"
          : applied.map((name) => `applied ${name}\n`).join(""),
      );
    });
  addDbCopyCommand(db);
};
