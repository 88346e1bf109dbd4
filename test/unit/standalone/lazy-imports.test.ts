import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
const COMMANDS = join(ROOT, "adapters/standalone/commands");
/** Whoever imports these loads the whole plugin, which takes a command a second before it says anything. */
const WHOLE = [
  "plugin/index.ts",
  "plugin/countersign.ts",
  "plugin/container.ts",
  "adapters/preset.ts",
];
/** What a command line may load before it knows what is asked of it; `import()` inside an action is free. */
const PACKAGES = ["@noble/post-quantum/ml-dsa.js", "cli-progress", "commander", "pino", "zod"];

/** What a file loads by itself: not `import type`, and not `import()` in a function. */
const loadedBy = (file: string): readonly string[] => {
  const source = ts.createSourceFile(file, readFileSync(file, "utf8"), ts.ScriptTarget.Latest);
  return source.statements.flatMap((statement) => {
    if (
      ts.isImportDeclaration(statement) &&
      statement.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword
    )
      return [];
    if (ts.isExportDeclaration(statement) && statement.isTypeOnly) return [];
    if (!ts.isImportDeclaration(statement) && !ts.isExportDeclaration(statement)) return [];
    const { moduleSpecifier } = statement;
    return moduleSpecifier !== undefined && ts.isStringLiteral(moduleSpecifier)
      ? [moduleSpecifier.text]
      : [];
  });
};

interface Loaded {
  /** The way from the first file to each file that is loaded, itself included. */
  readonly files: ReadonlyMap<string, readonly string[]>;
  readonly packages: ReadonlyMap<string, readonly string[]>;
}

const allLoadedBy = (first: string): Loaded => {
  const files = new Map<string, readonly string[]>([[first, [first]]]);
  const packages = new Map<string, readonly string[]>();
  for (const [file, way] of files)
    for (const name of loadedBy(file)) {
      if (name.startsWith("node:")) continue;
      if (!name.startsWith(".")) {
        packages.set(name, way);
        continue;
      }
      const next = resolve(dirname(file), name);
      if (!files.has(next)) files.set(next, [...way, next]);
    }
  return { files, packages };
};

const wayOf = (way: readonly string[]): string =>
  way.map((file) => relative(ROOT, file)).join(" -> ");

describe("command line: what it loads before it knows what is asked", () => {
  const starts = [
    join(ROOT, "adapters/standalone/cli.ts"),
    ...readdirSync(COMMANDS).map((name) => join(COMMANDS, name)),
  ];
  for (const start of starts) {
    const name = relative(ROOT, start);
    it(`${name} loads neither the plugin nor a package it does not need`, () => {
      const { files, packages } = allLoadedBy(start);
      for (const whole of WHOLE) {
        const way = files.get(join(ROOT, whole));
        assert.equal(
          way,
          undefined,
          `${wayOf(way ?? [])}: write \`await import("…")\` in the action instead`,
        );
      }
      for (const [package_, way] of packages)
        assert.ok(PACKAGES.includes(package_), `${package_} by ${wayOf(way)}`);
    });
  }

  it("sees a static import through other files, and lets a lazy one be", async () => {
    const folder = await mkdtemp(join(tmpdir(), "countersign-imports-"));
    try {
      const [heavy, between] = [join(folder, "heavy.ts"), join(folder, "between.ts")];
      await writeFile(heavy, 'import "knex";\n');
      await writeFile(between, 'export { x } from "./heavy.ts";\n');
      const command = join(folder, "command.ts");
      await writeFile(command, 'import { x } from "./between.ts";\n');
      assert.deepEqual(allLoadedBy(command).packages.get("knex"), [command, between, heavy]);
      await writeFile(command, 'export const f = () => import("./between.ts");\n');
      assert.equal(allLoadedBy(command).packages.size, 0);
      await writeFile(command, 'import type { X } from "./between.ts";\n');
      assert.equal(allLoadedBy(command).files.size, 1);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
