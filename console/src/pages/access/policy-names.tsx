import { LongName } from "../../components/long-name.tsx";

interface PolicyNamesProps {
  readonly policies: readonly { readonly PolicyName?: string | undefined }[] | undefined;
}

export function PolicyNames({ policies = [] }: PolicyNamesProps) {
  return <LongName>{policies.map(({ PolicyName }) => PolicyName).join(", ") || "–"}</LongName>;
}
