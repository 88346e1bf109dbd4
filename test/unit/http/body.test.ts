import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { readBody } from "../../../plugin/http/body.ts";
import { problemReply } from "../../../plugin/http/problem.ts";
import { sendReply } from "../../../plugin/http/reply.ts";
import { listen, type Listening } from "../../support/listen.ts";
import { rawExchange } from "../../support/raw-http.ts";

describe("request bodies", () => {
  let server: Listening;
  let prepare: (request: object) => void = () => undefined;
  before(async () => {
    server = await listen((request, response) => {
      prepare(request);
      readBody(request, { bytes: 1000, seconds: 0.3 }).then(
        (body) => sendReply(request, response, { status: 200, contentType: "x/y", body }),
        (error: unknown) => sendReply(request, response, problemReply(error, "public")),
      );
    });
  });
  afterEach(() => (prepare = () => undefined));
  after(() => server.close());

  const post = async (
    body: string | ReadableStream<Uint8Array>,
    headers: Record<string, string> = {},
  ) => {
    const duplex = typeof body === "string" ? {} : { duplex: "half" as const };
    const response = await fetch(server.url, { method: "POST", body, headers, ...duplex });
    return { status: response.status, text: await response.text() };
  };

  it("takes octets whatever the Content-Type says", async () => {
    for (const type of ["application/json", "application/x-www-form-urlencoded", "text/plain"]) {
      assert.deepEqual(await post("a=b&c", { "Content-Type": type }), {
        status: 200,
        text: "a=b&c",
      });
    }
  });

  it("case 64: chunked bodies are taken, too large ones refused before and while they arrive", async () => {
    const stream = (size: number) => new Blob(["x".repeat(size)]).stream();
    assert.equal((await post(stream(1000))).status, 200);
    assert.equal((await post(stream(1001))).status, 413);
    assert.equal((await post("x".repeat(1001))).status, 413);
  });

  it("case 64: a slow body is refused with 408 and the connection closed", async () => {
    const answer = await rawExchange(
      server.port,
      "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc",
    );
    assert.match(answer, /^HTTP\/1\.1 408 /);
    assert.match(answer, /\r\nConnection: close\r\n/i);
  });

  it("case 64: an encoded body is refused with 400", async () => {
    assert.equal((await post("abc", { "Content-Encoding": "gzip" })).status, 400);
  });

  it("survives a connection that breaks off inside the body", async () => {
    const socket = connect(server.port, "127.0.0.1");
    await once(socket, "connect");
    socket.write("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc");
    socket.destroy();
    assert.equal((await post("ok")).text, "ok");
  });

  it("takes the bytes a host has kept, within the same limit", async () => {
    prepare = (request) => Object.assign(request, { body: Buffer.from("kept") });
    assert.equal((await post("sent")).text, "kept");
    prepare = (request) =>
      Object.assign(request, { body: { parsed: true }, rawBody: Buffer.from("raw") });
    assert.equal((await post("sent")).text, "raw");
    prepare = (request) => Object.assign(request, { body: Buffer.alloc(1001) });
    assert.equal((await post("sent")).status, 413);
  });
});
