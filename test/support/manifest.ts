import { readFileSync } from "node:fs";
import { builtins } from "../../adapters/preset.ts";
import { configJsonSchema } from "../../plugin/config.ts";
import { RIGHTS, ROLES } from "../../plugin/domain/principal.ts";
import { HOOKS } from "../../plugin/hooks.ts";
import { API_ROUTES } from "../../plugin/http/api/routes.ts";

/** What every listener part answers besides the admin API. */
export const PUBLIC_ROUTES = [
  ["GET, POST", "/scep/{endpoint}", "scep", "SCEP (RFC 8894); further path segments are ignored."],
  ["GET", "/crl/{tenant}/{authority}/{keyId}/crl.crl", "status", "The CRL, DER."],
  ["GET", "/ca/{tenant}/{authority}/{keyId}.cer", "status", "The CA certificate, DER."],
  [
    "GET",
    "/ca/{tenant}/{authority}/{keyId}/{serial}.cer",
    "status",
    "One of the valid certificates of the CA's key, DER.",
  ],
  [
    "GET",
    "/ca/{tenant}/{authority}/{keyId}.p7c",
    "status",
    "All valid certificates of the CA's key, certs-only CMS.",
  ],
  ["POST", "/ocsp/{tenant}/{authority}", "status", "OCSP (RFC 6960), the request as body."],
  ["GET", "/ocsp/{tenant}/{authority}/{request}", "status", "OCSP, the request as base64."],
  ["POST", "/hooks/{adapter}", "hooks", "What an MDM server reports, signed (docs/hooks.md)."],
  ["GET", "/healthz", "all", "200 while the process lives."],
  ["GET", "/readyz", "all", "200 when database and key stores work, else 503."],
  ["GET", "/api/openapi.json", "admin", "The OpenAPI 3.1 document of the admin API; no token."],
  ["GET", "/console/", "admin", "The admin console (docs/console.md)."],
  ["GET", "/metrics", "admin", "Prometheus text; wants a token unless `metrics.open` is set."],
] as const;

interface Package {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly engines: { readonly node: string };
}

/** manifest.json as it must be now. */
export const manifestText = (): string => {
  const about = JSON.parse(readFileSync(file("package.json"), "utf8")) as Package;
  const manifest = {
    id: about.name,
    name: "Countersign",
    version: about.version,
    description: about.description,
    engines: about.engines,
    entry: { module: "./dist/plugin/index.js", create: "createCountersign" },
    preset: { module: "./dist/adapters/preset.js", create: "builtins" },
    routes: [
      ...PUBLIC_ROUTES.flatMap(([methods, path, part]) =>
        methods.split(", ").map((method) => ({ method, path, part })),
      ),
      ...API_ROUTES.map(({ method, path }) => ({ method, path: `/api/v1${path}`, part: "admin" })),
    ],
    hooks: HOOKS,
    permissions: RIGHTS,
    roles: ROLES,
    configSchema: {
      $schema: "https://json-schema.org/draft/2020-12/schema",
      ...configJsonSchema(builtins({ environment: {} }).keyStores),
    },
  };
  return `${JSON.stringify(manifest, null, 2)}\n`;
};

const START = "<!-- routes: made by `npm run manifest` -->";
const END = "<!-- end of routes -->";

/** docs/api.md with its tables of routes as they must be now; the text around them is written by hand. */
export const apiReferenceText = (): string => {
  const text = readFileSync(file("docs/api.md"), "utf8");
  const [before = "", rest = ""] = text.split(START);
  const [, after = ""] = rest.split(END);
  const open = PUBLIC_ROUTES.map(([methods, path, , summary]) => row(methods, path, summary));
  const api = API_ROUTES.map(({ method, path, summary }) => row(method, `/api/v1${path}`, summary));
  return `${before}${START}\n${table(open)}\n${table(api)}${END}${after}`;
};

const row = (methods: string, path: string, summary: string): string =>
  `| ${methods} | \`${path}\` | ${summary} |`;
const table = (rows: readonly string[]): string =>
  ["", "| method | path | what it does |", "|---|---|---|", ...rows, ""].join("\n");

export const file = (path: string): URL => new URL(`../../${path}`, import.meta.url);
