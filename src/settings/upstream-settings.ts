/** Where upstreams of the pull-through cache are, and who gives tokens for them: the operator's decision. */
import { z } from "zod";
import { upstreamPlace } from "../registry/pull-through-cache/upstream-place.ts";

const hostShape = /^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::\d{1,5})?$/;
const example = '{"registry-1.docker.io": "https://mirror.example.com"}';

/** `{"registry-1.docker.io": "https://mirror.example.com"}`: instead of a host, another one is asked. */
export const upstreams = z.string().transform((text, context): ReadonlyMap<string, string> => {
  const parsed = z.record(z.string().regex(hostShape), z.string()).safeParse(parseJson(text));
  const found = parsed.success ? Object.entries(parsed.data) : [];
  const places = found.map(([host, url]) => [host, upstreamPlace(url)?.origin] as const);
  if (parsed.success && places.every(([, origin]) => origin !== undefined)) {
    return new Map(places.map(([host, origin = ""]) => [host, origin]));
  }
  context.addIssue({ code: "custom", message: `must be a JSON object like ${example}` });
  return z.NEVER;
});

/** `arn:aws:iam::000000000000:role/mirror`. */
export const principalArn = z
  .string()
  .regex(/^arn:aws:iam::\d{12}:(?:user|role)\/[\w+=,.@/-]{1,600}$/, {
    message: "must be the ARN of a user or role, for example arn:aws:iam::000000000000:role/mirror",
  });

/** Hosts with commas between them. */
export const tokenRealms = z.string().transform((text, context): ReadonlySet<string> => {
  const hosts = text
    .split(",")
    .map((each) => each.trim().toLowerCase())
    .filter((each) => each !== "");
  if (hosts.every((each) => hostShape.test(each))) return new Set(hosts);
  const message = "must be hosts with commas between them, for example auth.example.com";
  context.addIssue({ code: "custom", message });
  return z.NEVER;
});

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
