/** Repository creation templates as AWS's own SDK makes, reads and changes them. */
import {
  CreateRepositoryCreationTemplateCommand,
  type CreateRepositoryCreationTemplateCommandInput,
  DeleteRepositoryCreationTemplateCommand,
  DescribeRepositoryCreationTemplatesCommand,
  ECRClient,
  InvalidParameterException,
  paginateDescribeRepositoryCreationTemplates,
  type RepositoryCreationTemplate,
  TemplateAlreadyExistsException,
  TemplateNotFoundException,
  UpdateRepositoryCreationTemplateCommand,
} from "@aws-sdk/client-ecr";
import { expect, it } from "vitest";
import { startAwsServer } from "../support/aws-server.ts";
import { account } from "../support/ecr.ts";

it("keeps what the SDK says of templates, and refuses in ECR's exceptions", async () => {
  const server = await startAwsServer();
  try {
    const ecr = new ECRClient(server.client());
    const said: CreateRepositoryCreationTemplateCommandInput = {
      prefix: "team/",
      description: "of the team",
      imageTagMutability: "IMMUTABLE",
      resourceTags: [{ Key: "team", Value: "a" }],
      appliedFor: ["CREATE_ON_PUSH", "PULL_THROUGH_CACHE"],
      customRoleArn: `arn:aws:iam::${account}:role/templates`,
    };
    const create = (prefix = said.prefix) =>
      ecr.send(new CreateRepositoryCreationTemplateCommand({ ...said, prefix }));
    const made = await create();
    expect(made).toMatchObject({ registryId: account, repositoryCreationTemplate: said });
    const { createdAt } = made.repositoryCreationTemplate ?? {};
    expect(createdAt).toEqual(new Date(server.opened.clock.now()));
    await expect(create()).rejects.toBeInstanceOf(TemplateAlreadyExistsException);
    await expect(create("UPPER")).rejects.toBeInstanceOf(InvalidParameterException);
    await create("ROOT");
    server.opened.clock.advance(2000);
    const update = new UpdateRepositoryCreationTemplateCommand({
      prefix: "team",
      imageTagMutability: "MUTABLE",
      customRoleArn: "",
      resourceTags: [],
    });
    const { repositoryCreationTemplate: changed } = await ecr.send(update);
    expect(changed).toMatchObject({ description: said.description, imageTagMutability: "MUTABLE" });
    expect(changed).not.toHaveProperty("customRoleArn");
    expect(Number(changed?.updatedAt) - Number(changed?.createdAt)).toBe(2000);
    const listed: (RepositoryCreationTemplate | undefined)[] = [];
    const paging = { client: ecr, pageSize: 1 };
    for await (const page of paginateDescribeRepositoryCreationTemplates(paging, {})) {
      listed.push(...(page.repositoryCreationTemplates ?? []));
    }
    expect(listed.map((each) => each?.prefix)).toEqual(["ROOT", "team/"]);
    expect(listed[1]).toEqual(changed);
    const prefixes = ["never", "team/"];
    const named = await ecr.send(new DescribeRepositoryCreationTemplatesCommand({ prefixes }));
    expect(named.repositoryCreationTemplates).toEqual([changed]);
    const remove = () => ecr.send(new DeleteRepositoryCreationTemplateCommand({ prefix: "team/" }));
    expect((await remove()).repositoryCreationTemplate).toEqual(changed);
    await expect(remove()).rejects.toBeInstanceOf(TemplateNotFoundException);
    await expect(ecr.send(update)).rejects.toBeInstanceOf(TemplateNotFoundException);
  } finally {
    await server.close();
  }
});
