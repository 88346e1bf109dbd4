import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { Command } from "commander";
import { addAuthorityCommands } from "../../../adapters/standalone/commands/authority.ts";
import {
  expectedCrlSize,
  LONGEST_CRL,
  SHARD_COUNTS,
  serialsOf,
  shardOf,
} from "../../../plugin/domain/crl-scope.ts";

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
    // A serial that begins with a zero octet is written without it and so falls into another shard: the first holds an eighth less.
    for (const count of counts) assert.ok(count > 1550 && count < 2400, counts.join());
  });

  it("L-12 the size to expect of each list is said where their number is chosen", () => {
    assert.equal(expectedCrlSize(1_000_000, 1), 38_000_000);
    assert.equal(expectedCrlSize(1_000_000, 4), 9_500_000);
    assert.ok(expectedCrlSize(550_000, 1) < LONGEST_CRL);
    assert.ok(expectedCrlSize(600_000, 1) > LONGEST_CRL);
    const program = new Command();
    addAuthorityCommands(program);
    const [create] = program.commands
      .flatMap(({ commands }) => commands)
      .filter(({ options }) => options.some(({ long }) => long === "--crl-shards"));
    const option = create?.options.find(({ long }) => long === "--crl-shards");
    assert.match(
      option?.description ?? "",
      /1: 38 MB, too long \(22 MB at most\); 4: 9\.5 MB; 16: 2\.4 MB; 64: 0\.59 MB$/,
    );
  });
});
