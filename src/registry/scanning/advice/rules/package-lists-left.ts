import { countText, sizeText } from "../advice-texts.ts";
import type { ReviewRule } from "../review-rule.ts";
import type { ReviewedImage } from "../reviewed-image.ts";

/** Where a package manager keeps what it can fetch again. */
export interface LeftOver {
  readonly what: string;
  isOne(path: string): boolean;
  readonly fix: string;
}

const below =
  (...directories: readonly string[]) =>
  (path: string) =>
    directories.some((directory) => path.startsWith(directory));

const leftOvers: readonly LeftOver[] = [
  {
    what: "apt's lists of packages",
    isOne: (path) => below("var/lib/apt/lists/")(path) && !path.endsWith("/lock"),
    fix: "End the RUN that has `apt-get update` with `&& rm -rf /var/lib/apt/lists/*`.",
  },
  {
    what: "apt's downloaded packages",
    isOne: (path) => path.startsWith("var/cache/apt/") && /\.(deb|bin)$/.test(path),
    fix: "End the RUN with `&& apt-get clean`, or keep the cache outside of the image: `RUN --mount=type=cache,target=/var/cache/apt …`.",
  },
  {
    what: "apk's cache",
    isOne: below("var/cache/apk/", "etc/apk/cache/"),
    fix: "Install with `apk add --no-cache …`.",
  },
  {
    what: "the cache of dnf or yum",
    isOne: below("var/cache/dnf/", "var/cache/yum/", "var/cache/libdnf5/", "var/cache/zypp/"),
    fix: "End the RUN that installs with `&& dnf clean all` (or `yum`, `microdnf`, `zypper clean -a`).",
  },
];

/** Lists and archives of the system's package manager, which nothing needs to run. */
export const packageListsLeft: ReviewRule = {
  id: "package-lists-left",
  review: (image) => leftOvers.flatMap((leftOver) => adviceOnLeftOver(image, leftOver, "medium")),
};

/** One piece of advice for all that is seen of it in the end; deleted later, it is told as that. */
export function adviceOnLeftOver(
  { visible }: ReviewedImage,
  { what, isOne, fix }: LeftOver,
  severity: "low" | "medium",
) {
  const files = visible.filter(({ file }) => file.kind === "file" && isOne(file.path));
  const estimatedBytes = files.reduce((sum, { file }) => sum + file.sizeBytes, 0);
  if (estimatedBytes < leastBytes) return [];
  const [first] = files;
  return [
    {
      severity,
      title: `The image holds ${what}`,
      reason: `${countText(files.length, "file")} of ${sizeText(estimatedBytes)} are there for the build alone.`,
      fix,
      estimatedBytes,
      layerDiffId: first!.layerDiffId,
      path: commonDirectory(files.map(({ file }) => file.path)),
    },
  ];
}

/** Less is what an empty cache looks like. */
const leastBytes = 64 * 1024;

function commonDirectory(paths: readonly string[]): string {
  let common = parentOf(paths[0]!);
  for (const path of paths) {
    while (common !== "" && !path.startsWith(`${common}/`)) common = parentOf(common);
  }
  return common === "" ? paths[0]! : common;
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}
