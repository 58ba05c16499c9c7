import ExpandableSection from "@cloudscape-design/components/expandable-section";
import { TextRegion } from "../../components/text-region.tsx";
import { access as words } from "../../messages/access.ts";

interface PolicyDocumentsProps {
  /** Documents as IAM gives them: percent-encoded. */
  readonly policies: readonly (readonly [name: string, document: string | undefined])[];
}

export function PolicyDocuments({ policies }: PolicyDocumentsProps) {
  return (
    <>
      {policies.map(([name, document = ""]) => (
        <ExpandableSection key={name} headerText={name}>
          <TextRegion label={words.policyOf(name)} text={readable(document)} />
        </ExpandableSection>
      ))}
    </>
  );
}

/** Indented, where it is JSON as it should be. */
function readable(document: string): string {
  const text = decodeURIComponent(document);
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
