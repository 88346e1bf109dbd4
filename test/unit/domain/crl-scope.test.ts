import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { SHARD_COUNTS, serialsOf, shardOf } from "../../../plugin/domain/crl-scope.ts";

/** As a serial is stored: lower-case hex, no leading zero octets, first bit 0. */
const serial = (): string => {
  const octets = randomBytes(16);
  octets[0] = octets[0]! & 0x7f;
  return octets.toString("hex").replace(/^(?:00)+(?=..)/, "");
};

describe("shards of a CRL", () => {
  it("L-12 are ranges that hold every serial once, as the range of the rows says", () => {
    const odd = ["00", "01", "7f", "05", "0500", "7fff", "8000", "ff", "ffff", "00ff", "1"];
    const serials = [...odd, ...Array.from({ length: 3000 }, serial)];
    for (const shards of SHARD_COUNTS) {
      for (const each of serials) {
        const holding = Array.from({ length: shards }, (_, shard) => serialsOf(shard, shards))
          .map(({ from, before }, shard) => (each >= from && each < before ? shard : -1))
          .filter((shard) => shard >= 0);
        assert.deepEqual(holding, [shardOf(each, shards)], `${each} of ${shards}`);
      }
    }
  });

  it("L-12 hold about the same number each", () => {
    const shards = 16;
    const counts = new Array<number>(shards).fill(0);
    for (let n = 0; n < 32_000; n += 1) counts[shardOf(serial(), shards)]! += 1;
    for (const count of counts) assert.ok(count > 1700 && count < 2400, counts.join());
  });
});
