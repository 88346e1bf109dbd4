const DEADLINE_MS = 5_000;

/** Whether a Countersign answers at a URL. Throws where nobody does. */
export const answersAsOurs = async (url: string): Promise<boolean> => {
  const response = await fetch(`${url}/healthz`, { signal: AbortSignal.timeout(DEADLINE_MS) });
  const text = await response.text();
  return response.status === 200 && /^\{"status":"ok"\}\s*$/.test(text);
};
