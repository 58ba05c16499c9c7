export interface RotateWish {
  /** `aws-kms://…`. */
  readonly newKey: string | undefined;
  readonly newKeyFile: string | undefined;
  readonly finish: boolean;
  readonly cancel: boolean;
  /** Refuse at once what was handed out before. */
  readonly leaked: boolean;
  /** A new version of every service key as well. */
  readonly serviceKeys: boolean;
  readonly onProgress: (sentence: string) => void;
}

export interface RotateResult {
  readonly state: "prepared" | "finished" | "cancelled";
  /** The id of the key in use; of a rotation that is prepared, of the one that is to follow. */
  readonly masterKey: string;
  /** The id of the other one. */
  readonly before?: string;
  /** Keys and secrets that were wrapped anew. */
  readonly rewrapped?: number;
  /** Service keys that have a new version. */
  readonly renewed?: number;
  /** What no master key opens, neither the old one nor the new one. */
  readonly unopenable?: readonly string[];
  /** Where the old key is. */
  readonly keptFile?: string;
}

export function rotatedText(rotated: RotateResult): string {
  const { state, masterKey, before } = rotated;
  if (state === "cancelled") {
    return `Master key ${before} opens nothing any more; ${masterKey} stays the one in use.`;
  }
  if (state === "prepared") {
    return [
      `Both master keys open everything now, ${before} and ${masterKey}.`,
      "Next: put the new one into the settings of every replica and restart them one by one; then run",
      "  entrepot master-key rotate --finish",
      "with the new settings.",
    ].join("\n");
  }
  const { rewrapped = 0, renewed = 0, unopenable = [], keptFile } = rotated;
  return [
    `Master key ${masterKey} is the only one. ${rewrapped} keys and secrets were wrapped anew.`,
    ...(renewed > 0 ? [`Service keys with a new version: ${renewed}.`] : []),
    ...unopenable.map((what) => `FAULT   no master key opens ${what}; it was left as it is`),
    ...(keptFile === undefined
      ? ["Keep the old key for as long as there are backups from before: it alone opens them."]
      : [
          `The old key is in ${keptFile}: it alone opens backups from before. Remove it when there are none.`,
        ]),
  ].join("\n");
}
