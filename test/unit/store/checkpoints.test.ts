import assert from "node:assert/strict";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openDatabase } from "../../../plugin/store/database.ts";
import { Checkpoints } from "../../../plugin/store/sqlite/checkpoints.ts";
import { aDevice, after } from "../../contract/store/samples.ts";

const BATCHES = 60;

describe("checkpoints beside the writer", () => {
  it("run every so many batches, never two at once, and the one under way is waited for", async () => {
    const ends: (() => void)[] = [];
    const checkpoints = new Checkpoints(
      () => new Promise<void>((resolve) => ends.push(resolve)),
      undefined,
    );
    const write = (batches: number): void => {
      for (let batch = 0; batch < batches; batch += 1) checkpoints.written();
    };
    write(BATCHES - 1);
    assert.equal(ends.length, 0);
    write(1 + 3 * BATCHES);
    assert.equal(ends.length, 1);
    ends[0]?.();
    await new Promise(setImmediate);
    write(1);
    assert.equal(ends.length, 2);
    let stopped = false;
    const stopping = checkpoints.stop().then(() => (stopped = true));
    await new Promise(setImmediate);
    assert.equal(stopped, false);
    ends[1]?.();
    await stopping;
    write(BATCHES);
    assert.equal(ends.length, 2);
  });

  it("tell of one that failed, and run again", async () => {
    const told: object[] = [];
    const tell = (fields: object): void => void told.push(fields);
    let round = 0;
    const fail = (): Promise<never> => {
      round += 1;
      if (round === 1) throw new Error("no connection");
      return Promise.reject(new Error("disk gone"));
    };
    const checkpoints = new Checkpoints(fail, {
      ...{ debug: tell, info: tell, warn: tell, error: tell },
    });
    for (let batch = 0; batch < 2 * BATCHES; batch += 1) {
      checkpoints.written();
      await new Promise(setImmediate);
    }
    assert.deepEqual(told, [{ error: "no connection" }, { error: "disk gone" }]);
  });

  for (const ownThread of [false, true])
    it(`bring what was written into the file long before the log is full, ${ownThread ? "with" : "without"} a writing thread`, async () => {
      const folder = await mkdtemp(join(tmpdir(), "countersign-checkpoints-"));
      const file = join(folder, "data.sqlite");
      const clock = { now: () => new Date() };
      const database = await openDatabase({ client: "sqlite3", file, clock, ownThread });
      try {
        await database.migrate();
        const store = database.directory.open("t");
        for (let n = 0; n < 20; n += 1) await store.devices.save(aDevice());
        const sizes = async (): Promise<number[]> => [
          (await stat(file)).size,
          (await stat(`${file}-wal`)).size,
        ];
        const [before = 0, log = 0] = await sizes();
        assert.ok(before < log && log < 4000 * 4096, `${before} in the file, ${log} in the log`);
        for (let batch = 0; batch < BATCHES; batch += 1)
          await store.enrolments.release("nothing", after(0));
        const deadline = Date.now() + 10_000;
        while (((await sizes())[0] ?? 0) < log / 4) {
          assert.ok(Date.now() < deadline, "the file did not grow");
          await new Promise((resolve) => setTimeout(resolve, 20));
        }
      } finally {
        await database.close();
        await rm(folder, { recursive: true, force: true });
      }
    });
});
