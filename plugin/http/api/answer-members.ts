import { z } from "zod";

/*
 * What the API answers, for the OpenAPI document and its clients. Objects are open: a later version may add members, and a client must
 * pass over what it does not know. Members that have no value are left out.
 */

export const text = z.string();
export const maybe = text.optional();
export const whole = z.int();
export const yes = z.boolean();
/** ISO 8601, UTC. */
export const time = z.iso.datetime();
export const maybeTime = time.optional();
/** Lower case. */
export const hex = z.string().regex(/^[0-9a-f]+$/);

/** An open object that the OpenAPI document knows by `id`. */
export const named = <T extends z.ZodRawShape>(id: string, shape: T) =>
  z.looseObject(shape).meta({ id });
