import assert from "node:assert/strict";
import fc from "fast-check";
import { fromJson, toJson } from "../../../plugin/store/base/json.ts";
import { CountersignError } from "../../../plugin/errors.ts";

describe("stored JSON", () => {
  it("loses nothing", () => {
    const leaf = fc.oneof(
      fc.string(),
      fc.integer(),
      fc.double({ noNaN: true, noDefaultInfinity: true }).filter((n) => !Object.is(n, -0)),
      fc.boolean(),
      fc.constant(null),
      fc.constant(undefined),
      fc.bigInt(),
      fc.uint8Array(),
      fc.date({ noInvalidDate: true }),
    );
    const name = fc.oneof(
      fc.string(),
      fc.constantFrom("$bytes", "$date", "$bigint", "$undefined", "$$bytes", "$", "__proto__"),
    );
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof({ depthSize: "small" }, leaf, tie("list"), tie("object")),
      list: fc.array(tie("tree"), { maxLength: 4 }),
      object: fc.dictionary(name, tie("tree"), { maxKeys: 4, noNullPrototype: true }),
    }));
    fc.assert(
      fc.property(tree, (value) => {
        assert.deepStrictEqual(fromJson(toJson(value)), value);
      }),
      { numRuns: 500 },
    );
  });

  it("that is broken is an internal error", () => {
    assert.throws(
      () => fromJson("{"),
      (error) => error instanceof CountersignError && error.code === "internal",
    );
  });
});
