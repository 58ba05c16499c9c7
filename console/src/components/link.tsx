import CloudscapeLink from "@cloudscape-design/components/link";
import type { ReactNode } from "react";
import { useNavigate } from "react-router";

/** A link to a place of the console, which does not load the page anew. */
export function PlaceLink({ to, children }: { to: string; children: ReactNode }) {
  const navigate = useNavigate();
  return (
    <CloudscapeLink
      href={`/console${to}`}
      onFollow={(event) => {
        if (event.detail.external === true) return;
        event.preventDefault();
        navigate(to);
      }}
    >
      {children}
    </CloudscapeLink>
  );
}
