import { deletePrices, pricesInForce } from "../../registry/cost/stored-prices.ts";
import { request } from "../ecr/shapes.ts";
import { operation } from "../operation.ts";
import { organizationResource } from "../organizations/resource.ts";
import { type PriceTableAnswer, priceTableAnswer } from "./cost-answer.ts";

/** Back to the prices of the settings, or to the defaults; answers with those. */
export const deletePriceTable = operation("entrepot:DeletePriceTable", {
  input: request({}),
  resource: organizationResource,
  access: "Write",
  errors: ["InvalidParameter"],
  async handle(_input, { ports, deployment }): Promise<{ priceTable: PriceTableAnswer }> {
    await deletePrices(ports, deployment);
    const { table } = await pricesInForce(ports, deployment);
    return { priceTable: priceTableAnswer(table) };
  },
});
