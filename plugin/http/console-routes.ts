import { readFile } from "node:fs/promises";
import type { IncomingMessage } from "node:http";
import { fileURLToPath } from "node:url";
import { CountersignError } from "../errors.ts";
import { conditionalReply } from "./conditional.ts";
import type { Reply } from "./reply.ts";
import type { SignIn } from "./sign-in.ts";
import type { Target } from "./target.ts";

/** What `npm run build` makes of `plugin/console`, by name; the page itself is what `/console/` answers. */
const FILES: Readonly<Record<string, { readonly file: string; readonly type: string }>> = {
  "": { file: "page.html", type: "text/html; charset=utf-8" },
  "console.js": { file: "console.js", type: "text/javascript; charset=utf-8" },
  "console.js.LEGAL.txt": { file: "console.js.LEGAL.txt", type: "text/plain; charset=utf-8" },
  "page.css": { file: "page.css", type: "text/css; charset=utf-8" },
  "icons.svg": { file: "icons.svg", type: "image/svg+xml" },
  "favicon.svg": { file: "favicon.svg", type: "image/svg+xml" },
};

/** Beside this file in `dist`; from the sources, in the last build. */
const FOLDERS = ["../console/", "../../dist/plugin/console/"].map((path) =>
  fileURLToPath(new URL(path, import.meta.url)),
);

/** Nothing inline, nothing from elsewhere, in nobody's frame, and no text becomes markup but by Lit's own templates. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types lit-html",
].join("; ");

const HEADERS = {
  "Content-Security-Policy": POLICY,
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "no-referrer",
  "Cross-Origin-Opener-Policy": "same-origin",
  Vary: "Accept-Encoding",
};

const ENCODINGS = [
  ["br", ".br"],
  ["gzip", ".gz"],
] as const;

/** The admin console's files below `/console/`, each read once, and signing in there. Throws `not_found` where the page was never built. */
export class ConsoleRoutes {
  readonly #read = new Map<string, Promise<Uint8Array | undefined>>();

  constructor(private readonly signIn: SignIn) {}

  async answer(request: IncomingMessage, { path, query }: Target): Promise<Reply> {
    if (path === "/console/session") return this.signIn.answer(request);
    if (request.method !== "GET" && request.method !== "HEAD")
      throw new CountersignError("method_not_allowed", "use GET");
    if (path === "/console") return movedTo(`console/${query === "" ? "" : `?${query}`}`);
    const found = FILES[path.slice("/console/".length)];
    if (found === undefined) throw new CountersignError("not_found", `nothing at ${path}`);
    const { body, encoding } = await this.#best(request, found.file);
    const reply = conditionalReply(request, {
      contentType: found.type,
      body,
      lastModified: undefined,
      maxAge: 0,
    });
    return {
      ...reply,
      headers: {
        ...reply.headers,
        ...HEADERS,
        "Cache-Control": "no-cache",
        ...(encoding === undefined ? {} : { "Content-Encoding": encoding }),
      },
    };
  }

  async #best(request: IncomingMessage, file: string): Promise<Encoded> {
    const accepted = acceptedEncodings(request);
    for (const [encoding, ending] of ENCODINGS) {
      if (!accepted.has(encoding)) continue;
      const body = await this.#file(`${file}${ending}`);
      if (body !== undefined) return { body, encoding };
    }
    const body = await this.#file(file);
    if (body === undefined)
      throw new CountersignError("not_found", "the console was not built: npm run build");
    return { body, encoding: undefined };
  }

  async #file(name: string): Promise<Uint8Array | undefined> {
    const reading = this.#read.get(name) ?? readFirst(name);
    this.#read.set(name, reading);
    const body = await reading;
    // It may be built while we run.
    if (body === undefined) this.#read.delete(name);
    return body;
  }
}

interface Encoded {
  readonly body: Uint8Array;
  readonly encoding: "br" | "gzip" | undefined;
}

const acceptedEncodings = (request: IncomingMessage): ReadonlySet<string> =>
  new Set(
    (request.headers["accept-encoding"] ?? "")
      .split(",")
      .filter((offer) => !/;\s*q=0(?:\.0*)?\s*$/.test(offer))
      .map((offer) => (offer.split(";")[0] ?? "").trim().toLowerCase()),
  );

const readFirst = async (name: string): Promise<Uint8Array | undefined> => {
  for (const folder of FOLDERS) {
    try {
      return await readFile(`${folder}${name}`);
    } catch (failure) {
      if ((failure as NodeJS.ErrnoException).code !== "ENOENT") throw failure;
    }
  }
  return undefined;
};

/** Relative, because a host may have mounted us anywhere. */
const movedTo = (location: string): Reply => ({
  status: 308,
  contentType: "text/plain; charset=utf-8",
  body: new Uint8Array(0),
  headers: { Location: location, "Cache-Control": "no-cache" },
});
