import { comparisonPrices } from "../../registry/cost/comparison-prices.ts";
import { type PriceOrigin, pricesInForce } from "../../registry/cost/stored-prices.ts";
import { registryResource } from "../ecr/resource.ts";
import { request } from "../ecr/shapes.ts";
import { operation } from "../operation.ts";
import { type PriceTableAnswer, priceTableAnswer } from "./cost-answer.ts";

interface Prices {
  readonly priceTable: PriceTableAnswer;
  /** PUT: by PutPriceTable. SETTING: by ENTREPOT_PRICES. */
  readonly origin: PriceOrigin;
  /** What others charge, as far as it is known. */
  readonly comparisons: readonly PriceTableAnswer[];
}

/** What things cost in this deployment, for every account of it, and who says so. */
export const getPriceTable = operation("entrepot:GetPriceTable", {
  input: request({}),
  resource: registryResource,
  access: "Read",
  errors: ["InvalidParameter"],
  async handle(_input, { ports, deployment }): Promise<Prices> {
    const { table, origin } = await pricesInForce(ports, deployment);
    return {
      priceTable: priceTableAnswer(table),
      origin,
      comparisons: comparisonPrices.map(priceTableAnswer),
    };
  },
});
