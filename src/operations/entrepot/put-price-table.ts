import { z } from "zod";
import { putPrices } from "../../registry/cost/stored-prices.ts";
import { request } from "../ecr/shapes.ts";
import { operation } from "../operation.ts";
import { organizationResource } from "../organizations/resource.ts";
import { type PriceTableAnswer, priceTableAnswer } from "./cost-answer.ts";

/**
 * Says what things cost in this deployment, from now on and for all months. For the management account:
 * one organization has one table, so that the sums of its accounts can be added.
 */
export const putPriceTable = operation("entrepot:PutPriceTable", {
  input: request({ priceTable: z.looseObject({}) }),
  resource: organizationResource,
  access: "Write",
  errors: ["InvalidParameter"],
  async handle({ priceTable }, context): Promise<{ priceTable: PriceTableAnswer }> {
    const table = await putPrices(context.ports, context.deployment, priceTable);
    return { priceTable: priceTableAnswer(table) };
  },
});
