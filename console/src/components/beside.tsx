import Grid from "@cloudscape-design/components/grid";
import type { ReactNode } from "react";

/** A form and the text that it is in step with: beside each other where there is room. */
export function Beside({ form, text }: { readonly form: ReactNode; readonly text: ReactNode }) {
  return (
    <Grid
      gridDefinition={[{ colspan: { default: 12, xs: 7 } }, { colspan: { default: 12, xs: 5 } }]}
    >
      <div>{form}</div>
      <div>{text}</div>
    </Grid>
  );
}
