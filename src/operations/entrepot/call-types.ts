/** What our own operations take and answer, for programs that call them. */
import type { z } from "zod";
import type { Wire } from "../ecr/wire.ts";
import type { entrepotOperations } from "./entrepot-operations.ts";

type OwnOperation = (typeof entrepotOperations)[number];

/** `entrepot:PutGate` */
export type OwnName = OwnOperation["name"];

type Own<Name extends OwnName> = Extract<OwnOperation, { readonly name: Name }>;

export type OwnInput<Name extends OwnName> = Wire<z.input<Own<Name>["input"]>>;

export type OwnAnswer<Name extends OwnName> = Awaited<ReturnType<Own<Name>["handle"]>>;
