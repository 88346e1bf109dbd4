import { type Device, isEnrolled, isLive } from "../../domain/device.ts";
import { CountersignError } from "../../errors.ts";

/** Why nothing may be issued to a device: `device_gone`, or `user_disabled` where that alone bars it; undefined when it may. */
export const liveProblem = (device: Device): CountersignError | undefined => {
  if (isLive(device)) return undefined;
  const { id, status, userDisabledAt } = device;
  return userDisabledAt === undefined || !isEnrolled(device)
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
