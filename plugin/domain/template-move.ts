/**
 * The deployments of a template on their way to another version of it, page by page: each gets a due time between `from` and `until`, by
 * its place in the spread, unless it is due sooner anyway. `rekey` false: only the due times follow the changed window.
 */
export interface TemplateMove {
  /** Of the template. */
  readonly id: string;
  /** Certificates of an older version are moved. */
  readonly version: number;
  readonly rekey: boolean;
  readonly from: Date;
  readonly until: Date;
  /** The deployment that was looked at last. */
  readonly cursor: string | undefined;
  readonly state: "running" | "done";
  readonly moved: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}
