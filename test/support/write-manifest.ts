import "reflect-metadata";
import { writeFileSync } from "node:fs";
import { format, resolveConfig } from "prettier";
import { apiCallsText } from "./api-calls.ts";
import { consolesText } from "./consoles-document.ts";
import { apiReferenceText, file, manifestText } from "./manifest.ts";

const calls = file("plugin/console/api/calls.ts");

writeFileSync(file("manifest.json"), manifestText());
writeFileSync(file("docs/consoles.md"), consolesText());
writeFileSync(file("docs/api.md"), apiReferenceText());
writeFileSync(
  calls,
  await format(apiCallsText(), { ...(await resolveConfig(calls)), parser: "typescript" }),
);
