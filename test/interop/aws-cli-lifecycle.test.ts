/** Lifecycle policies as somebody keeps them with the AWS CLI. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AwsCli } from "./aws-cli.ts";
import { buildImage } from "./image.ts";
import { pushImage } from "./push-image.ts";
import { account, type InteropRegistry, openRegistry, transports } from "./registry.ts";

let registry: InteropRegistry;

beforeAll(async () => {
  registry = await openRegistry();
});
afterAll(async () => {
  await registry?.close();
});

const policy = {
  rules: [
    {
      ...{ rulePriority: 1, description: "keep one of v" },
      selection: {
        ...{ tagStatus: "tagged", tagPatternList: ["v*"] },
        ...{ countType: "imageCountMoreThan", countNumber: 1 },
      },
      action: { type: "expire" },
    },
  ],
};

describe.each(transports)("AWS CLI over %s", (transport) => {
  const cli = () => new AwsCli(registry, transport);
  const ecr = (operation: string, ...args: string[]) => cli().ask("ecr", operation, ...args);

  function policyFile(): string {
    const path = join(registry.scratch, "lifecycle.json");
    writeFileSync(path, JSON.stringify(policy, undefined, 2));
    return path;
  }

  /** One image under each tag, the last the youngest. */
  async function push(repository: string, ...tags: string[]): Promise<string[]> {
    const password = await registry.password();
    const digests: string[] = [];
    for (const tag of tags) {
      const image = buildImage();
      await pushImage(registry, { repository, password, tag }, image);
      digests.push(image.manifest.digest);
    }
    return digests;
  }

  it("puts, gets and deletes a lifecycle policy, and is refused in ECR's words", async () => {
    const repository = await registry.createRepository("cli-lifecycle");
    const at = ["--repository-name", repository];
    const text = `file://${policyFile()}`;
    const put = await ecr("put-lifecycle-policy", ...at, "--lifecycle-policy-text", text);
    expect(put).toMatchObject({ registryId: account, repositoryName: repository });
    expect(JSON.parse(put.lifecyclePolicyText)).toEqual(policy);
    const got = await ecr("get-lifecycle-policy", ...at);
    expect(got.lifecyclePolicyText).toBe(put.lifecyclePolicyText);
    expect(got).toHaveProperty("lastEvaluatedAt");
    const gone = await ecr("delete-lifecycle-policy", ...at);
    expect(gone.lifecyclePolicyText).toBe(put.lifecyclePolicyText);
    expect(await cli().error("ecr", "get-lifecycle-policy", ...at)).toBe(
      "(LifecyclePolicyNotFoundException) Lifecycle policy does not exist for the repository with " +
        `name '${repository}' in the registry with id '${account}'`,
    );
    const unknown = JSON.stringify({ rules: policy.rules, more: "x".repeat(100) });
    const refusal = ["ecr", "put-lifecycle-policy", ...at, "--lifecycle-policy-text", unknown];
    expect(await cli().error(...refusal)).toBe(
      "(InvalidParameterException) Invalid parameter at 'LifecyclePolicyText' failed to satisfy " +
        "constraint: 'Lifecycle policy validation failure: object instance has properties which " +
        `are not allowed by the schema: (["more"])'`,
    );
  });

  it("starts a preview, waits for it with the CLI's own waiter, and reads it", async () => {
    const repository = await registry.createRepository("cli-preview");
    const at = ["--repository-name", repository];
    const [older] = await push(repository, "v1", "v2", "other");
    const text = ["--lifecycle-policy-text", `file://${policyFile()}`];
    const started = await ecr("start-lifecycle-policy-preview", ...at, ...text);
    expect(started.status).toBe("IN_PROGRESS");
    await ecr("wait", "lifecycle-policy-preview-complete", ...at);
    const preview = await ecr("get-lifecycle-policy-preview", ...at);
    expect(preview).toMatchObject({
      ...{ repositoryName: repository, status: "COMPLETE" },
      summary: { expiringImageTotalCount: 1 },
    });
    expect(preview.previewResults).toMatchObject([
      {
        ...{ imageDigest: older, imageTags: ["v1"], action: { type: "EXPIRE" } },
        appliedRulePriority: 1,
      },
    ]);
    const untagged = ["--filter", "tagStatus=UNTAGGED"];
    const none = await ecr("get-lifecycle-policy-preview", ...at, ...untagged);
    expect(none.previewResults).toEqual([]);
    // Nothing was done, and the repository has no policy.
    expect((await ecr("list-images", ...at)).imageIds).toHaveLength(3);
    expect(await cli().error("ecr", "get-lifecycle-policy", ...at)).toContain("NotFound");
  });
});
