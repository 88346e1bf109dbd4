import assert from "node:assert/strict";
import { OpeningQueue } from "../../../plugin/scep/opening-queue.ts";
import { SeenCiphertexts } from "../../../plugin/scep/seen-ciphertexts.ts";
import { sourceKey } from "../../../plugin/scep/source-key.ts";

describe("guards before the RA key", () => {
  it("a source is an IPv4 address or the first half of an IPv6 one", () => {
    assert.equal(sourceKey("192.0.2.1"), "192.0.2.1");
    assert.equal(sourceKey("::ffff:192.0.2.1"), "192.0.2.1");
    assert.equal(sourceKey("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
    assert.equal(sourceKey("2001:db8:1:2::9"), sourceKey("2001:db8:1:2:ffff::"));
    assert.notEqual(sourceKey("2001:db8:1:2::9"), sourceKey("2001:db8:1:3::9"));
    assert.equal(sourceKey("fe80::1%eth0"), "fe80::");
    assert.equal(sourceKey("not:an:address"), "not:an:address");
    assert.equal(sourceKey(""), "");
  });

  it("a ciphertext is good for the first message it came with, for an hour and at one RA", () => {
    let now = 0;
    const seen = new SeenCiphertexts({ now: () => new Date(now) });
    const [one, other] = [
      { digest: "d", content: "1" },
      { digest: "d", content: "2" },
    ];
    assert.equal(seen.contradicts("ra", other), false);
    seen.remember("ra", one);
    assert.equal(seen.contradicts("ra", one), false);
    assert.equal(seen.contradicts("ra", other), true);
    assert.equal(seen.contradicts("another", other), false);
    // Two at once passed the gate: the first one stands.
    seen.remember("ra", other);
    assert.equal(seen.contradicts("ra", other), true);
    now = 3_600_000;
    assert.equal(seen.contradicts("ra", other), false);
    seen.remember("ra", other);
    assert.equal(seen.contradicts("ra", one), true);
  });

  it("what is remembered is bounded, the oldest goes first", () => {
    const seen = new SeenCiphertexts({ now: () => new Date(0) });
    for (let n = 0; n <= 20_000; n += 1) seen.remember("ra", { digest: String(n), content: "1" });
    assert.equal(seen.contradicts("ra", { digest: "0", content: "2" }), false);
    assert.equal(seen.contradicts("ra", { digest: "1", content: "2" }), true);
    assert.equal(seen.contradicts("ra", { digest: "20000", content: "2" }), true);
  });

  it("so many envelopes are opened at once, the others in their order, a failure not counted", async () => {
    const queue = new OpeningQueue();
    let [running, most] = [0, 0];
    const order: number[] = [];
    const results = await Promise.allSettled(
      Array.from({ length: 500 }, (_, n) =>
        queue.enter(async () => {
          most = Math.max(most, ++running);
          await new Promise((resolve) => setImmediate(resolve));
          running -= 1;
          order.push(n);
          if (n % 3 === 0) throw new Error("does not open");
          return n;
        }),
      ),
    );
    assert.equal(most, 32);
    assert.deepEqual(
      order,
      Array.from({ length: 500 }, (_, n) => n),
    );
    assert.equal(results.filter(({ status }) => status === "fulfilled").length, 333);
    const release: (() => void)[] = [];
    const held = Array.from({ length: 2032 }, () =>
      queue.enter(() => new Promise<void>((resolve) => release.push(resolve))),
    );
    await assert.rejects(
      queue.enter(() => Promise.resolve()),
      { code: "busy" },
    );
    while (release.length > 0) {
      release.pop()?.();
      await new Promise((resolve) => setImmediate(resolve));
    }
    await Promise.all(held);
  });
});
