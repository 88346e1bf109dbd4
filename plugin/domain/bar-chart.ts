/** A bar of a chart. `over`: the part of it that is drawn as bad. */
export interface Bar {
  readonly label: string;
  readonly value: number;
  readonly over?: number;
}

export interface BarChart {
  readonly title: string;
  readonly subtitle?: string;
  readonly bars: readonly Bar[];
  /** What the bars count, for whoever cannot see them. */
  readonly unit: string;
  /** A line across, such as a cap, with its label. */
  readonly line?: { readonly value: number; readonly label: string } | undefined;
  /** The top of the scale where several charts are compared; the largest bar unless given. */
  readonly top?: number | undefined;
}

const [WIDTH, HEIGHT] = [960, 280];
const [LEFT, TOP, RIGHT, BOTTOM] = [64, 56, 16, 36];
const LABELS = 10;

/** One chart as an SVG document: no script, no font and no address from elsewhere; readable in light and dark pages. */
export const barChart = (chart: BarChart): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" role="img" font-family="sans-serif" font-size="12">\n${barChartContent(chart)}</svg>\n`;

/** Several charts below each other in one document. */
export const barCharts = (charts: readonly BarChart[]): string => {
  const height = HEIGHT * charts.length;
  const parts = charts.map(
    (chart, n) => `<g transform="translate(0 ${n * HEIGHT})">\n${barChartContent(chart)}</g>\n`,
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" font-family="sans-serif" font-size="12">\n${parts.join("")}</svg>\n`;
};

const barChartContent = ({ title, subtitle, bars, unit, line, top }: BarChart): string => {
  const most = Math.max(1, ...bars.map(({ value }) => value));
  const scale = niceTop(top ?? Math.max(most, line === undefined ? 0 : line.value));
  const width = WIDTH - LEFT - RIGHT;
  const height = HEIGHT - TOP - BOTTOM;
  const x = (n: number): string => (LEFT + (n * width) / Math.max(1, bars.length)).toFixed(1);
  const y = (value: number): number => TOP + height - (Math.min(value, scale) * height) / scale;
  const thick = Math.max(0.5, (width / Math.max(1, bars.length)) * 0.85).toFixed(2);
  const rect = (n: number, from: number, to: number, colour: string): string =>
    `<rect x="${x(n)}" y="${y(to).toFixed(1)}" width="${thick}" height="${(y(from) - y(to)).toFixed(1)}" fill="${colour}"/>`;
  const drawn = bars.flatMap(({ value, over = 0 }, n) => [
    ...(value > over ? [rect(n, 0, value - over, "#2f6f9f")] : []),
    ...(over > 0 ? [rect(n, value - over, value, "#c0392b")] : []),
  ]);
  const every = Math.max(1, Math.ceil(bars.length / LABELS));
  const labels = bars.flatMap(({ label }, n) =>
    n % every === 0 ? [text(x(n), HEIGHT - 14, label, "#777")] : [],
  );
  const grid = [0, 0.25, 0.5, 0.75, 1].map((share) => {
    const at = y(scale * share).toFixed(1);
    return `<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${at}" y2="${at}" stroke="#8884"/>${text(String(LEFT - 8), Number(at) + 4, short(scale * share), "#777", "end")}`;
  });
  const across =
    line === undefined || line.value > scale
      ? []
      : [
          `<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${y(line.value).toFixed(1)}" y2="${y(line.value).toFixed(1)}" stroke="#c0392b" stroke-dasharray="6 4"/>${text(String(WIDTH - RIGHT), y(line.value) - 5, line.label, "#c0392b", "end")}`,
        ];
  return [
    `<title>${escaped(`${title} (${unit})`)}</title>`,
    `<text x="${LEFT}" y="22" font-size="15" font-weight="bold" fill="#888">${escaped(title)}</text>`,
    ...(subtitle === undefined ? [] : [text(String(LEFT), 40, subtitle, "#777")]),
    ...grid,
    ...drawn,
    ...across,
    ...labels,
    "",
  ].join("\n");
};

const text = (x: string, y: number, content: string, colour: string, anchor = "start"): string =>
  `<text x="${x}" y="${y.toFixed(1)}" fill="${colour}" text-anchor="${anchor}">${escaped(content)}</text>`;

const escaped = (content: string): string =>
  content.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");

/** A round number above: 1, 2, 2.5 or 5 times a power of ten. */
const niceTop = (value: number): number => {
  const power = 10 ** Math.floor(Math.log10(Math.max(1, value)));
  return [1, 2, 2.5, 5, 10].map((step) => step * power).find((step) => step >= value) ?? value;
};

const short = (value: number): string =>
  value >= 10_000 ? `${Math.round(value / 100) / 10}k` : String(Math.round(value * 100) / 100);
