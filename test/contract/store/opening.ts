import assert from "node:assert/strict";
import type { ErrorCode } from "../../../plugin/errors.ts";
import type { Database } from "../../../plugin/ports/stores.ts";
import { aDevice, aReservation } from "./samples.ts";
import { fails } from "./subject.ts";

export interface OpeningSubject {
  /** Opens the same database again; `busyMs` and `waitMs` are short. */
  readonly impatient: () => Promise<Database>;
  readonly open: () => Promise<Database>;
  /** What a reservation throws that waits for a transaction which waits for it. */
  readonly stuck: ErrorCode;
}

/** What holds of a database that is opened and closed, whichever it is. */
export const describeOpening = ({ impatient, open, stuck }: OpeningSubject): void => {
  it("frees a run() that waits for a write outside itself", async () => {
    const database = await impatient();
    await database.migrate();
    const store = database.directory.open("t");
    await fails(
      store.run(async () => store.devices.save(aDevice())),
      "busy",
    );
    await fails(
      store.run(async () => {
        await store.enrolments.reserve(aReservation());
      }),
      stuck,
    );
    await store.devices.save(aDevice());
    assert.deepEqual(await store.enrolments.reserve(aReservation()), { status: "reserved" });
  });

  it("ends what has begun before it closes", async () => {
    const database = await open();
    await database.migrate();
    const store = database.directory.open("t");
    const writes = [1, 2, 3].map((n) =>
      store.devices.save(aDevice({ id: `d${n}`, hostDeviceId: String(n) })),
    );
    const enrolment = store.enrolments.reserve(aReservation());
    await database.close();
    await Promise.all(writes);
    assert.deepEqual(await enrolment, { status: "refused", because: "device" });
  });
};
