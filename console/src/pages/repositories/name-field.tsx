import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import { useQuery } from "@tanstack/react-query";
import { currentRegion } from "../../api/call.ts";
import { describeRepository } from "../../api/ecr.ts";
import { ApiError } from "../../api/errors.ts";
import { messages } from "../../messages.ts";

const words = messages.create;
/** As ECR names repositories. */
export const nameShape =
  /^(?=.{2,256}$)(?:[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*\/)*[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*$/;

/** The name of a new repository, checked while it is typed. */
export function NameField({ name, change }: { name: string; change: (name: string) => void }) {
  const isShaped = nameShape.test(name);
  const { data: isTaken } = useQuery({
    queryKey: ["name", currentRegion(), name],
    enabled: isShaped,
    queryFn: ({ signal }) =>
      describeRepository(name, signal).then(
        () => true,
        (error: unknown) => {
          if (error instanceof ApiError && error.code.startsWith("RepositoryNotFound"))
            return false;
          throw error;
        },
      ),
  });
  const problem = name !== "" && !isShaped ? words.nameWrong : isTaken ? words.nameTaken : "";
  return (
    <FormField
      label={words.name}
      description={words.nameHint}
      errorText={problem}
      constraintText={isShaped && isTaken === false ? words.nameFree : ""}
    >
      <Input value={name} onChange={({ detail }) => change(detail.value)} spellcheck={false} />
    </FormField>
  );
}
