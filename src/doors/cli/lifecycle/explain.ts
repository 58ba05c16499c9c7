/** `entrepot lifecycle explain`: why the rules do to an image what they do, or nothing. */
import { isoText } from "../access/times.ts";
import { byteText } from "../byte-text.ts";
import type { Answer } from "../calls.ts";
import { digestAmong, isWholeDigest } from "../digests.ts";
import type { Server } from "../server.ts";
import { fieldsText, printable } from "../table.ts";

export type Explanation = Answer<"entrepot:ExplainLifecycle">;

/** Rules that count look at every image. */
const patienceMs = 120_000;

/**
 * @param wanted a tag; or a digest, or how it begins
 * @throws CommandError as `callServer` does, and for a beginning that no digest has
 */
export async function explainLifecycle(
  server: Server,
  repositoryName: string,
  wanted: string,
): Promise<Explanation> {
  const id = wanted.includes(":")
    ? { imageDigest: await imageDigest(server, repositoryName, wanted) }
    : { imageTag: wanted };
  const input = { repositoryName, ...id };
  return server.call("entrepot:ExplainLifecycle", input, { withinMs: patienceMs });
}

async function imageDigest(server: Server, repositoryName: string, text: string): Promise<string> {
  if (isWholeDigest(text)) return text;
  const input = { repositoryName, maxResults: 1_000, filter: { imageStatus: "ANY" as const } };
  const all = await server.all("ecr:ListImages", "imageIds", input);
  const digests = all.map(({ imageDigest: digest = "" }) => digest);
  return digestAmong(text, digests, `image of ${repositoryName}`);
}

export function explanationText({ image, sentence, rules }: Explanation): string {
  const told = rules.map(({ rulePriority, sentence }) => `  ${rulePriority}: ${sentence}`);
  const parts = [
    ...(image === undefined ? [] : [factsText(image), ""]),
    sentence,
    ...(told.length === 0 ? [] : ["", "Rule by rule:", ...told]),
  ];
  return parts.map((part) => part.split("\n").map(printable).join("\n")).join("\n");
}

function factsText(image: NonNullable<Explanation["image"]>): string {
  const time = (at: number | undefined) => (at === undefined ? [] : [isoText(at)]);
  const [pulled] = time(image.lastRecordedPullTime);
  const [archived] = time(image.lastArchivedAt);
  const [activated] = time(image.lastActivatedAt);
  const stays = [
    ...(image.inUse ? ["it is in use"] : []),
    ...(image.referencedByIndex ? ["an index lists it"] : []),
    ...(image.referencedByArchivedIndex ? ["an archived index lists it"] : []),
    ...(image.hasSubject ? ["it refers to an image that is here"] : []),
  ];
  return fieldsText([
    ["Image", image.imageDigest],
    ["Tags", image.imageTags.join(", ")],
    ["Storage class", image.storageClass.toLowerCase()],
    ["Size", byteText(image.imageSizeInBytes)],
    ["Pushed", isoText(image.imagePushedAt)],
    ["Pulled", pulled ?? "never, as far as is known"],
    ...(archived === undefined ? [] : [["Archived", archived] as const]),
    ...(activated === undefined ? [] : [["Restored", activated] as const]),
    ...(stays.length === 0 ? [] : [["Beside rules", stays] as const]),
  ]);
}
