/**
 * Colours of what is drawn, as variables of styles.css that follow the theme. They are those of Cloudscape,
 * whose own variables have other names in each version of its packages.
 */
export const colours = {
  bars: "var(--chart-bars)",
  critical: "var(--chart-critical)",
  high: "var(--chart-high)",
  medium: "var(--chart-medium)",
  low: "var(--chart-low)",
  neutral: "var(--chart-neutral)",
  positive: "var(--chart-positive)",
} as const;
