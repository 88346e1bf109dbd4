import "reflect-metadata";
import { writeFileSync } from "node:fs";
import { apiReferenceText, file, manifestText } from "./manifest.ts";

writeFileSync(file("manifest.json"), manifestText());
writeFileSync(file("docs/api.md"), apiReferenceText());
