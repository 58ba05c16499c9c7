import Box from "@cloudscape-design/components/box";
import ColumnLayout from "@cloudscape-design/components/column-layout";
import Container from "@cloudscape-design/components/container";
import type { ReactNode } from "react";

interface FiguresProps {
  readonly figures: readonly (readonly [label: string, value: ReactNode, hint?: string])[];
}

/** The few numbers that a page is about. */
export function Figures({ figures }: FiguresProps) {
  return (
    <Container>
      <ColumnLayout columns={4} minColumnWidth={130} variant="text-grid">
        {figures.map(([label, value, hint]) => (
          <div key={label}>
            <Box variant="awsui-key-label">{label}</Box>
            <Box variant="awsui-value-large">{value}</Box>
            {hint !== undefined && (
              <Box variant="small" display="block">
                {hint}
              </Box>
            )}
          </div>
        ))}
      </ColumnLayout>
    </Container>
  );
}
