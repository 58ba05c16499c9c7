import type { ReviewRule } from "../review-rule.ts";

const prefix = "org.opencontainers.image.";
const wanted = ["source", "revision", "licenses"];
/** The same in the words that came before. */
const older: Readonly<Record<string, string>> = {
  source: "org.label-schema.vcs-url",
  revision: "org.label-schema.vcs-ref",
};

/** Without these labels nobody can tell from an image which code it is of. */
export const missingLabels: ReviewRule = {
  id: "missing-labels",
  review({ config }) {
    const missing = wanted.filter(
      (name) => !config.labels.get(prefix + name) && !config.labels.get(older[name] ?? ""),
    );
    if (missing.length === 0) return [];
    return [
      {
        severity: "info",
        title: `Labels are missing: ${missing.join(", ")}`,
        reason:
          "From the image alone, nobody finds the code that it was built from, or on which terms it may be used.",
        fix: `Set them in the build: ${missing.map((name) => `\`--label ${prefix}${name}=…\``).join(" ")}`,
      },
    ];
  },
};
