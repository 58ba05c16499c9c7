import type { LayerFile } from "../../layer-file.ts";
import type { RuleAdvice } from "../advice.ts";
import type { ReviewRule } from "../review-rule.ts";
import type { ReviewedImage } from "../reviewed-image.ts";
import { type SecretPath, secretPath } from "../secrets/secret-paths.ts";
import { articled } from "./secret-in-environment.ts";

/** Files with secrets in them, or with names that say so, in any layer: deleting one later leaves it there. */
export const secretFile: ReviewRule = {
  id: "secret-file",
  review: (image) =>
    [...image.allFiles()].flatMap(({ file, layerDiffId }) => adviceOn(image, file, layerDiffId)),
};

function adviceOn(image: ReviewedImage, file: LayerFile, layerDiffId: string): RuleAdvice[] {
  const searched = image.searched(layerDiffId, file.path);
  const named = secretPath(file.path);
  if (searched === undefined && named === undefined) return [];
  // A package's own is the same for everybody.
  if (file.sizeBytes === 0 || image.isOwned(file.path)) return [];
  const found = searched?.secrets ?? [];
  const [first] = found;
  if (first === undefined) {
    if (named === undefined || (searched !== undefined && !named.isCertain)) return [];
    return [byName(image, file, layerDiffId, named)];
  }
  const begin = first.preview === "" ? "" : ` (${first.preview}…)`;
  const more = found.length === 1 ? "" : `, and ${found.length - 1} more`;
  return [
    {
      severity: found.some((each) => each.isCertain) ? "critical" : "high",
      title: `/${file.path} holds ${articled(first.kind)}`,
      reason: `Line ${first.line} has ${articled(first.kind)}${begin}${more}.${goneText(image, file, layerDiffId)}`,
      fix: fixText(file.path),
      layerDiffId,
      path: file.path,
    },
  ];
}

function byName(
  image: ReviewedImage,
  { path, ...file }: LayerFile,
  layerDiffId: string,
  { what, isCertain }: SecretPath,
): RuleAdvice {
  return {
    severity: isCertain ? "high" : "medium",
    title: `/${path} looks like ${what}`,
    reason: `By its name it is ${what}; its content was not looked at, or told nothing.${goneText(image, { ...file, path }, layerDiffId)}`,
    fix: fixText(path),
    layerDiffId,
    path,
  };
}

function goneText(image: ReviewedImage, { path }: LayerFile, layerDiffId: string): string {
  if (!image.isHidden(layerDiffId, path)) return " Whoever can pull the image has it.";
  return " A later layer deletes or replaces it, and this one still has it for whoever can pull the image.";
}

function fixText(path: string): string {
  const name = path.slice(path.lastIndexOf("/") + 1);
  return `Revoke what is in it, name it in \`.dockerignore\` (\`**/${name}\`), and where the build needs it, mount it: \`RUN --mount=type=secret,id=…,target=/${path} …\`.`;
}
