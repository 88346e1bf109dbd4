import assert from "node:assert/strict";
import { CountersignError, type ErrorCode } from "../../../plugin/errors.ts";

/** Asserts that `act` throws a CountersignError of this code whose detail fits. */
export const refuses = (code: ErrorCode, detail: RegExp, act: () => unknown): void => {
  assert.throws(act, (thrown) => {
    assert.ok(thrown instanceof CountersignError, String(thrown));
    assert.equal(thrown.code, code, thrown.message);
    assert.match(thrown.detail, detail);
    return true;
  });
};
