import { z } from "zod";
import { limits } from "../../registry/limits.ts";
import {
  holdReclaim as hold,
  type ReclaimHold,
  releaseReclaim,
} from "../../registry/reclaim-hold.ts";
import { request } from "../ecr/shapes.ts";
import { operation } from "../operation.ts";

const holdIdPattern = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}";

/**
 * Keeps garbage from being collected for so many seconds, for a backup that reads beside the server;
 * asked again with the same id, for longer, and with 0 seconds no longer. BUSY while a collection that
 * had begun before goes on, TAKEN while another one holds it.
 */
export const holdReclaim = operation("entrepot:HoldReclaim", {
  input: request({
    holdId: z.string().regex(new RegExp(`^(?:${holdIdPattern})$`)),
    seconds: z.int().min(0).max(limits.reclaimHoldSeconds),
  }),
  resource: (_input, _caller, { deployment: { account } }) => ({ arn: "*", account }),
  access: "Write",
  errors: ["InvalidParameter"],
  async handle({ holdId, seconds }, { ports }): Promise<{ state: Uppercase<ReclaimHold> }> {
    if (seconds === 0) {
      await releaseReclaim(ports, holdId);
      return { state: "HELD" };
    }
    const state = await hold(ports, holdId, seconds * 1000);
    return { state: state.toUpperCase() as Uppercase<ReclaimHold> };
  },
});
