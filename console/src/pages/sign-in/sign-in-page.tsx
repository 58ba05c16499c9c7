import Box from "@cloudscape-design/components/box";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import { useEffect } from "react";
import { messages } from "../../messages.ts";
import { SignInForm } from "./sign-in-form.tsx";

export function SignInPage() {
  const { title, hint } = messages.signIn;
  useEffect(() => {
    document.title = `${title} – ${messages.product}`;
  }, []);
  return (
    <main className="sign-in">
      <Container header={<Header variant="h1">{title}</Header>}>
        <SignInForm />
      </Container>
      <Box variant="small" display="block" padding="m">
        {hint}
      </Box>
    </main>
  );
}
