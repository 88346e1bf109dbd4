import assert from "node:assert/strict";
import { YoungStatistics } from "../../../plugin/store/postgres/young-statistics.ts";
import { silentLogger } from "../../support/installation.ts";

describe("statistics of a young database", () => {
  it("are renewed ever more rarely, and at last not at all", async () => {
    const ran: number[] = [];
    let rows = 0;
    const statistics = new YoungStatistics(async () => void ran.push(rows), undefined);
    for (; rows <= 300_000; rows += 50) {
      statistics.reserved(50);
      await statistics.close();
    }
    assert.deepEqual(ran, [50, 250, 850, 2_650, 8_050, 24_250, 72_850]);
  });

  it("are missed without harm, and the log says so", async () => {
    const said: unknown[] = [];
    const failing = () => Promise.reject(new Error("canceling statement due to lock timeout"));
    const statistics = new YoungStatistics(failing, {
      ...silentLogger,
      warn: (fields) => void said.push(fields),
    });
    statistics.reserved(100);
    await statistics.close();
    assert.deepEqual(said, [{ failure: "canceling statement due to lock timeout" }]);
  });
});
