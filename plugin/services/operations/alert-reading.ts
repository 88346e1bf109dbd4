/** The value of one subject now, and what it says to a person. */
export interface AlertReading {
  readonly subject: string;
  readonly value: number;
  readonly text: string;
}

const DAY = 86_400_000;

/** Days that are left of something that ends. */
export const ending = (subject: string, what: string, end: Date, now: Date): AlertReading => {
  const value = (end.getTime() - now.getTime()) / DAY;
  const when =
    value <= 0
      ? `ended on ${end.toISOString()}`
      : `ends in ${Math.ceil(value)} days, on ${end.toISOString()}`;
  return { subject, value, text: `${what} ${when}` };
};
