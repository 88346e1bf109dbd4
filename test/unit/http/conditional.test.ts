import assert from "node:assert/strict";
import type { IncomingMessage } from "node:http";
import { conditionalReply } from "../../../plugin/http/conditional.ts";

const published = {
  contentType: "application/pkix-crl",
  body: Buffer.from("list"),
  lastModified: new Date("2026-01-02T03:04:05.678Z"),
  maxAge: 60,
};
const asked = (headers: Record<string, string>) =>
  conditionalReply({ headers } as unknown as IncomingMessage, published);

describe("conditional answers", () => {
  it("carry ETag, Last-Modified and Cache-Control", () => {
    const { status, headers } = asked({});
    assert.equal(status, 200);
    assert.equal(headers!["Last-Modified"], "Fri, 02 Jan 2026 03:04:05 GMT");
    assert.equal(headers!["Cache-Control"], "public, max-age=60");
    assert.match(headers!["ETag"]!, /^"[\w-]{27}"$/);
  });

  it("are 304 for the same ETag, weak, in a list, or *", () => {
    const etag = asked({}).headers!["ETag"]!;
    for (const tag of [etag, `W/${etag}`, `"other", ${etag}`, "*"]) {
      assert.equal(asked({ "if-none-match": tag }).status, 304);
    }
  });

  it("let If-None-Match win over If-Modified-Since", () => {
    const date = "Fri, 02 Jan 2026 03:04:05 GMT";
    assert.equal(asked({ "if-modified-since": date }).status, 304);
    assert.equal(asked({ "if-modified-since": "Fri, 02 Jan 2026 03:04:04 GMT" }).status, 200);
    assert.equal(asked({ "if-none-match": '"x"', "if-modified-since": date }).status, 200);
    assert.equal(asked({ "if-modified-since": "nonsense" }).status, 200);
  });
});
