import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { CountersignError, type ErrorCode, ERRORS } from "../../plugin/errors.ts";
import { problemOf, problemReply } from "../../plugin/http/problem.ts";

const sources = (folder: string): string[] =>
  readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
    .map((entry) => readFileSync(`${entry.parentPath}/${entry.name}`, "utf8"));

describe("errors", () => {
  it("has every code that is thrown anywhere in its table", () => {
    const thrown = ["plugin", "adapters", "hsm", "templates"]
      .flatMap(sources)
      .flatMap((text) => [...text.matchAll(/new CountersignError\(\s*"([a-z_]+)"/g)])
      .map(([, code]) => code as ErrorCode);
    assert.ok(thrown.length > 50, "the search found the throws");
    assert.deepEqual(
      [...new Set(thrown)].filter((code) => !(code in ERRORS)),
      [],
    );
  });

  it("gives every code an HTTP status, a failInfo, a title and a next step", () => {
    for (const [code, facts] of Object.entries(ERRORS)) {
      assert.ok(facts.http >= 400 && facts.http < 600, code);
      assert.ok(facts.failInfo >= 0 && facts.failInfo <= 4, code);
      assert.match(facts.title, /^[A-Z].*[^.]$/, code);
      assert.match(facts.nextStep, /^[A-Z].*\.$/, code);
    }
  });

  it("shows the public the fixed title and nothing else", () => {
    const error = new CountersignError("bad_message", "offset 12: tag 0x31", {
      cause: new Error("library text"),
      issues: [{ path: "a", message: "b" }],
    });
    assert.deepEqual(Object.keys(problemOf(error, "public")), ["type", "title", "status", "code"]);
    assert.equal(problemOf(error, "admin").detail, "offset 12: tag 0x31");
    assert.doesNotMatch(Buffer.from(problemReply(error, "admin").body).toString(), /library text/);
  });

  it("answers anything that is not ours as internal, its text left in the log", () => {
    const reply = problemReply(new Error("SQLITE: secret path"), "admin", "r1");
    assert.equal(reply.status, 500);
    assert.doesNotMatch(Buffer.from(reply.body).toString(), /SQLITE/);
  });

  it("says when to come back with every 429 and 503", () => {
    const of = (code: ErrorCode, retryAfter?: number) =>
      problemReply(
        new CountersignError(code, "", retryAfter === undefined ? {} : { retryAfter }),
        "public",
      ).headers?.["Retry-After"];
    assert.equal(of("too_many_requests", 12.2), "13");
    assert.equal(of("key_unavailable"), "10");
    assert.equal(of("not_found"), undefined);
  });
});
