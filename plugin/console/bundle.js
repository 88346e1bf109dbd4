/** `npm run build:console`: one script and a few files beside it, in dist/plugin/console, each also compressed as it is served. */
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { build } from "esbuild";

const here = fileURLToPath(new URL(".", import.meta.url));
const out = fileURLToPath(new URL("../../dist/plugin/console/", import.meta.url));

await mkdir(out, { recursive: true });
await build({
  entryPoints: [`${here}index.ts`],
  outfile: `${out}console.js`,
  bundle: true,
  minify: true,
  format: "esm",
  target: ["chrome123", "firefox128", "safari17.5"],
  legalComments: "linked",
  logLevel: "warning",
});
for (const name of await readdir(`${here}static`))
  await writeFile(`${out}${name}`, await readFile(`${here}static/${name}`));
for (const name of await readdir(out)) {
  if (!/\.(?:js|css|svg|html)$/.test(name)) continue;
  const bytes = await readFile(`${out}${name}`);
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11 };
  await writeFile(`${out}${name}.br`, brotliCompressSync(bytes, { params }));
  await writeFile(`${out}${name}.gz`, gzipSync(bytes, { level: 9 }));
}
