import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import type { ReactNode } from "react";

interface FieldsProps {
  readonly columns?: number;
  readonly fields: readonly (readonly [label: string, value: ReactNode] | undefined)[];
}

/** Labels with their values; those that are `undefined` are left out. */
export function Fields({ columns = 3, fields }: FieldsProps) {
  const items = fields.flatMap((field) =>
    field === undefined ? [] : [{ label: field[0], value: field[1] }],
  );
  return <KeyValuePairs columns={columns} minColumnWidth={120} items={items} />;
}
