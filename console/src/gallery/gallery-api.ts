/** What the gallery's API tells everybody; nothing else is ever asked. */
import { useEffect, useState } from "react";
import type { describePublicRepository } from "../../../src/operations/entrepot/describe-public-repository.ts";
import type { listPublicTags } from "../../../src/operations/entrepot/list-public-tags.ts";
import type { searchPublicRepositories } from "../../../src/operations/entrepot/search-public-repositories.ts";
import type { AnswerOf } from "../api/own.ts";

export type Found = AnswerOf<typeof searchPublicRepositories>;
export type Listed = Found["repositories"][number];
export type Described = AnswerOf<typeof describePublicRepository>["repository"];
export type Tags = AnswerOf<typeof listPublicTags>;

export class GalleryError extends Error {
  override readonly name = "GalleryError";
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** @throws GalleryError with status 0 where nobody answers */
export async function ask<Answer>(path: string, parameters: URLSearchParams): Promise<Answer> {
  const response = await fetch(`/gallery-api/${path}?${parameters}`, { credentials: "omit" }).catch(
    () => {
      throw new GalleryError(0, "");
    },
  );
  if (response.ok) return (await response.json()) as Answer;
  const told = (await response.json().catch(() => ({}))) as { readonly message?: string };
  throw new GalleryError(response.status, told.message ?? response.statusText);
}

export interface Asked<Answer> {
  readonly data: Answer | undefined;
  /** What the data answers: the question before, until the answer to this one is there. */
  readonly answered: string;
  readonly error: GalleryError | undefined;
  readonly retry: () => void;
}

/** Asks when the page is there, and again when the question changes. */
export function useAsked<Answer>(path: string, question: string): Asked<Answer> {
  const [told, setTold] = useState<{ data?: Answer; error?: GalleryError; answered?: string }>({});
  const [round, setRound] = useState(0);
  // A round more asks the same again.
  useEffect(() => {
    let isOver = false;
    ask<Answer>(path, new URLSearchParams(question)).then(
      (data) => isOver || setTold({ data, answered: question }),
      (error: GalleryError) => isOver || setTold({ error }),
    );
    return () => {
      isOver = true;
    };
  }, [path, question, round]);
  const { answered = "" } = told;
  return { answered, data: told.data, error: told.error, retry: () => setRound(round + 1) };
}
