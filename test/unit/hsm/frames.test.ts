import assert from "node:assert/strict";

import fc from "fast-check";

import { FRAME_HEADER, frameReader } from "../../../hsm/frames.ts";
import {
  decodeAnswer,
  decodeOperation,
  encodeAnswer,
  encodeOperations,
  operation,
} from "../../../hsm/key-operation.ts";
import { CountersignError } from "../../../plugin/sdk.ts";

const octets = (maxLength: number) => fc.uint8Array({ maxLength });
const numbered = fc.record({
  id: fc.nat(0xffff_ffff),
  operation: fc.record({
    kind: fc.constantFrom("sign" as const, "unwrap" as const, "destroy" as const),
    key: octets(255),
    scheme: fc.constantFrom("", "rsa-pkcs1-sha256", "oaep-sha512"),
    length: fc.nat(0xffff),
    bytes: octets(2000),
  }),
});
const plain = (value: object): unknown =>
  JSON.parse(
    JSON.stringify(value, (_, field: unknown) =>
      field instanceof Uint8Array || (field as { type?: string } | null)?.type === "Buffer"
        ? Buffer.from(field as Uint8Array).toString("hex")
        : field,
    ),
  );

describe("frames", () => {
  it("carry operations however the stream is cut", () => {
    fc.assert(
      fc.property(fc.array(numbered, { maxLength: 6 }), fc.array(fc.nat(3000)), (batch, cuts) => {
        const stream = encodeOperations(batch);
        const got: unknown[] = [];
        const read = frameReader((frame) => got.push(plain(decodeOperation(frame))));
        const places = [...new Set([0, ...cuts.filter((cut) => cut < stream.length)])].sort(
          (a, b) => a - b,
        );
        places.forEach((from, index) => read(stream.subarray(from, places[index + 1])));
        assert.deepEqual(got, batch.map(plain));
      }),
    );
  });

  it("refuse what is above the limit before it is there", () => {
    const read = frameReader(() => assert.fail("no frame"), 1000);
    const head = Buffer.alloc(FRAME_HEADER);
    head.writeUInt32BE(1001);
    assert.throws(() => read(head), CountersignError);
  });

  it("refuse nonsense with an error of ours", () => {
    fc.assert(
      fc.property(octets(40), (bytes) => {
        try {
          decodeOperation(Buffer.from(bytes));
        } catch (error) {
          assert.ok(error instanceof CountersignError);
        }
      }),
    );
    assert.throws(() => decodeAnswer(Buffer.alloc(4)), CountersignError);
  });

  it("carry answers and errors", () => {
    const open = (frame: Buffer) => decodeAnswer(frame.subarray(FRAME_HEADER));
    assert.deepEqual(open(encodeAnswer(7, Uint8Array.of(1, 2))), {
      id: 7,
      answer: Uint8Array.of(1, 2),
    });
    const { id, answer } = open(encodeAnswer(8, new CountersignError("key_not_found", "gone")));
    assert.equal(id, 8);
    assert.ok(answer instanceof CountersignError);
    assert.equal(answer.code, "key_not_found");
    assert.equal(answer.detail, "gone");
  });

  it("do not carry what is larger than a frame", () => {
    const bytes = { length: 2 ** 31 } as Uint8Array;
    assert.throws(
      () => encodeOperations([{ id: 1, operation: operation("sign", { bytes }) }]),
      (error: CountersignError) => error.code === "too_large",
    );
  });
});
