import js from "@eslint/js";
import { createTypeScriptImportResolver } from "eslint-import-resolver-typescript";
import importX from "eslint-plugin-import-x";
import tseslint from "typescript-eslint";

/** The dependency rule of docs/architecture.md: what each folder of ours may import. */
const mayImport = {
  "plugin/domain": ["plugin/domain", "plugin/errors.ts"],
  "plugin/ports": ["plugin/ports", "plugin/domain"],
  "plugin/pki": ["plugin/pki", "plugin/domain", "plugin/ports", "plugin/errors.ts"],
  "plugin/store": [
    "plugin/store",
    "plugin/domain",
    "plugin/ports",
    "plugin/tokens.ts",
    "plugin/errors.ts",
  ],
  "plugin/services": [
    "plugin/services",
    "plugin/domain",
    "plugin/ports",
    "plugin/pki",
    "plugin/tokens.ts",
    "plugin/errors.ts",
  ],
  "plugin/scep": [
    "plugin/scep",
    "plugin/services",
    "plugin/domain",
    "plugin/ports",
    "plugin/pki",
    "plugin/tokens.ts",
    "plugin/errors.ts",
  ],
  "plugin/backup": [
    "plugin/backup",
    "plugin/store",
    "plugin/services",
    "plugin/domain",
    "plugin/ports",
    "plugin/pki",
    "plugin/errors.ts",
    "plugin/config.ts",
  ],
  "plugin/http": [
    "plugin/http",
    "plugin/scep",
    "plugin/services",
    "plugin/domain",
    "plugin/ports",
    "plugin/tokens.ts",
    "plugin/errors.ts",
    "plugin/config.ts",
  ],
};

/** The packages each folder may import; node: modules are listed where they are restricted. */
const packages = {
  "plugin/domain": [],
  "plugin/ports": [],
  "plugin/pki": [
    "@peculiar/x509",
    "pkijs",
    "asn1js",
    "@noble/post-quantum/ml-dsa.js",
    "node:crypto",
  ],
  "plugin/store": [
    "knex",
    "sqlite3",
    "tsyringe",
    "node:crypto",
    "node:fs",
    "node:path",
    "node:url",
    "node:worker_threads",
  ],
  "plugin/services": ["tsyringe", "node:crypto"],
  // The limiter by source: SCEP decides, http only maps the answer.
  "plugin/scep": ["tsyringe", "node:crypto", "rate-limiter-flexible"],
  "plugin/backup": [
    "node:crypto",
    "node:fs",
    "node:fs/promises",
    "node:path",
    "node:readline",
    "node:util",
    "node:zlib",
  ],
  "plugin/http": [
    "express",
    "jose",
    "zod",
    "prom-client",
    "tsyringe",
    "node:http",
    "node:crypto",
    "node:stream",
    // The console's files.
    "node:fs/promises",
    "node:url",
  ],
};

const zones = Object.entries(mayImport).map(([folder, allowed]) => ({
  target: `./${folder}/**/*`,
  from: ["./plugin/**/*", "./adapters/**/*", "./hsm/**/*", "./templates/**/*", "./test/**/*"].map(
    (g) => g.replace("/**/*", ""),
  ),
  except: [],
  allowed,
}));

/** The console is a program of its own: it speaks to the plugin over HTTP only. */
const consoleAlone = ["plugin", "adapters", "hsm", "templates", "test"].map((from) => ({
  target: "./plugin/console",
  from: `./${from}`,
  ...(from === "plugin" ? { except: ["./console"] } : {}),
  message: "the console asks the API; its client is generated",
}));

/** The floors of plugin/services, lowest first: a folder may import those before it. */
const floors = [
  "access",
  "devices",
  "signing",
  "ledger",
  "endpoints",
  "templates",
  "challenges",
  "certificates",
  "status",
  "authorities",
  "issuance",
  "deployments",
  "renewal",
  "distribution",
  "revocation",
  "enrolment",
  "hosts",
  "operations",
  "background",
  "rotation",
  "consoles",
];
const upstairs = floors.flatMap((floor, at) =>
  floors.slice(at + 1).map((above) => ({
    target: `./plugin/services/${floor}`,
    from: `./plugin/services/${above}`,
    message: "see the floors of plugin/services in docs/architecture.md",
  })),
);

/** One restricted-path zone for each folder that `target` must not reach. */
const everything = [
  "plugin/domain",
  "plugin/ports",
  "plugin/pki",
  "plugin/store",
  "plugin/services",
  "plugin/scep",
  "plugin/http",
  "plugin/backup",
  "plugin/errors.ts",
  "plugin/tokens.ts",
  "plugin/config.ts",
  "plugin/container.ts",
  "plugin/countersign.ts",
  "plugin/index.ts",
  "plugin/sdk.ts",
  "plugin/console",
  "adapters",
  "hsm",
  "templates",
  "test",
];
const restricted = zones.flatMap(({ target, allowed }) =>
  everything
    .filter((place) => !allowed.includes(place))
    .map((from) => ({
      target,
      from: `./${from}`,
      message: "see the dependency rule in docs/architecture.md",
    })),
);
/** Standalone is a host, and hosts use the public door; adapters see only what extension authors see. */
const adaptersButStandalone = ["./adapters/*.ts", "./adapters/!(standalone)/**/*"];
const standaloneUnless = (from) =>
  from === "plugin/index.ts" ? [] : ["./adapters/standalone/**/*"];
const outside = ["adapters", "hsm", "templates"].flatMap((folder) =>
  everything
    .filter((place) => place.startsWith("plugin/") && place !== "plugin/sdk.ts")
    .map((from) => ({
      target:
        folder === "adapters"
          ? [...adaptersButStandalone, ...standaloneUnless(from)]
          : `./${folder}`,
      from: `./${from}`,
      message: "outside the plugin only plugin/sdk.ts is visible",
    })),
);
const inward = everything
  .filter((place) => !place.startsWith("plugin/"))
  .map((from) => ({
    target: "./plugin",
    from: `./${from}`,
    message: "the plugin never imports what is outside it",
  }));

const packageRules = Object.entries(packages).map(([folder, allowed]) => ({
  files: [`${folder}/**/*.ts`],
  rules: {
    "no-restricted-imports": [
      "error",
      {
        patterns: [
          {
            regex: `^(?!\\.|(?:${allowed.map((name) => name.replace(/[/.]/g, "\\$&")).join("|") || "$^"})$)`,
            message: `${folder} may import only: ${allowed.join(", ") || "no packages"}`,
          },
        ],
      },
    ],
  },
}));

export default tseslint.config(
  { ignores: ["dist/", "node_modules/", ".cache/", "coverage/", "test/fixtures/"] },
  js.configs.recommended,
  {
    files: ["**/*.ts"],
    extends: [tseslint.configs.strictTypeChecked],
    plugins: { "import-x": importX },
    languageOptions: {
      parserOptions: {
        project: ["./tsconfig.json", "./plugin/console/tsconfig.json"],
        tsconfigRootDir: import.meta.dirname,
      },
    },
    settings: {
      "import-x/resolver-next": [createTypeScriptImportResolver({ project: "./tsconfig.json" })],
    },
    rules: {
      "import-x/no-restricted-paths": [
        "error",
        { zones: [...restricted, ...upstairs, ...outside, ...inward, ...consoleAlone] },
      ],
      "import-x/no-cycle": "error",
      "import-x/no-default-export": "error",
      "@typescript-eslint/restrict-template-expressions": [
        "error",
        { allowNumber: true, allowBoolean: true },
      ],
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      "@typescript-eslint/no-unnecessary-condition": [
        "error",
        { allowConstantLoopConditions: true },
      ],
      "no-restricted-syntax": [
        "error",
        {
          selector: "NewExpression[callee.name='Date'][arguments.length=0]",
          message: "take the time from the Clock port",
        },
        {
          selector: "CallExpression[callee.object.name='Date'][callee.property.name='now']",
          message: "take the time from the Clock port",
        },
        { selector: "TSEnumDeclaration", message: "use a union of string literals" },
      ],
    },
  },
  ...packageRules,
  {
    files: [
      "plugin/tokens.ts",
      "plugin/services/**/*.ts",
      "plugin/scep/**/*.ts",
      "plugin/http/**/*.ts",
      "plugin/store/**/*.ts",
      "plugin/container.ts",
    ],
    rules: { "@typescript-eslint/no-extraneous-class": "off" },
  },
  {
    files: ["plugin/console/**/*.ts"],
    rules: {
      "no-restricted-imports": [
        "error",
        {
          patterns: [
            {
              regex: "^(?!\\.|lit(?:/|$)|@awesome\\.me/webawesome/)",
              message: "the console may import only lit and the component library",
            },
            {
              regex: "^lit/directives/style-map",
              message: "its first rendering needs inline styles, which the policy refuses",
            },
          ],
        },
      ],
      // Templates have what they show in them.
      "@typescript-eslint/no-misused-promises": ["error", { checksVoidReturn: false }],
      "@typescript-eslint/no-non-null-assertion": "off",
    },
  },
  {
    files: [
      "adapters/standalone/clock.ts",
      "plugin/clock.ts",
      "plugin/console/**/*.ts",
      "test/**/*.ts",
    ],
    rules: { "no-restricted-syntax": "off" },
  },
  {
    // Runs in a browser: it has no Clock port, and its listeners may be asynchronous.
    files: ["plugin/console/**/*.ts"],
    rules: {
      "no-restricted-syntax": "off",
      "no-control-regex": "off",
      "@typescript-eslint/no-misused-promises": ["error", { checksVoidReturn: false }],
      "@typescript-eslint/no-unused-vars": [
        "error",
        { argsIgnorePattern: "^_", varsIgnorePattern: "^_" },
      ],
    },
  },
  {
    // Made from the OpenAPI document.
    files: ["plugin/console/api/**/*.ts"],
    rules: {
      "@typescript-eslint/no-generated-empty-object-type": "off",
      "@typescript-eslint/no-empty-object-type": "off",
    },
  },
  {
    files: ["test/**/*.ts"],
    rules: {
      "@typescript-eslint/no-non-null-assertion": "off",
      "@typescript-eslint/no-unused-expressions": "off",
      "@typescript-eslint/no-unsafe-assignment": "off",
      "@typescript-eslint/no-unsafe-member-access": "off",
      "@typescript-eslint/no-unsafe-argument": "off",
      "@typescript-eslint/no-unsafe-call": "off",
      "@typescript-eslint/no-unsafe-return": "off",
      "@typescript-eslint/require-await": "off",
    },
  },
  {
    files: ["**/*.cjs"],
    languageOptions: {
      sourceType: "commonjs",
      globals: { require: "readonly", module: "writable", process: "readonly" },
    },
  },
  { files: ["**/*.js"], languageOptions: { globals: { process: "readonly", URL: "readonly" } } },
);
