/** Settings of the public registry. */
import { z } from "zod";
import type { PullRates } from "../registry/public/pull-allowance.ts";

const most = 10_000;
const shape = /^(anonymous|signed-in)=(\d{1,5}(?:\.\d{1,3})?|off)$/;

/** Source: ECR 12: one pull in a second of who has not signed in, ten of who has. */
const usual: PullRates = { anonymous: 1, signedIn: 10 };

/** `anonymous=1,signed-in=10`: images in a second; `off`: as many as come. */
export const pullRates = z.string().transform((value, context): PullRates => {
  const rates: { -readonly [Who in keyof PullRates]: number } = { ...usual };
  for (const entry of value.split(",").map((part) => part.trim())) {
    if (entry === "") continue;
    const [, who, rate = ""] = shape.exec(entry) ?? [];
    const perSecond = rate === "off" ? 0 : Number(rate);
    if (who === undefined || (rate !== "off" && perSecond === 0) || perSecond > most) {
      const example = "anonymous=1,signed-in=10 or anonymous=off";
      context.addIssue({ code: "custom", message: `must be pulls in a second like ${example}` });
      return z.NEVER;
    }
    if (who === "anonymous") rates.anonymous = perSecond;
    else rates.signedIn = perSecond;
  }
  return rates;
});
