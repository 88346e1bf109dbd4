import { addDuration, parseDuration } from "../domain/duration.ts";
import type { Endpoint } from "../domain/endpoint.ts";
import { CountersignError } from "../errors.ts";
import type { SignedMessage } from "../pki/cms-signed.ts";
import { timeOf } from "../pki/der-read.ts";
import { OID } from "../pki/oids.ts";

/**
 * Where the endpoint wants it: the signed signingTime is there and no further from `now` than the tolerance (RFC 8894 section 3.2.1.4.5,
 * badTime). Throws `bad_time`.
 */
export const checkSigningTime = (
  { attributes }: SignedMessage,
  { signingTimeTolerance }: Pick<Endpoint, "signingTimeTolerance">,
  now: Date,
): void => {
  if (signingTimeTolerance === undefined) return;
  const element = attributes.get(OID.signingTime);
  const signed = element === undefined ? undefined : timeOf(element);
  if (signed === undefined)
    throw new CountersignError("bad_time", "the message does not say when it was signed");
  const [earlier, later] = signed < now ? [signed, now] : [now, signed];
  if (addDuration(earlier, parseDuration(signingTimeTolerance)) < later)
    throw new CountersignError(
      "bad_time",
      `signed at ${signed.toISOString()}, which is over ${signingTimeTolerance} from ${now.toISOString()}`,
    );
};
