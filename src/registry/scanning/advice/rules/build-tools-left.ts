import { sizeText } from "../advice-texts.ts";
import { baseImage } from "../base-image.ts";
import type { ReviewRule } from "../review-rule.ts";
import type { ReviewedImage } from "../reviewed-image.ts";
import { isCompiler } from "../shell/build-tools.ts";
import { proposeStages } from "../stages/propose-stages.ts";
import type { StageStep } from "../stages/stage-plan.ts";

/** Programs that compile, where no package tells of them. */
const programs = [
  "gcc",
  "g++",
  "cc",
  "clang",
  "make",
  "cmake",
  "cargo",
  "rustc",
  "go",
  "mvn",
  "gradle",
];
const places = ["usr/bin", "usr/local/bin", "usr/local/go/bin", "usr/local/cargo/bin"];
/** What only compilers read. */
const contents =
  /^usr\/(lib\/gcc|libexec\/gcc|lib\/gcc-cross|include|lib\/llvm[-0-9]*|lib\/go[-0-9.]*|lib\/rustlib|local\/go|local\/cargo|local\/rustup|local\/include|share\/maven|share\/cmake[-0-9.]*)\//;

/** Compilers in an image that runs: bytes to pull, packages with vulnerabilities, and tools for who breaks in. */
export const buildToolsLeft: ReviewRule = {
  id: "build-tools-left",
  review(image) {
    const tools = toolsOf(image);
    if (tools.length === 0) return [];
    const estimatedBytes = image.visible
      .filter(({ file }) => contents.test(file.path))
      .reduce((sum, { file }) => sum + file.sizeBytes, 0);
    const names = tools.slice(0, 8).join(", ");
    const more = tools.length > 8 ? ` and ${tools.length - 8} more` : "";
    const size = estimatedBytes === 0 ? "" : ` They are at least ${sizeText(estimatedBytes)}.`;
    const layerDiffId = layerOf(image, tools[0]!);
    return [
      {
        severity: "medium",
        title: "Build tools are left in the image",
        reason: `${names}${more} are there, which build and do not run.${size} Their vulnerabilities count, and who breaks in has a compiler.`,
        fix: `Build in a stage of its own:\n\n${proposal(image)}`,
        ...(estimatedBytes > 0 && { estimatedBytes }),
        ...(layerDiffId !== undefined && { layerDiffId }),
      },
    ];
  },
};

function toolsOf({ subject, tree }: ReviewedImage): string[] {
  const packages = (subject.inventory?.packages ?? [])
    .filter(({ type, name }) => ["apk", "deb", "rpm"].includes(type) && isCompiler(name))
    .map(({ name }) => name);
  if (packages.length > 0) return [...new Set(packages)].sort();
  return programs.filter((program) => places.some((place) => tree.has(`${place}/${program}`)));
}

function layerOf({ subject, visible }: ReviewedImage, tool: string): string | undefined {
  const found = subject.inventory?.packages.find(({ name }) => name === tool);
  if (found !== undefined) return found.layerDiffId;
  return visible.find(({ file }) => places.some((place) => file.path === `${place}/${tool}`))
    ?.layerDiffId;
}

function proposal(image: ReviewedImage): string {
  const { config, ownSteps } = image;
  const base = baseImage(image.config, image.subject.annotations);
  const { distribution } = image.subject.inventory ?? {};
  const known =
    distribution === undefined
      ? "<the base image>"
      : `${distribution.id}${distribution.versionId === undefined ? "" : `:${distribution.versionId}`}`;
  const ending = [
    ...config.exposedPorts.map((port) => `EXPOSE ${port.replace(/\/tcp$/, "")}`),
    ...(config.entrypoint.length > 0 ? [`ENTRYPOINT ${jsonForm(config.entrypoint)}`] : []),
    ...(config.command.length > 0 ? [`CMD ${jsonForm(config.command)}`] : []),
  ];
  return proposeStages({
    base: base?.name ?? known,
    steps: ownSteps.filter(({ instruction }) => instruction !== "").map(written),
    ending,
    user: config.user,
  });
}

/** The older builder writes digests of what it copied in place of names. */
function written({ instruction, text }: { instruction: string; text: string }): StageStep {
  const isCopy = instruction === "COPY" || instruction === "ADD";
  const copied = isCopy ? /^(file|dir|multi):\S+ in (.*)$/.exec(text) : null;
  return { instruction, text: copied === null ? text : `. ${copied[2]!.trim()}` };
}

function jsonForm(words: readonly string[]): string {
  return `[${words.map((word) => JSON.stringify(word)).join(", ")}]`;
}
