/** An amount with its currency: `75.25 USD`. Amounts are text, as they come: nothing is rounded here. */
export function moneyText(amount: string, currency: string): string {
  return `${amount} ${currency}`;
}

/** `2.500000` as `2.5`. */
export function trimmed(decimal: string): string {
  return decimal.includes(".") ? decimal.replace(/\.?0+$/, "") : decimal;
}
