import type { Region } from "../registry/names.ts";

/**
 * A deployment elsewhere that speaks ECR's API: another Entrepot, or ECR itself. It is the operator's
 * choice where it is and who this deployment is there, so that what users ask for reaches nothing else.
 */
export interface PeerRegistry {
  /** Certificates of authorities, PEM, that are trusted there beside the public ones. */
  readonly authorities?: readonly string[];
  /**
   * Asks for an operation, signed, and resolves with the members of the answer.
   * @param service by which protocol prefix the operation goes: ECR's, or Entrepot's own
   * @throws PeerRefusal when it answers with an error of the protocol
   * @throws EgressError when it does not answer
   */
  ask(
    service: "ecr" | "entrepot",
    operation: string,
    input: object,
    signal: AbortSignal,
  ): Promise<PeerAnswer>;
}

export type PeerAnswer = Readonly<Record<string, unknown>>;

/** By region. */
export type PeerRegistries = ReadonlyMap<Region, PeerRegistry>;

/** A refusal by a peer. */
export class PeerRefusal extends Error {
  override readonly name = "PeerRefusal";
  /** The error's name without "Exception". */
  readonly code: string;
  readonly details: PeerAnswer;

  constructor(code: string, message: string, details: PeerAnswer = {}) {
    super(message);
    this.code = code;
    this.details = details;
  }
}

/** Whether a peer refused with that error. */
export function isRefusal(error: unknown, code: string): error is PeerRefusal {
  return error instanceof PeerRefusal && error.code === code;
}

/** The objects of a list in an answer; none where it is no list. */
export function listOf(value: unknown): readonly PeerAnswer[] {
  if (!Array.isArray(value)) return [];
  return value.filter((each): each is PeerAnswer => typeof each === "object" && each !== null);
}
