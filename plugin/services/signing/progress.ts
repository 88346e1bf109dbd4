/** One step of something that takes a while. */
export interface ProgressStep {
  readonly step: number;
  readonly of: number;
  readonly message: string;
}
export type Progress = (step: ProgressStep) => void;
