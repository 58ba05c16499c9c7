/**
 * The members that inputs of CloudWatch are made of. In AWS Query every value is a text, in JSON
 * numbers are numbers and times epoch seconds. Source: CloudWatch API reference.
 */
import { z } from "zod";

const dimensionsAtMost = 30;

export const namespace = z.string().min(1).max(255);
export const metricName = z.string().min(1).max(255);
export const nextToken = z.string().max(2048).optional();

const dimensionName = z.string().min(1).max(255);
const dimensionValue = z.string().min(1).max(1024);

export const dimensions = z
  .array(z.object({ Name: dimensionName, Value: dimensionValue }))
  .max(dimensionsAtMost)
  .optional();

/** Without a value: whatever it is. */
export const dimensionFilters = z
  .array(z.object({ Name: dimensionName, Value: dimensionValue.optional() }))
  .max(10)
  .optional();

function fromText(value: unknown): unknown {
  return typeof value === "string" && /^\d{1,15}$/.test(value) ? Number(value) : value;
}

export function whole(minimum: number, maximum: number) {
  return z.preprocess(fromText, z.int().min(minimum).max(maximum));
}

export const yesOrNo = z.preprocess(
  (value) => (value === "true" ? true : value === "false" ? false : value),
  z.boolean(),
);

/** Seconds: 1, 5, 10, 30 are for what is finer than a minute, which nothing here is. */
export const period = whole(60, 86_400 * 365).refine((seconds) => seconds % 60 === 0, {
  error: "The value for parameter Period must be a multiple of 60.",
});

function toEpochSeconds(value: unknown): unknown {
  if (typeof value !== "string") return value;
  const milliseconds = Date.parse(value);
  return Number.isNaN(milliseconds) ? value : milliseconds / 1000;
}

/** Milliseconds since the epoch. */
export const time = z
  .preprocess(toEpochSeconds, z.number().min(0).max(4_102_444_800))
  .transform((seconds) => seconds * 1000);

export const statistics = ["SampleCount", "Average", "Sum", "Minimum", "Maximum"] as const;
export const statistic = z.enum(statistics);
