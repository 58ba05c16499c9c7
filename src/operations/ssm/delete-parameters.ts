import type { DeleteParametersRequest, DeleteParametersResult } from "@aws-sdk/client-ssm";
import { deleteParameter } from "../../registry/parameters/change-parameter.ts";
import { request } from "../ecr/shapes.ts";
import type { Wire } from "../ecr/wire.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { firstParameter, lookUp, namedParameter, otherParameters } from "./parameter-target.ts";
import { parameterNames } from "./shapes.ts";

const name = "ssm:DeleteParameters";

/** Removes several parameters; those that are not there are told by their names. */
export const deleteParameters = operation(name, {
  input: request({ Names: parameterNames } satisfies Members<DeleteParametersRequest>),
  resource: firstParameter(namedParameter),
  further: otherParameters(namedParameter, name),
  access: "Write",
  errors: [],
  async handle({ Names }, context): Promise<Wire<DeleteParametersResult>> {
    const deleted: string[] = [];
    const invalid: string[] = [];
    for (const Name of new Set(Names)) {
      const { ref } = await lookUp({ Name }, context);
      if (await deleteParameter(context.ports, ref)) deleted.push(Name);
      else invalid.push(Name);
    }
    return { DeletedParameters: deleted, InvalidParameters: invalid };
  },
});
