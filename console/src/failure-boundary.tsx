import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import { Component, type ReactNode } from "react";
import { Page } from "./components/page.tsx";
import { messages } from "./messages.ts";

const words = messages.failure;

interface FailureBoundaryProps {
  /** Another place is another try. */
  readonly place: string;
  readonly children: ReactNode;
}

interface State {
  readonly error?: unknown;
  readonly place: string;
}

/** A page that breaks, or whose files an update took away, says so; what is around it stays. */
export class FailureBoundary extends Component<FailureBoundaryProps, State> {
  override state: State = { place: this.props.place };

  static getDerivedStateFromError(error: unknown): Partial<State> {
    return { error: error ?? new Error() };
  }

  static getDerivedStateFromProps({ place }: FailureBoundaryProps, state: State): State | null {
    return place === state.place ? null : { error: undefined, place };
  }

  override render() {
    const { error } = this.state;
    if (error === undefined) return this.props.children;
    return (
      <Page title={words.title}>
        <Alert
          type="error"
          header={error instanceof Error ? error.message : words.title}
          action={<Button onClick={() => location.reload()}>{words.reload}</Button>}
        >
          {words.text}
        </Alert>
      </Page>
    );
  }
}
