/** `npm run build:console`: one script and a few files beside it, in dist/plugin/console, each also compressed as it is served. */
import { mkdir, readdir, readFile, rename, writeFile } from "node:fs/promises";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { build } from "esbuild";

const here = fileURLToPath(new URL(".", import.meta.url));
const out = fileURLToPath(new URL("../../dist/plugin/console/", import.meta.url));

/** A server that is running never hands out half a file. */
const put = async (name, bytes) => {
  const file = `${out}${name}`;
  await writeFile(`${file}.${process.pid}`, bytes);
  await rename(`${file}.${process.pid}`, file);
};

await mkdir(out, { recursive: true });
const { outputFiles } = await build({
  entryPoints: [`${here}index.ts`],
  outfile: `${out}console.js`,
  bundle: true,
  minify: true,
  format: "esm",
  target: ["chrome123", "firefox128", "safari17.5"],
  legalComments: "linked",
  logLevel: "warning",
  write: false,
});
for (const { path, contents } of outputFiles) await put(basename(path), contents);
for (const name of await readdir(`${here}static`))
  await put(name, await readFile(`${here}static/${name}`));
for (const name of await readdir(out)) {
  if (!/\.(?:js|css|svg|html)$/.test(name)) continue;
  const bytes = await readFile(`${out}${name}`);
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11 };
  await put(`${name}.br`, brotliCompressSync(bytes, { params }));
  await put(`${name}.gz`, gzipSync(bytes, { level: 9 }));
}
