/** Rules of the pull-through cache as AWS's own SDK makes, reads and changes them. */
import {
  CreatePullThroughCacheRuleCommand,
  DeletePullThroughCacheRuleCommand,
  DescribePullThroughCacheRulesCommand,
  ECRClient,
  InvalidParameterException,
  PullThroughCacheRuleAlreadyExistsException,
  PullThroughCacheRuleNotFoundException,
  paginateDescribePullThroughCacheRules,
  SecretNotFoundException,
  UnsupportedUpstreamRegistryException,
  UpdatePullThroughCacheRuleCommand,
  ValidatePullThroughCacheRuleCommand,
} from "@aws-sdk/client-ecr";
import { CreateSecretCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { expect, it } from "vitest";
import { startAwsServer } from "../support/aws-server.ts";
import { account } from "../support/ecr.ts";

it("keeps what the SDK says of rules, and refuses in ECR's exceptions", async () => {
  const server = await startAwsServer();
  try {
    const ecr = new ECRClient(server.client());
    const secrets = new SecretsManagerClient(server.client());
    const secret = await secrets.send(
      new CreateSecretCommand({
        ...{ Name: "ecr-pullthroughcache/hub", SecretString: '{"username":"u"}' },
      }),
    );
    const create = (ecrRepositoryPrefix: string, more: object = {}) =>
      ecr.send(
        new CreatePullThroughCacheRuleCommand({
          ...{ ecrRepositoryPrefix, upstreamRegistryUrl: "public.ecr.aws", ...more },
        }),
      );
    const hub = { upstreamRegistryUrl: "registry-1.docker.io", credentialArn: secret.ARN };
    const made = await create("hub", hub);
    expect(made).toMatchObject({ ...hub, upstreamRegistry: "docker-hub", registryId: account });
    expect(made.createdAt).toEqual(new Date(server.opened.clock.now()));
    const opened = await create("ecr-public");
    expect(opened).toMatchObject({ upstreamRegistry: "ecr-public" });
    await expect(create("hub", hub)).rejects.toBeInstanceOf(
      PullThroughCacheRuleAlreadyExistsException,
    );
    await expect(create("UPPER")).rejects.toBeInstanceOf(InvalidParameterException);
    await expect(create("other", { upstreamRegistry: "quay" })).rejects.toBeInstanceOf(
      UnsupportedUpstreamRegistryException,
    );
    const credentialArn = `${secret.ARN?.slice(0, -6)}AbCdEf`;
    await expect(create("other", { credentialArn })).rejects.toBeInstanceOf(
      SecretNotFoundException,
    );
    const listed: unknown[] = [];
    const paging = { client: ecr, pageSize: 1 };
    for await (const page of paginateDescribePullThroughCacheRules(paging, {})) {
      listed.push(...(page.pullThroughCacheRules ?? []).map((rule) => rule.ecrRepositoryPrefix));
    }
    expect(listed).toEqual(["ecr-public", "hub"]);
    const ecrRepositoryPrefix = "hub";
    const validate = new ValidatePullThroughCacheRuleCommand({ ecrRepositoryPrefix });
    const { isValid, failure } = await ecr.send(validate);
    expect({ isValid, failure }).toEqual({
      isValid: false,
      failure: expect.stringContaining("accessToken"),
    });
    const update = new UpdatePullThroughCacheRuleCommand({
      ...{ ecrRepositoryPrefix, credentialArn: secret.ARN },
    });
    expect((await ecr.send(update)).updatedAt).toEqual(new Date(server.opened.clock.now()));
    const remove = () => ecr.send(new DeletePullThroughCacheRuleCommand({ ecrRepositoryPrefix }));
    expect(await remove()).toMatchObject({ ...hub, ecrRepositoryPrefix });
    const named = new DescribePullThroughCacheRulesCommand({ ecrRepositoryPrefixes: ["hub"] });
    const asks = [remove, () => ecr.send(named), () => ecr.send(update), () => ecr.send(validate)];
    for (const ask of asks) {
      await expect(ask()).rejects.toBeInstanceOf(PullThroughCacheRuleNotFoundException);
    }
  } finally {
    await server.close();
  }
});
