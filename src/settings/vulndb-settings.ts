/** Settings about where advisories come from. */
import { z } from "zod";
import type { FeedAddresses } from "../ports/advisories.ts";

/** Ecosystems of osv.dev that packages of images are of, and that are published as archives there. */
export const usualEcosystems =
  "AlmaLinux,Alpine,Bitnami,Debian,Go,Hex,Maven,npm,NuGet,Packagist,PyPI,Rocky Linux,RubyGems,Ubuntu,Wolfi,crates.io";

export const usualFeeds = {
  osv: "https://storage.googleapis.com/osv-vulnerabilities",
  epss: "https://epss.empiricalsecurity.com/epss_scores-current.csv.gz",
  kev: "https://www.cisa.gov/sites/default/files/feeds/known_exploited_vulnerabilities.json",
} as const;

const mostEcosystems = 200;

/** `Debian,npm`. Names with spaces are as osv.dev has them: `Rocky Linux`. */
export const ecosystemNames = z.string().transform((value, context): readonly string[] => {
  const names = value
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");
  const isName = (name: string) => /^[A-Za-z][A-Za-z0-9. ]{0,60}$/.test(name);
  if (names.length > 0 && names.length <= mostEcosystems && names.every(isName)) {
    return [...new Set(names)];
  }
  context.addIssue({
    code: "custom",
    message: "must be names of ecosystems without release, with commas between: Debian,npm,Go",
  });
  return z.NEVER;
});

/** A URL, or "off". */
export const feedAddress = z.string().transform((value, context): string | undefined => {
  if (value === "off") return undefined;
  if (URL.canParse(value)) {
    const url = new URL(value);
    const isPlain = url.username === "" && url.password === "" && url.hash === "";
    if (isPlain && /^https?:$/.test(url.protocol)) return value.replace(/\/$/, "");
  }
  context.addIssue({
    code: "custom",
    message: 'must be a URL without a password, like https://mirror.example.com/osv, or "off"',
  });
  return z.NEVER;
});

/** Where advisories come from, and when they are too old. */
export interface VulnerabilityFeeds extends FeedAddresses {
  readonly staleMs: number;
  /** Between two fetches by the server; 0 where it does not fetch. */
  readonly updateMs: number;
}
