interface TextRegionProps {
  readonly label: string;
  readonly text: string;
  readonly className?: string;
}

/** Text as it stands. What may have to be scrolled can be reached by the keyboard. */
export function TextRegion({ label, text, className = "raw" }: TextRegionProps) {
  return (
    <div role="region" aria-label={label} tabIndex={0} className={className}>
      <pre>{text}</pre>
    </div>
  );
}
