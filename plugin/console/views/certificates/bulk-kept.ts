import type { BulkAnswer, Principal } from "../../api/calls.ts";
import type { BulkAction } from "./bulk-actions.ts";
import type { BulkRow } from "./bulk-file.ts";

export type BulkResult = BulkAnswer["items"][number];

/** What somebody has asked to be done to many certificates. */
export interface BulkRun {
  readonly id: string;
  readonly action: BulkAction;
  readonly reason: string;
  /** Empty: any. */
  readonly authority: string;
  readonly comment: string;
  /** Undefined in one that an earlier console has kept: no. */
  readonly publishNow?: boolean;
  /** Of the file. */
  readonly name: string;
  readonly rows: readonly BulkRow[];
}

const RUNS = "runs";
const SLICES = "slices";

/** One run a person, a tenant and a browser. */
export const runId = ({ id, tenant = "" }: Principal): string => `${tenant}/${id}`;

const settled = <T>(request: IDBRequest<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => {
      resolve(request.result);
    };
    request.onerror = () => {
      reject(request.error ?? new Error("the browser's storage failed"));
    };
  });

/** Works on what this browser keeps; a browser that keeps nothing answers undefined, and a run in it ends with its page. */
const inStore = async <T>(work: (database: IDBDatabase) => Promise<T>): Promise<T | undefined> => {
  let database: IDBDatabase;
  try {
    const opening = indexedDB.open("countersign-bulk", 1);
    opening.onupgradeneeded = () => {
      opening.result.createObjectStore(RUNS, { keyPath: "id" });
      opening.result.createObjectStore(SLICES);
    };
    database = await settled(opening);
  } catch {
    return undefined;
  }
  try {
    return await work(database);
  } finally {
    database.close();
  }
};

const slicesOf = (id: string): IDBKeyRange => IDBKeyRange.bound([id, 0], [id, Infinity]);

/** Keeps a run before its first row is sent; it takes the place of an earlier one. */
export const keepRun = async (run: BulkRun): Promise<void> => {
  await forgetRun(run.id);
  await inStore((database) =>
    settled(database.transaction(RUNS, "readwrite").objectStore(RUNS).put(run)),
  );
};

/** Keeps what was answered to the rows from `from` on. */
export const keepSlice = async (
  id: string,
  from: number,
  items: readonly BulkResult[],
): Promise<void> => {
  await inStore((database) =>
    settled(database.transaction(SLICES, "readwrite").objectStore(SLICES).put(items, [id, from])),
  );
};

/** The run that is not through yet, with what was answered so far. */
export const keptRun = async (
  id: string,
): Promise<{ readonly run: BulkRun; readonly results: readonly BulkResult[] } | undefined> =>
  inStore(async (database) => {
    const reading = database.transaction([RUNS, SLICES]);
    const [run, slices] = await Promise.all([
      settled(reading.objectStore(RUNS).get(id) as IDBRequest<BulkRun | undefined>),
      settled(reading.objectStore(SLICES).getAll(slicesOf(id)) as IDBRequest<BulkResult[][]>),
    ]);
    return run === undefined ? undefined : { run, results: slices.flat() };
  });

/** It is through, or the rest of it is left. */
export const forgetRun = async (id: string): Promise<void> => {
  await inStore(async (database) => {
    const writing = database.transaction([RUNS, SLICES], "readwrite");
    await Promise.all([
      settled(writing.objectStore(RUNS).delete(id)),
      settled(writing.objectStore(SLICES).delete(slicesOf(id))),
    ]);
  });
};
