import { registryOf } from "../../registry/identity/principal.ts";
import { describeRekey as describe } from "../../registry/rekeying/rekey-repository.ts";
import { repositoryResource } from "../ecr/resource.ts";
import { registryId, repositoryName, request } from "../ecr/shapes.ts";
import { operation } from "../operation.ts";
import { type RekeyAnswer, rekeyAnswer } from "./rekey-answer.ts";

/** How far a repository has come under another key; nothing where it never was under another. */
export const describeRekey = operation("entrepot:DescribeRekey", {
  input: request({ registryId, repositoryName }),
  resource: repositoryResource,
  access: "Read",
  errors: ["InvalidParameter", "RepositoryNotFound"],
  async handle(input, { ports, caller }): Promise<{ rekey?: RekeyAnswer }> {
    const { repositoryName: name } = input;
    const rekey = await describe(ports, registryOf(caller, input.registryId), name);
    return rekey === undefined ? {} : { rekey: rekeyAnswer(rekey, name) };
  },
});
