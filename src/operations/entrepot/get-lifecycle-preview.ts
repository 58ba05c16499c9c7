import { registryOf } from "../../registry/identity/principal.ts";
import { findPreview } from "../../registry/lifecycle/preview-lifecycle.ts";
import type {
  LifecycleBlock,
  LifecycleSummary,
  PreviewedImage,
  RuleSummary,
} from "../../registry/lifecycle/stored-lifecycle.ts";
import { limits } from "../../registry/limits.ts";
import { repositoryResource } from "../ecr/resource.ts";
import { maxResults, nextToken, registryId, repositoryName, request } from "../ecr/shapes.ts";
import { epochSeconds } from "../ecr/wire.ts";
import { operation } from "../operation.ts";
import { openPosition, sealPosition } from "../page-token.ts";
import { readPage } from "../read-page.ts";
import { type LifecyclePreviewAnswer, lifecyclePreviewAnswer } from "./lifecycle-preview-answer.ts";
import { type WireAction, wireAction, wireStorageClass } from "./lifecycle-words.ts";

export interface PreviewedImageAnswer {
  readonly imageDigest: string;
  readonly imageTags: readonly string[];
  readonly imagePushedAt: number;
  readonly imageSizeInBytes: number;
  readonly storageClass: "STANDARD" | "ARCHIVE";
  readonly action: WireAction;
  readonly rulePriority: number;
  /** Of UNTAG: the tags that would go. */
  readonly markedTags: readonly string[];
  /** Why it would stay as it is all the same. */
  readonly blockedBy?: LifecycleBlock;
  /** The priority of the rule that retains it, where that is why. */
  readonly retainedBy?: number;
}

interface Preview extends LifecyclePreviewAnswer {
  /** Of a complete one, and so are the images. */
  readonly summary?: Omit<LifecycleSummary, "rules"> & {
    readonly rules: readonly (RuleSummary & { readonly matchesNothing: boolean })[];
  };
  /** First what would be done, rule by rule, oldest first; then what would stay all the same. */
  readonly images?: readonly PreviewedImageAnswer[];
  readonly nextToken?: string;
}

/** What the preview found: of each rule, of each image, and why a marked one would stay. */
export const getLifecyclePreview = operation("entrepot:GetLifecyclePreview", {
  input: request({ registryId, repositoryName, nextToken, maxResults }),
  resource: repositoryResource,
  access: "Read",
  errors: ["InvalidParameter", "RepositoryNotFound", "LifecyclePolicyPreviewNotFound"],
  async handle(input, { ports, caller }): Promise<Preview> {
    const registry = registryOf(caller, input.registryId);
    const { repositoryName: name } = input;
    const found = await findPreview(ports, registry, name);
    const { repository } = found;
    const { id, summary } = found.preview;
    const listing = { operation: "GetLifecyclePreview", registry, narrowedBy: [name, id] };
    const start = openPosition(ports, listing, input.nextToken);
    const answer = lifecyclePreviewAnswer(registry, name, found);
    if (found.isExpired || summary === undefined) return answer;
    const page = await readPage<PreviewedImage & { readonly position: number }, number>({
      after: start === undefined ? undefined : Number(start),
      size: input.maxResults ?? limits.pageDefault,
      fetch: (part) => ports.metadata.lifecycle.previewed(repository, part),
      key: ({ position }) => position,
      weigh: ({ tags }) => tags.length,
      weightLimit: limits.pageTags,
      atOnce: limits.heavyRowsAtOnce,
    });
    return {
      ...answer,
      summary: { ...summary, rules: summary.rules.map(ruleAnswerOf) },
      images: page.items.map(imageAnswerOf),
      ...(page.more ? { nextToken: sealPosition(ports, listing, String(page.last)) } : {}),
    };
  },
});

function ruleAnswerOf(rule: RuleSummary): RuleSummary & { matchesNothing: boolean } {
  return { ...rule, matchesNothing: rule.matched === 0 };
}

function imageAnswerOf(image: PreviewedImage): PreviewedImageAnswer {
  const { blockedBy, retainedBy } = image;
  return {
    imageDigest: image.digest,
    imageTags: image.tags,
    imagePushedAt: epochSeconds(image.pushedAt),
    imageSizeInBytes: image.sizeBytes,
    storageClass: wireStorageClass(image.storageClass),
    action: wireAction(image.action),
    rulePriority: image.rulePriority,
    markedTags: image.markedTags,
    ...(blockedBy === undefined ? {} : { blockedBy }),
    ...(retainedBy === undefined ? {} : { retainedBy }),
  };
}
