import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import type { Place } from "./key-site.ts";
import { describeLostKeys } from "./pkcs12-lost.ts";
import { describeKeysMadeHere } from "./pkcs12-profile.ts";

const sqlite: Place = {
  config: () => Promise.resolve({}),
  dump: async ({ folder }) => {
    const names = (await readdir(folder)).filter((name) => name.startsWith("countersign.db"));
    return Buffer.concat(await Promise.all(names.map((name) => readFile(join(folder, name)))));
  },
  end: () => Promise.resolve(),
};

describeKeysMadeHere("SQLite", sqlite, true);
describeLostKeys("SQLite", sqlite);
