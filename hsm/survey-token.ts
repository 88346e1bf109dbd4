import { openKeyClient } from "./key-client.ts";
import { operation } from "./key-operation.ts";
import type { TokenOptions } from "./pkcs11-keys.ts";
import type { TokenSurvey } from "./token-survey.ts";

export interface SurveyOptions extends TokenOptions {
  readonly module: string;
  /** The most sessions that the sign rate is measured with; default 8. */
  readonly sessions?: number | undefined;
}

/** A survey of a token in a key process that is gone afterwards. Throws as `openPkcs11Keys`. */
export const surveyOfToken = async (options: SurveyOptions): Promise<TokenSurvey> => {
  const { environment, sessions = 8, ...token } = options;
  const client = await openKeyClient({
    config: {
      kind: "pkcs11",
      ...token,
      pin: Buffer.from(token.pin).toString("base64"),
      // Nothing is decrypted for anybody.
      rejectionSecret: Buffer.alloc(32).toString("base64"),
      sessions,
    },
    environment: { UV_THREADPOOL_SIZE: String(Math.max(4, sessions + 4)), ...environment },
  });
  try {
    const answer = await client.run(operation("survey"));
    return JSON.parse(Buffer.from(answer).toString()) as TokenSurvey;
  } finally {
    await client.close();
  }
};
