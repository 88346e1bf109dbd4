import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const ROOT = new URL("../../../", import.meta.url).pathname;
const LAST = 67;
const START = "<!-- cases: written by npm run cases -->";
const END = "<!-- end of cases -->";

/** Title of every test, template literals as they stand in the source. */
const TITLE = /\bit\(\s*(?:"((?:[^"\\]|\\.)*)"|`((?:[^`\\]|\\.)*)`)/g;

/** Where a case of the conformance list is tested. */
export interface CaseTest {
  readonly file: string;
  readonly title: string;
}

const testFiles = (folder: string): readonly string[] =>
  readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return testFiles(path);
    return entry.name.endsWith(".test.ts") ? [path] : [];
  });

/** The tests whose title begins with `case NN`, by number. */
export const listCases = (): ReadonlyMap<number, readonly CaseTest[]> => {
  const cases = new Map<number, CaseTest[]>();
  for (const file of testFiles("test")) {
    const source = readFileSync(join(ROOT, file), "utf8");
    for (const [, plain, template] of source.matchAll(TITLE)) {
      const title = (plain ?? template ?? "").replaceAll('\\"', '"');
      const number = /^case (\d\d) /.exec(title)?.[1];
      if (number === undefined) continue;
      const list = cases.get(Number(number)) ?? [];
      list.push({ file, title });
      cases.set(Number(number), list);
    }
  }
  return cases;
};

/** Numbers from 1 to 67 that no test carries. */
export const missingCases = (cases: ReadonlyMap<number, unknown>): readonly number[] =>
  Array.from({ length: LAST }, (_, index) => index + 1).filter((number) => !cases.has(number));

/** The list between the marks of docs/scep-conformance.md. */
export const conformanceWith = (
  document: string,
  cases: ReadonlyMap<number, readonly CaseTest[]>,
): string => {
  const lines = [...cases]
    .sort(([a], [b]) => a - b)
    .flatMap(([number, tests]) => [
      "",
      `**Case ${number.toString().padStart(2, "0")}** (${[...new Set(tests.map(({ file }) => file))].join(", ")})`,
      "",
      ...tests.map(({ title }) => `- \`${title.slice("case 00 ".length).replaceAll("`", "'")}\``),
    ]);
  const [before = "", rest = ""] = document.split(START);
  const [, after = ""] = rest.split(END);
  return `${before}${START}\n${lines.join("\n")}\n\n${END}${after}`;
};
