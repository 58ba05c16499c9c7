/** Where trails may write: the operator's decision. */
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { trailLimits } from "../registry/trails/trail-limits.ts";
import { blobs, type S3Address } from "./setting-values.ts";

/** A place that trails may write to. */
export type TrailPlace =
  | { readonly kind: "directory"; readonly path: string }
  | { readonly kind: "bucket"; readonly address: S3Address };

const bucketName = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;

/** `file:///directory` or `s3://bucket/prefix?…`; a sentence that follows the name for another text. */
export function trailPlace(url: string): TrailPlace | string {
  if (url.startsWith("s3:")) {
    const parsed = blobs.safeParse(url);
    if (!parsed.success)
      return "has to be like s3://bucket/prefix?endpoint=https://host&region=us-east-1";
    const { archiveClass } = parsed.data;
    return archiveClass === undefined
      ? { kind: "bucket", address: parsed.data }
      : "has the option archiveClass, which is not for trails";
  }
  const isFile = url.startsWith("file:///") && URL.canParse(url);
  const { pathname = "", search = "", hash = "" } = isFile ? new URL(url) : {};
  if (!isFile || search !== "" || hash !== "" || /%2f|%00/i.test(pathname)) {
    return "has to be file:///directory or s3://bucket/prefix";
  }
  return { kind: "directory", path: fileURLToPath(url) };
}

/** `audit-logs=file:///srv/audit,elsewhere=s3://bucket/prefix?region=eu-west-1`. */
export const trailTargets = z
  .string()
  .transform((value, context): ReadonlyMap<string, TrailPlace> => {
    const problem = (message: string) => {
      context.addIssue({ code: "custom", message });
      return z.NEVER;
    };
    const places = new Map<string, TrailPlace>();
    for (const part of value.split(",").map((each) => each.trim())) {
      if (part === "") continue;
      const at = part.indexOf("=");
      const name = part.slice(0, Math.max(at, 0));
      if (!bucketName.test(name)) {
        return problem(
          "must be a list like audit-logs=file:///srv/audit,elsewhere=s3://bucket/prefix, with names as " +
            "buckets have them",
        );
      }
      if (places.has(name)) return problem(`names "${name}" twice`);
      const place = trailPlace(part.slice(at + 1));
      if (typeof place === "string") return problem(`names "${name}", which ${place}`);
      places.set(name, place);
    }
    if (places.size > trailLimits.targets) {
      return problem(`names more than ${trailLimits.targets} places`);
    }
    return places;
  });
