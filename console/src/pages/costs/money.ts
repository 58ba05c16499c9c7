/** An amount with its currency: `75.25 USD`. Amounts are text, as they come: nothing is rounded here. */
export function moneyText(amount: string, currency: string): string {
  return `${amount} ${currency}`;
}

/** `2.500000` as `2.5`. */
export function trimmed(decimal: string): string {
  return decimal.includes(".") ? decimal.replace(/\.?0+$/, "") : decimal;
}

interface Money {
  readonly amount: string;
  readonly exactAmount: string;
}

/** An amount that rounds to nothing is not nothing: `< 0.01 USD`. */
export function costText({ amount, exactAmount }: Money, currency: string): string {
  const isSmall = Number(amount) === 0 && Number(exactAmount) > 0;
  return moneyText(isSmall ? "< 0.01" : amount, currency);
}
