import type { Knex } from "knex";

/** A transaction of knex that fails with the error of `work`: a database may roll back by itself, and knex tells of that instead. */
export const telling = async <T>(writer: Knex, work: (tx: Knex) => Promise<T>): Promise<T> => {
  const errors: unknown[] = [];
  try {
    return await writer.transaction(async (tx) => {
      try {
        return await work(tx);
      } catch (error) {
        errors.push(error);
        throw error;
      }
    });
  } catch (error) {
    throw errors[0] ?? error;
  }
};
