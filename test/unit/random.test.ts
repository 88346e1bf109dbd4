import { strict as assert } from "node:assert";
import { systemRandom } from "../../plugin/random.ts";

describe("the system's randomness", () => {
  it("gives UUIDs of version 7, which begin with the time and never repeat", () => {
    const before = Date.now();
    const ids = Array.from({ length: 1000 }, () => systemRandom.uuid());
    for (const id of ids) {
      assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
      const at = Number.parseInt(id.replaceAll("-", "").slice(0, 12), 16);
      assert.ok(at >= before && at <= Date.now());
    }
    assert.equal(new Set(ids).size, ids.length);
  });
});
