import { barChart } from "./bar-chart.ts";
import type { PlannedDay } from "./renewal-preview.ts";

/** A plan by days as an SVG document; what starts after the end of its certificate is red. */
export const planChart = (days: readonly PlannedDay[]): string => {
  const planned = days.reduce((sum, day) => sum + day.planned, 0);
  const late = days.reduce((sum, day) => sum + day.late, 0);
  const peak = Math.max(0, ...days.map(({ peakHour }) => peakHour));
  return barChart({
    title: `Renewals of the next ${days.length} days`,
    subtitle: `${planned} planned, ${peak} in the busiest hour${late === 0 ? "" : `, ${late} after their end (red)`}`,
    bars: days.map((day) => ({ label: day.day, value: day.planned, over: day.late })),
    unit: "renewals a day",
  });
};
