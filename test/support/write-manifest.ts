import "reflect-metadata";
import { writeFileSync } from "node:fs";
import { consoleFiles } from "./api-calls.ts";
import { consolesText } from "./consoles-document.ts";
import { apiReferenceText, file, manifestText } from "./manifest.ts";
import { deploymentsText } from "./states-document.ts";

writeFileSync(file("manifest.json"), manifestText());
writeFileSync(file("docs/consoles.md"), consolesText());
writeFileSync(file("docs/api.md"), apiReferenceText());
for (const [path, text] of await consoleFiles()) writeFileSync(file(path), text);
writeFileSync(file("docs/deployments.md"), deploymentsText());
