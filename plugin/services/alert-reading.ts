/** The value of one subject now, and what it says to a person. */
export interface AlertReading {
  readonly subject: string;
  readonly value: number;
  readonly text: string;
}
