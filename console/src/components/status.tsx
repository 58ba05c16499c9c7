import StatusIndicator, {
  type StatusIndicatorProps,
} from "@cloudscape-design/components/status-indicator";

/** A state by its sign, colour and words; in a narrow cell it is broken between words alone. */
export function Status(props: StatusIndicatorProps) {
  return (
    <span className="status">
      <StatusIndicator {...props} />
    </span>
  );
}
