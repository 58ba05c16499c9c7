import type { Registry } from "../names.ts";

/** A user or role whose pulls do not move the pull time of images in this registry. */
export interface PullTimeExclusion {
  readonly registry: Registry;
  /** `arn:aws:iam::<account>:user/<path and name>`, or `…:role/…`. Whether it exists is not asked. */
  readonly principalArn: string;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
}
