import { type Device, isLive } from "../domain/device.ts";
import { CountersignError } from "../errors.ts";

/** Why nothing may be issued to a device: `user_disabled` or `device_gone`; undefined when it may. */
export const liveProblem = (device: Device): CountersignError | undefined => {
  if (isLive(device)) return undefined;
  const { id, status, userDisabledAt } = device;
  return userDisabledAt === undefined
    ? new CountersignError("device_gone", `device ${id} is ${status}`)
    : new CountersignError(
        "user_disabled",
        `the user of device ${id} is disabled since ${userDisabledAt.toISOString()}`,
      );
};

/** Throws it. */
export const refuseUnlessLive = (device: Device): void => {
  const problem = liveProblem(device);
  if (problem !== undefined) throw problem;
};
